import { fail, ok, type Result } from '../../agent/core/result.ts';
import { foldsByGroup, type Split, splitByStores, splitByTime } from './splits.ts';
import type { Table } from './table.ts';

export interface HoldOut {
  readonly split: Split;
  readonly meaning: string;
}

/** From this many stores on, whole stores are held out. */
export const MIN_STORES = 3;

/**
 * Sets a fifth of the rows aside to judge by, in the hardest way the data allows: the named stores; else a fifth of the stores (at least
 * one, the last by name); else the latest fifth by time; else a fifth of the visits at random.
 */
export function holdOut(
  table: Table,
  options: { readonly testStores?: readonly string[]; readonly seed: number },
): Result<HoldOut, string> {
  if (table.rows === 0) return fail('there are no rows');
  if (options.testStores !== undefined) return named(table, options.testStores);
  if (table.storeNames.length >= MIN_STORES) {
    const names = [...table.storeNames].sort();
    return named(table, names.slice(-Math.max(1, Math.floor(names.length / 5))));
  }
  if (table.atMs.every((atMs) => !Number.isNaN(atMs))) {
    const times = table.atMs.slice().sort();
    const split = splitByTime(table, times[Math.floor(0.8 * times.length)]!);
    if (split.train.length > 0 && split.test.length > 0) return ok({ split, meaning: 'the latest fifth by time' });
  }
  const [split] = foldsByGroup(table, { folds: 5, seed: options.seed });
  return ok({ split: split!, meaning: 'a fifth of the visits, at random' });
}

function named(table: Table, stores: readonly string[]): Result<HoldOut, string> {
  const unknown = stores.find((store) => !table.storeNames.includes(store));
  if (unknown !== undefined) return fail(`no row is of store "${unknown}"`);
  const split = splitByStores(table, stores);
  if (split.train.length === 0) return fail('every store is held out to judge by, none is left to learn from');
  return ok({ split, meaning: `stores never seen: ${stores.join(', ')}` });
}
