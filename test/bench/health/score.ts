import type { State } from '../../../agent/core/state.ts';
import { DAY_MS, HOUR_MS } from '../../../agent/core/units.ts';
import { SIM_START_MS, simulateTraffic, TWENTY } from './traffic.ts';

/** Alarms that began in healthy traffic. */
export interface FalseAlarms {
  readonly perMonth: number;
  readonly alarms: readonly string[];
}

/** What is called low or stuck now. */
export function lowNow(state: State): ReadonlySet<string> {
  const low = new Set<string>();
  for (const [id, zone] of state.health.zones) if (zone.lowSinceMs !== undefined) low.add(`zone ${id}`);
  for (const [id, device] of state.health.devices) {
    const placed = state.store?.devices.get(id);
    // As on the page: a scanner and its zone are one problem.
    if (device.watch.lowSinceMs !== undefined) low.add(placed?.role === 'scanner' ? `zone ${placed.zone}` : `device ${id}`);
    for (const [name, channel] of device.channels) if (channel.watch.lowSinceMs !== undefined) low.add(`stuck ${id} ${name}`);
  }
  return low;
}

/** Sixty healthy days with two holidays, once a seed: how often somebody is called broken who is not. */
export function countFalseAlarms(seeds: readonly number[], days = 60): FalseAlarms {
  const alarms: string[] = [];
  for (const seed of seeds) {
    let before: ReadonlySet<string> = new Set();
    simulateTraffic({
      days,
      seed,
      devices: TWENTY,
      holidays: [23, 45],
      onRound(atMs, state) {
        const now = lowNow(state);
        for (const who of now)
          if (!before.has(who)) alarms.push(`seed ${seed}: ${who} on day ${((atMs - SIM_START_MS) / DAY_MS).toFixed(2)}`);
        before = now;
      },
    });
  }
  return { perMonth: (alarms.length / (seeds.length * days)) * 30, alarms };
}

/** How long after it began to lose `share` of its reports a device, or its zone, is called low, in hours; undefined when not within a day. */
export function detectionDelayH(asked: {
  readonly device: string;
  readonly share: number;
  readonly seed: number;
  readonly hour: number;
  readonly day?: number;
}): number | undefined {
  const { device, share, seed, hour, day = 29 } = asked;
  const fromMs = SIM_START_MS + day * DAY_MS + hour * HOUR_MS;
  const zone = TWENTY.find(({ id }) => id === device)?.zone;
  let foundAtMs: number | undefined;
  simulateTraffic({
    days: day + 1,
    seed,
    devices: TWENTY,
    loss: { device, fromMs, share },
    onRound(atMs, state) {
      if (foundAtMs !== undefined || atMs < fromMs) return;
      const low = lowNow(state);
      if (low.has(`device ${device}`) || low.has(`zone ${zone}`)) foundAtMs = atMs;
    },
  });
  return foundAtMs === undefined ? undefined : (foundAtMs - fromMs) / HOUR_MS;
}
