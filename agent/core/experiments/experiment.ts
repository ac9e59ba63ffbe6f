import { textHash, unitOfHashes } from '../hash.ts';
import type { Probability } from '../units.ts';

/** One question put to chance. The first variant is what everything is compared with. */
export interface Experiment {
  readonly id: string;
  /** Experiments of one layer never meet in one visit; those of different layers do, independently. */
  readonly layer: string;
  /** Part of the layer that takes part, from 0 to 1: `[from, to)`. */
  readonly from: Probability;
  readonly to: Probability;
  readonly variants: readonly Variant[];
}

export interface Variant {
  readonly name: string;
  /** Share of those who take part, relative to the other weights; 0 for nobody. */
  readonly weight: number;
}

/**
 * The variant of a visit or member, `undefined` where it does not take part. Always the same for the same unit. Changing weights moves as few
 * as possible: raising one variant's weight moves units to that variant only.
 */
export function assign(experiment: Experiment, unit: string): string | undefined {
  const weights = experiment.variants.map(({ weight }) => weight);
  return experiment.variants[dealt(experiment, textHash(unit), { weights, seeds: seedsOf(experiment) })]?.name;
}

/** What of an experiment goes into dealing, worked out once: it is asked hundreds of times a visit. */
export interface Dealing {
  /** In the order of the variants. */
  readonly weights: readonly number[];
  readonly seeds: readonly number[];
}

/** Seeds of an experiment's variants, and after them the one of its layer. */
export function seedsOf({ id, layer, variants }: Experiment): number[] {
  return [...variants.map(({ name }) => textHash(`${id}|${name}`)), textHash(layer)];
}

/** Position of the variant of a unit, by the unit's `textHash`; -1 where it does not take part. */
export function dealt({ from, to, variants }: Experiment, unit: number, { weights, seeds }: Dealing): number {
  if (from > 0 || to < 1) {
    const place = unitOfHashes(unit, seeds[variants.length] ?? 0);
    if (place < from || place >= to) return -1;
  }
  let chosen = -1;
  let least = Number.POSITIVE_INFINITY;
  for (let i = 0; i < variants.length; i++) {
    const weight = weights[i] ?? 0;
    if (weight <= 0) continue;
    // A race of exponential clocks: the chance of ringing first is the variant's share of all weights.
    const ring = -Math.log(Math.max(unitOfHashes(unit, seeds[i] ?? 0), Number.MIN_VALUE)) / weight;
    if (ring < least) {
      least = ring;
      chosen = i;
    }
  }
  return chosen;
}

/** What is wrong with a set of experiments, one sentence each; empty when they can run together. */
export function experimentProblems(experiments: readonly Experiment[]): string[] {
  const problems: string[] = [];
  const ids = new Set<string>();
  for (const { id, from, to, variants } of experiments) {
    if (ids.has(id)) problems.push(`Cannot run experiment "${id}": there is another with this id`);
    ids.add(id);
    if (!(0 <= from && from < to && to <= 1))
      problems.push(`Cannot run experiment "${id}": its part of the layer, ${from} to ${to}, is empty`);
    if (variants.length < 2) problems.push(`Cannot run experiment "${id}": it has ${variants.length} variant, and a comparison needs two`);
    if (new Set(variants.map(({ name }) => name)).size < variants.length)
      problems.push(`Cannot run experiment "${id}": two variants share a name`);
    if (!variants.some(({ weight }) => weight > 0)) problems.push(`Cannot run experiment "${id}": every weight is 0`);
  }
  const sorted = [...experiments].sort((a, b) => (a.layer < b.layer ? -1 : a.layer > b.layer ? 1 : a.from - b.from));
  for (const [i, next] of sorted.entries()) {
    const previous = sorted[i - 1];
    if (previous !== undefined && previous.layer === next.layer && next.from < previous.to) {
      problems.push(`Cannot run experiment "${next.id}": it shares a part of layer "${next.layer}" with "${previous.id}"`);
    }
  }
  return problems;
}
