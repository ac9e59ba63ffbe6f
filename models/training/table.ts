import type { FeatureSpec } from '../feature-spec.ts';

/** Labelled rows by column: what every part of training works on. */
export interface Table {
  readonly spec: FeatureSpec;
  readonly rows: number;
  /** One column per feature of the spec; NaN is "not known", a category carries the index of its level. */
  readonly columns: readonly Float32Array[];
  /** 0 or 1. */
  readonly labels: Uint8Array;
  readonly weights: Float64Array;
  /** The store a row is from, as a number into `storeNames`. */
  readonly stores: Int32Array;
  readonly storeNames: readonly string[];
  /** Rows with the same number are of one visit and never part across a split. */
  readonly groups: Int32Array;
  /** NaN where the row has no time. */
  readonly atMs: Float64Array;
}

/** The rows at these positions, in this order. */
export function selectRows(table: Table, rows: Int32Array): Table {
  return {
    ...table,
    rows: rows.length,
    columns: table.columns.map((column) => pick(column, rows, new Float32Array(rows.length))),
    labels: pick(table.labels, rows, new Uint8Array(rows.length)),
    weights: pick(table.weights, rows, new Float64Array(rows.length)),
    stores: pick(table.stores, rows, new Int32Array(rows.length)),
    groups: pick(table.groups, rows, new Int32Array(rows.length)),
    atMs: pick(table.atMs, rows, new Float64Array(rows.length)),
  };
}

type Numbers = Float32Array | Float64Array | Int32Array | Uint8Array;

/** `from` at these positions, into `to`. */
export function pick<T extends Numbers>(from: T, rows: Int32Array, to: T): T {
  for (let i = 0; i < rows.length; i++) to[i] = from[rows[i]!]!;
  return to;
}

/** Positions for which the predicate holds, ascending. */
export function rowsWhere(count: number, predicate: (row: number) => boolean): Int32Array {
  const rows = new Int32Array(count);
  let length = 0;
  for (let row = 0; row < count; row++) if (predicate(row)) rows[length++] = row;
  return rows.slice(0, length);
}

/** Number of rows with label 1. */
export function positives(labels: Uint8Array): number {
  let count = 0;
  for (const label of labels) count += label;
  return count;
}
