import { TALLY_NAMES, type TallyName } from '../../agent/core/effect.ts';
import type { AggregateRow, Counts } from '../aggregate-row.ts';
import type { InsertMany, SqlRow, SqlValue } from './sql-driver.ts';

/** Each count with its SQL column. */
export const COUNT_COLUMNS: readonly { readonly name: TallyName; readonly column: string }[] = TALLY_NAMES.map((name) => ({
  name,
  column: name.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`),
}));

/** `COALESCE(SUM(t.visits_opened), 0) AS visits_opened, ...` */
export function sumOf(table: string): string {
  return COUNT_COLUMNS.map(({ column }) => `COALESCE(SUM(${table}.${column}), 0) AS ${column}`).join(', ');
}

/** Counts of a row that was read, zeros left out. */
export function readCounts(row: SqlRow): Counts<TallyName> {
  const counts: { [N in TallyName]?: number } = {};
  for (const { name, column } of COUNT_COLUMNS) {
    const value = Number(row[column] ?? 0);
    if (value !== 0) counts[name] = value;
  }
  return counts;
}

/**
 * The inserts that add rows to a store's cells and daily totals. Rows of one key are added up first, since one statement may touch a key
 * only once, and sorted, so that two hubs never wait for each other in a circle.
 */
export function addRows(store: string, rows: readonly AggregateRow[]): readonly InsertMany[] {
  const cells = new Map<string, { readonly key: readonly SqlValue[]; readonly sums: readonly number[] }>();
  const days = new Map<string, { readonly key: readonly SqlValue[]; readonly sums: readonly number[] }>();
  for (const row of rows) {
    const zone = row.kind === 'visits' ? (row.zone ?? '') : '';
    const visits = row.kind === 'visits' ? row.visits : 0;
    const counts = countValues(row.counts);
    addTo(cells, { key: [store, row.day, row.startMs, row.kind, row.level, zone], sums: [visits, ...counts] });
    addTo(days, { key: [store, row.day], sums: counts });
  }
  return [insertOf(CELL_INSERT, cells), insertOf(DAY_INSERT, days)];
}

/** The row that a record of table `cell` came from. */
export function readCell(record: SqlRow): AggregateRow {
  const place = { level: record['level'], startMs: Number(record['start_ms']), day: record['day'], counts: readCounts(record) };
  const zone = record['zone'] === '' ? {} : { zone: record['zone'] };
  const row =
    record['kind'] === 'visits' ? { kind: 'visits', ...place, ...zone, visits: Number(record['visits']) } : { kind: 'tills', ...place };
  // Only rows that passed the schema were ever stored.
  return row as AggregateRow;
}

const text = (name: string) => ({ name, type: 'TEXT' as const });
const bigint = (name: string) => ({ name, type: 'BIGINT' as const });
const counts = COUNT_COLUMNS.map(({ column }) => bigint(column));
const cellKey = [text('store'), text('day'), bigint('start_ms'), text('kind'), text('level'), text('zone')];

const CELL_INSERT = {
  table: 'cell',
  columns: [...cellKey, bigint('visits'), ...counts],
  onConflict: `ON CONFLICT (store, day, start_ms, kind, level, zone) DO UPDATE SET visits = cell.visits + excluded.visits, ${addExcluded('cell')}`,
};

const DAY_INSERT = {
  table: 'day_total',
  columns: [text('store'), text('day'), ...counts],
  onConflict: `ON CONFLICT (day, store) DO UPDATE SET ${addExcluded('day_total')}`,
};

interface Sums {
  readonly key: readonly SqlValue[];
  readonly sums: readonly number[];
}

function addTo(merged: Map<string, Sums>, { key, sums }: Sums): void {
  const id = key.join('/');
  const present = merged.get(id);
  merged.set(id, present === undefined ? { key, sums } : { key, sums: sums.map((value, at) => value + present.sums[at]!) });
}

function insertOf(insert: Omit<InsertMany, 'rows'>, merged: ReadonlyMap<string, Sums>): InsertMany {
  const sorted = [...merged].sort(([left], [right]) => (left < right ? -1 : 1));
  return { ...insert, rows: sorted.map(([, { key, sums }]) => [...key, ...sums]) };
}

function countValues(values: Counts<TallyName>): readonly number[] {
  return COUNT_COLUMNS.map(({ name }) => values[name] ?? 0);
}

function addExcluded(table: string): string {
  return COUNT_COLUMNS.map(({ column }) => `${column} = ${table}.${column} + excluded.${column}`).join(', ');
}
