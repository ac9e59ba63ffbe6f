/** Columns cut into at most 255 bins, for histograms. Bin 0 is "not known"; bin b holds values up to `cuts[b - 1]`. */
export interface Bins {
  readonly rows: number;
  /** Bin of each row, one array per column. */
  readonly columns: readonly Uint8Array[];
}

/** Where one column is cut, ascending: bins 1 to `cuts.length + 1`. float32, as the exported model compares in float32. */
export type Cuts = Float32Array;

/** Most bins a column may have, "not known" included. */
export const MAX_BINS = 255;

/** Finds cuts so that bins hold about equally many rows, and each value its own bin where there are few values. */
export function findCuts(column: Float32Array, maxBins = MAX_BINS): Cuts {
  const sorted = column.filter((value) => !Number.isNaN(value)).sort();
  const { values, counts } = distinct(sorted);
  const room = Math.min(maxBins, MAX_BINS) - 1;
  const cuts: number[] = [];
  if (values.length <= room) {
    for (let i = 1; i < values.length; i++) cuts.push(between(values[i - 1]!, values[i]!));
    return Float32Array.from(cuts);
  }
  let left = sorted.length;
  let filled = 0;
  for (let i = 0; i + 1 < values.length && cuts.length < room - 1; i++) {
    filled += counts[i]!;
    // The share is taken of what is left, so that one value with half of all rows does not starve the bins after it.
    if (filled < left / (room - cuts.length)) continue;
    cuts.push(between(values[i]!, values[i + 1]!));
    left -= filled;
    filled = 0;
  }
  return Float32Array.from(cuts);
}

/** Puts each value of each column into its bin. */
export function toBins(columns: readonly Float32Array[], cuts: readonly Cuts[]): Bins {
  return { rows: columns[0]?.length ?? 0, columns: columns.map((column, i) => binColumn(column, cuts[i]!)) };
}

function binColumn(column: Float32Array, cuts: Cuts): Uint8Array {
  const bins = new Uint8Array(column.length);
  for (let row = 0; row < column.length; row++) {
    const value = column[row]!;
    // NaN compares false with every cut and would land in the last bin.
    if (Number.isNaN(value)) continue;
    let low = 0;
    let high = cuts.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      if (value <= cuts[middle]!) high = middle;
      else low = middle + 1;
    }
    bins[row] = low + 1;
  }
  return bins;
}

/** A float32 with `low <= cut < high`: the middle, or `low` itself where rounding would reach `high`. */
function between(low: number, high: number): number {
  const middle = Math.fround(low + (high - low) / 2);
  return middle >= low && middle < high ? middle : low;
}

function distinct(sorted: Float32Array): { readonly values: number[]; readonly counts: number[] } {
  const values: number[] = [];
  const counts: number[] = [];
  for (const value of sorted) {
    // -0 and 0 are one value to every comparison.
    if (values.length > 0 && values[values.length - 1] === value) counts[counts.length - 1]!++;
    else {
      values.push(value);
      counts.push(1);
    }
  }
  return { values, counts };
}
