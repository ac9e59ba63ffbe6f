/**
 * How often values fall where: `shares[0]` is the share that is not known (NaN), `shares[i]` that of values up to `edges[i - 1]`, the last that of
 * all above. Shares sum to 1.
 */
export interface Distribution {
  readonly edges: readonly number[];
  readonly shares: readonly number[];
}

/** Bins of a distribution, besides the one for what is not known. */
export const BINS = 10;

/** The distribution of some values, in bins that hold about as many each; values that are often the same get one bin. */
export function distributionOf(values: ArrayLike<number>, bins = BINS): Distribution {
  const known = Float64Array.from(values)
    .filter((value) => !Number.isNaN(value))
    .sort();
  const edges: number[] = [];
  for (let bin = 1; bin < bins; bin++) {
    const edge = known[Math.floor((bin * known.length) / bins)];
    const last = edges.at(-1);
    // Nothing lies above the largest value: an edge there would make a bin that stays empty.
    if (edge !== undefined && edge < known.at(-1)! && (last === undefined || edge > last)) edges.push(edge);
  }
  const counts = new Array<number>(edges.length + 2).fill(0);
  for (let row = 0; row < values.length; row++) counts[binOf(edges, values[row]!)]!++;
  return { edges, shares: counts.map((count) => (values.length === 0 ? 0 : Math.round((1e6 * count) / values.length) / 1e6)) };
}

/** The bin of a value, 0 for one that is not known. */
export function binOf(edges: readonly number[], value: number): number {
  if (Number.isNaN(value)) return 0;
  let bin = 1;
  while (bin <= edges.length && value > edges[bin - 1]!) bin++;
  return bin;
}

/** Shares below this are taken for this: an empty bin must not make a finite sample look infinitely far away. */
const LEAST_SHARE = 1e-3;

/**
 * Population stability index of counts against shares over the same bins: 0 where they agree, up to 0.1 is noise, above 0.25 is another crowd.
 */
export function stabilityIndex(expected: readonly number[], counts: ArrayLike<number>): number {
  let total = 0;
  for (let bin = 0; bin < counts.length; bin++) total += counts[bin]!;
  if (total === 0) return 0;
  let index = 0;
  for (let bin = 0; bin < expected.length; bin++) {
    const was = Math.max(LEAST_SHARE, expected[bin]!);
    const is = Math.max(LEAST_SHARE, (counts[bin] ?? 0) / total);
    index += (is - was) * Math.log(is / was);
  }
  return index;
}
