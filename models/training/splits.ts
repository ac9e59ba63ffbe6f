import { createRandom, shuffle } from './random.ts';
import { rowsWhere, type Table } from './table.ts';

/** Rows to learn from and rows to judge by; together they are all rows, and no visit is in both. */
export interface Split {
  readonly train: Int32Array;
  readonly test: Int32Array;
}

/** `folds` splits whose test parts are the whole table: visits dealt out at random, those with a positive row and those without apart. */
export function foldsByGroup(table: Table, options: { readonly folds: number; readonly seed: number }): Split[] {
  const random = createRandom(options.seed);
  const positive = new Map<number, boolean>();
  for (let row = 0; row < table.rows; row++) {
    const group = table.groups[row]!;
    positive.set(group, table.labels[row] === 1 || positive.get(group) === true);
  }
  const fold = new Map<number, number>();
  for (const label of [false, true]) {
    const groups = Int32Array.from([...positive].filter(([, has]) => has === label).map(([group]) => group));
    for (const [i, group] of shuffle(groups, random).entries()) fold.set(group, i % options.folds);
  }
  return parts(table, options.folds, (row) => fold.get(table.groups[row]!)!);
}

/** Splits that keep each store whole, so that what is judged is a store never seen. */
export function foldsByStore(table: Table, options: { readonly folds: number; readonly seed: number }): Split[] {
  const stores = shuffle(
    Int32Array.from(table.storeNames, (_, i) => i),
    createRandom(options.seed),
  );
  const fold = new Int32Array(stores.length);
  for (const [i, store] of stores.entries()) fold[store] = i % options.folds;
  return parts(table, options.folds, (row) => fold[table.stores[row]!]!);
}

/** Learns from the rows before a moment and is judged by those from it on. Rows without a time are in neither; visits across it are learnt from. */
export function splitByTime(table: Table, atMs: number): Split {
  const early = new Set<number>();
  for (let row = 0; row < table.rows; row++) if (table.atMs[row]! < atMs) early.add(table.groups[row]!);
  return {
    train: rowsWhere(table.rows, (row) => table.atMs[row]! < atMs),
    test: rowsWhere(table.rows, (row) => table.atMs[row]! >= atMs && !early.has(table.groups[row]!)),
  };
}

/** Learns from all stores but these and is judged by these. */
export function splitByStores(table: Table, testStores: readonly string[]): Split {
  const held = new Set(table.storeNames.flatMap((name, i) => (testStores.includes(name) ? [i] : [])));
  return {
    train: rowsWhere(table.rows, (row) => !held.has(table.stores[row]!)),
    test: rowsWhere(table.rows, (row) => held.has(table.stores[row]!)),
  };
}

function parts(table: Table, folds: number, foldOf: (row: number) => number): Split[] {
  return Array.from({ length: folds }, (_, fold) => ({
    train: rowsWhere(table.rows, (row) => foldOf(row) !== fold),
    test: rowsWhere(table.rows, (row) => foldOf(row) === fold),
  }));
}
