import { unitHash } from '../hash.ts';
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
 * as possible: raising one variant's weight moves units to that variant only. `weights` replaces those of the variants, in their order.
 */
export function assign(experiment: Experiment, unit: string, weights?: readonly number[]): string | undefined {
  const { from, to, variants } = experiment;
  if (from > 0 || to < 1) {
    const place = unitHash(`${experiment.layer}|${unit}`);
    if (place < from || place >= to) return undefined;
  }
  let chosen: string | undefined;
  let least = Number.POSITIVE_INFINITY;
  for (let i = 0; i < variants.length; i++) {
    const { name } = variants[i]!;
    const weight = weights?.[i] ?? variants[i]!.weight;
    if (weight <= 0) continue;
    // A race of exponential clocks: the chance of ringing first is the variant's share of all weights.
    const ring = -Math.log(Math.max(unitHash(`${experiment.id}|${name}|${unit}`), Number.MIN_VALUE)) / weight;
    if (ring < least) {
      least = ring;
      chosen = name;
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
