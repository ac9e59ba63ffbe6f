import type { DurationMs, Grams, TimestampMs } from '../../agent/core/units.ts';
import type { Contact } from './plate-load.ts';
import type { Random } from './random.ts';

/** A short blow, as when something is set down: half a sine. */
export function impact(at: { readonly atMs: TimestampMs; readonly forMs: DurationMs; readonly grams: Grams }): Contact {
  const { atMs, forMs, grams } = at;
  return { fromMs: atMs, toMs: atMs + forMs, force: (nowMs) => grams * Math.sin((Math.PI * (nowMs - atMs)) / forMs) };
}

/** Time constant of how people change the force they press with, without meaning to. */
const SWAY_MS = 450;
/** Rise and fall of a press. */
const EDGE_MS = 90;

/**
 * A hand that presses: it comes, sways and goes. Two parts move it: slow sway of `swayShare` of the force (a walk with a memory of about half a
 * second), and the tremor that everybody has, 8 to 12 Hz, 1 to 3 % of the force.
 */
export function press(
  random: Random,
  at: { readonly fromMs: TimestampMs; readonly forMs: DurationMs; readonly grams: Grams; readonly swayShare: number },
): Contact {
  const { fromMs, forMs, grams, swayShare } = at;
  const tremorHz = 8 + 4 * random.uniform();
  const tremor = grams * (0.01 + 0.02 * random.uniform());
  const phase = random.uniform() * 2 * Math.PI;
  const sway = swayOf(random, forMs, swayShare);
  return {
    fromMs,
    toMs: fromMs + forMs,
    force(nowMs) {
      const ms = nowMs - fromMs;
      const envelope = Math.min(1, ms / EDGE_MS, (forMs - ms) / EDGE_MS);
      return Math.max(0, envelope) * (grams * (1 + sway(ms)) + tremor * Math.sin((2 * Math.PI * tremorHz * ms) / 1_000 + phase));
    },
  };
}

/** A shelf that was knocked: a swing that dies away, for every plate on it. */
export function knock(
  random: Random,
  at: { readonly atMs: TimestampMs; readonly grams: Grams; readonly hz: number; readonly fadeMs: DurationMs },
): Contact {
  const { atMs, grams, hz, fadeMs } = at;
  const sign = random.chance(0.5) ? 1 : -1;
  return {
    fromMs: atMs,
    toMs: atMs + 5 * fadeMs,
    force: (nowMs) => sign * grams * Math.exp(-(nowMs - atMs) / fadeMs) * Math.sin((2 * Math.PI * hz * (nowMs - atMs)) / 1_000),
  };
}

/** A walk around 0 that forgets, drawn every 50 ms and joined by straight lines. */
function swayOf(random: Random, forMs: DurationMs, share: number): (ms: number) => number {
  const everyMs = 50;
  const keeps = Math.exp(-everyMs / SWAY_MS);
  const points: number[] = [random.normal(0, share)];
  for (let ms = everyMs; ms <= forMs + everyMs; ms += everyMs) {
    points.push(keeps * (points.at(-1) ?? 0) + random.normal(0, share * Math.sqrt(1 - keeps * keeps)));
  }
  return (ms) => {
    const place = Math.max(0, ms) / everyMs;
    const before = Math.min(points.length - 1, Math.floor(place));
    const a = points[before] ?? 0;
    const b = points[before + 1] ?? a;
    return a + (b - a) * (place - before);
  };
}
