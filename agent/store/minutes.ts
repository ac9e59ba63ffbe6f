import { type MinuteTally, TALLY_NAMES, type TallyCell, type TallyName } from '../core/effect.ts';
import type { TimestampMs } from '../core/units.ts';
import type { Sqlite, Statement } from './sqlite.ts';

interface MinuteColumns {
  readonly startMs: number;
  readonly zone: string;
  readonly visits: number;
  readonly counts: string;
}

/** Finished minutes, zone by zone, for the manager's charts; the cloud gets its own merged form. */
export class MinutesTable {
  readonly #save: Statement<[number, string, number, string]>;
  readonly #between: Statement<[number, number], MinuteColumns>;
  readonly #sum: Statement<[number], Record<TallyName, number | null>>;

  constructor(sqlite: Sqlite) {
    this.#save = sqlite.prepare('INSERT OR REPLACE INTO minutes (start_ms, zone, visits, counts) VALUES (?, ?, ?, ?)');
    this.#between = sqlite.prepare(
      'SELECT start_ms AS startMs, zone, visits, counts FROM minutes WHERE start_ms >= ? AND start_ms < ? ORDER BY start_ms, zone',
    );
    const sums = TALLY_NAMES.map((name) => `sum(json_extract(counts, '$.${name}')) AS ${name}`);
    this.#sum = sqlite.prepare(`SELECT ${sums.join(', ')} FROM minutes WHERE start_ms >= ?`);
  }

  /** The same minute saved again replaces what was there. */
  save(minute: MinuteTally): void {
    for (const cell of minute.cells) this.#save.run(minute.startMs, cell.zone ?? '', cell.visits, JSON.stringify(cell.counts));
  }

  /** Minutes with `fromMs` <= start < `untilMs`, oldest first. */
  between(fromMs: TimestampMs, untilMs: TimestampMs): MinuteTally[] {
    const minutes: { readonly startMs: number; readonly cells: TallyCell[] }[] = [];
    for (const row of this.#between.iterate(fromMs, untilMs)) {
      const cell = {
        zone: row.zone === '' ? undefined : row.zone,
        visits: row.visits,
        counts: JSON.parse(row.counts) as TallyCell['counts'],
      };
      const last = minutes.at(-1);
      if (last?.startMs === row.startMs) last.cells.push(cell);
      else minutes.push({ startMs: row.startMs, cells: [cell] });
    }
    return minutes;
  }

  /** Every count added up over all minutes since a time. */
  sumsSince(fromMs: TimestampMs): Readonly<Record<TallyName, number>> {
    const row = this.#sum.get(fromMs);
    return Object.fromEntries(TALLY_NAMES.map((name) => [name, row?.[name] ?? 0])) as Record<TallyName, number>;
  }
}
