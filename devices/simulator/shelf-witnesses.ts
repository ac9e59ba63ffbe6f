import type { Metres, TimestampMs } from '../../agent/core/units.ts';
import { Random } from './random.ts';
import type { SceneStory } from './shelf-scene.ts';

/** Sensors beside the scales of a scene; those left out are not there. */
export interface WitnessTraits {
  /**
   * A tag reader under the shelf: each tag answers by chance, as singulation goes (a Poisson process), so often a second while it lies there; what
   * a hand holds a step away is mostly too far for a short-range aerial.
   */
  readonly tags?: { readonly readsPerSecond: number; readonly heldShare: number };
  /** A time-of-flight sensor a slot: the nearest thing, with its scatter; a hand in the slot is nearer than the goods. */
  readonly distance?: { readonly hz: number; readonly noiseM: Metres; readonly emptyM: Metres; readonly unitM: Metres };
  /** A vibration sensor a slot: every act shakes it, some too little; lorries and doors shake it too. */
  readonly vibration?: { readonly missShare: number; readonly falsePerHour: number };
  /** A camera or light barrier that sees hands go into a slot. */
  readonly reach?: { readonly missShare: number };
}

/** What one of these sensors says. */
export type WitnessReading =
  | { readonly kind: 'tag'; readonly atMs: TimestampMs; readonly epc: string; readonly sku: string }
  | { readonly kind: 'distance'; readonly atMs: TimestampMs; readonly slot: string; readonly metres: Metres }
  | { readonly kind: 'vibration' | 'reach'; readonly atMs: TimestampMs; readonly slot: string };

/** A hand is in the way of a distance sensor this far from it. */
const HAND_M = { nearest: 0.05, range: 0.2 } as const;

/** Everything that the sensors beside the scales say about what happened in a scene, in order of time. */
export function playWitnesses(story: SceneStory, traits: WitnessTraits, seed: string): readonly WitnessReading[] {
  const random = new Random(`${seed}/witnesses`);
  return [
    ...playTags(story, traits.tags, random.fork('tags')),
    ...playDistances(story, traits.distance, random.fork('distance')),
    ...playHands(story, 'vibration', traits.vibration, random.fork('vibration')),
    ...playHands(story, 'reach', traits.reach === undefined ? undefined : { ...traits.reach, falsePerHour: 0 }, random.fork('reach')),
  ].sort((a, b) => a.atMs - b.atMs);
}

function playTags({ items, startMs, endMs }: SceneStory, traits: WitnessTraits['tags'], random: Random): WitnessReading[] {
  if (traits === undefined) return [];
  return items.flatMap(({ epc, sku, lies }) => {
    const reads: WitnessReading[] = [];
    const meanMs = 1_000 / traits.readsPerSecond;
    for (let atMs = startMs + random.exponential(meanMs); atMs < endMs; atMs += random.exponential(meanMs)) {
      const isHere = lies.some(({ fromMs, toMs }) => atMs >= fromMs && atMs < toMs);
      // Whoever took it still stands there for a while, and is back a little before it is.
      const isNear = lies.some(({ fromMs, toMs }) => (toMs <= atMs && atMs - toMs < 30_000) || (fromMs > atMs && fromMs - atMs < 10_000));
      if (isHere || (isNear && random.chance(traits.heldShare))) reads.push({ kind: 'tag', atMs: Math.round(atMs), epc, sku });
    }
    return reads;
  });
}

function playDistances(story: SceneStory, traits: WitnessTraits['distance'], random: Random): WitnessReading[] {
  if (traits === undefined) return [];
  const { hz, noiseM, emptyM, unitM } = traits;
  return story.slots.flatMap((slot) => {
    const readings: WitnessReading[] = [];
    const lying = story.items.flatMap(({ lies }) => lies.filter((lie) => lie.slot === slot));
    const hands = story.hands.filter((hand) => hand.slot === slot);
    // Goods never stand exactly behind each other: each row has a slack of its own that changes when somebody was at it.
    let slackM = random.normal(0, 0.004);
    let touched = 0;
    for (let atMs = story.startMs + random.below(1_000 / hz); atMs < story.endMs; atMs += 1_000 / hz) {
      const isHand = hands.some(({ fromMs, toMs }) => atMs >= fromMs && atMs <= toMs);
      const done = hands.filter(({ toMs }) => toMs < atMs).length;
      if (done > touched) {
        touched = done;
        slackM = random.normal(0, 0.004);
      }
      const units = lying.filter(({ fromMs, toMs }) => atMs >= fromMs && atMs < toMs).length;
      const metres = isHand ? HAND_M.nearest + HAND_M.range * random.uniform() : emptyM - units * unitM + slackM;
      readings.push({ kind: 'distance', atMs: Math.round(atMs), slot, metres: Math.max(0.02, metres + random.normal(0, noiseM)) });
    }
    return readings;
  });
}

function playHands(
  story: SceneStory,
  kind: 'vibration' | 'reach',
  traits: { readonly missShare: number; readonly falsePerHour: number } | undefined,
  random: Random,
): WitnessReading[] {
  if (traits === undefined) return [];
  const { missShare, falsePerHour } = traits;
  const seen = story.hands.flatMap(({ slot, fromMs }): WitnessReading[] =>
    random.chance(missShare) ? [] : [{ kind, atMs: fromMs + random.below(200), slot }],
  );
  const hours = (story.endMs - story.startMs) / 3_600_000;
  for (let n = random.poisson(falsePerHour * hours); n > 0; n -= 1) {
    const slot = random.choice(story.slots);
    if (slot !== undefined) seen.push({ kind, atMs: story.startMs + random.below(story.endMs - story.startMs), slot });
  }
  return seen;
}
