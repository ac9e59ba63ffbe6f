import type { VisitId } from '../core/ids.ts';
import type { Input, LoggedInput } from '../core/input.ts';
import { READING_CLASS, type ReadingKind } from '../core/reading.ts';
import type { Sqlite, Statement } from './sqlite.ts';

/** Rows read at a time: long enough to amortise the call, short enough to keep memory and pauses small. */
const PAGE_ROWS = 1_024;

/** Rows of one INSERT: each call of the driver costs about as much as a row does, and beyond eight little is left to gain. */
const ROWS_A_STATEMENT = 8;
const COLUMNS = 'INSERT INTO inbox (seq, at_ms, kind, subject, body) VALUES';
const VALUES = '(?, ?, ?, ?, ?)';

const READING_KINDS = Object.keys(READING_CLASS) as ReadingKind[];

/**
 * What may be shed from the log and in which order, once a snapshot covers it: raw telemetry, raw scores, then the rest of the readings.
 * What is not listed (consents, visits, offers, redemptions, erasures, configuration) is never shed.
 */
export const SHED_ORDER: readonly (readonly string[])[] = [
  READING_KINDS.filter((kind) => READING_CLASS[kind] === 'telemetry'),
  ['scored'],
  [...READING_KINDS.filter((kind) => READING_CLASS[kind] === 'event'), 'tick'],
];

type Column = number | string | null;
const COLUMNS_A_ROW = 5;

/** The log. */
export class InboxTable {
  readonly #append: Statement<[Column[]]>;
  readonly #appendMany: Statement<[Column[]]>;
  readonly #page: Statement<[number], [number, number, string]>;
  readonly #last: Statement<[], number | null>;
  readonly #first: Statement<[], number | null>;
  readonly #about: Statement<[string], [number, string]>;
  readonly #overwrite: Statement<[string, string, number]>;
  readonly #shed: readonly Statement<[number, number, number], number>[];

  constructor(sqlite: Sqlite) {
    this.#append = sqlite.prepare<[Column[]]>(`${COLUMNS} ${VALUES}`);
    this.#appendMany = sqlite.prepare<[Column[]]>(`${COLUMNS} ${Array(ROWS_A_STATEMENT).fill(VALUES).join(', ')}`);
    this.#page = sqlite
      .prepare<[number], [number, number, string]>(`SELECT seq, at_ms, body FROM inbox WHERE seq > ? ORDER BY seq LIMIT ${PAGE_ROWS}`)
      .raw();
    this.#last = sqlite.prepare<[], number | null>('SELECT max(seq) FROM inbox').pluck();
    this.#first = sqlite.prepare<[], number | null>('SELECT min(seq) FROM inbox').pluck();
    this.#about = sqlite.prepare<[string], [number, string]>('SELECT seq, body FROM inbox WHERE subject = ?').raw();
    this.#overwrite = sqlite.prepare('UPDATE inbox SET kind = ?, subject = NULL, body = ? WHERE seq = ?');
    this.#shed = SHED_ORDER.map((kinds) =>
      sqlite
        .prepare<[number, number, number], number>(
          `DELETE FROM inbox WHERE seq IN (SELECT seq FROM inbox WHERE seq > ? AND seq <= ? AND kind IN (${kinds.map((kind) => `'${kind}'`).join(', ')})
           ORDER BY seq LIMIT ?) RETURNING seq`,
        )
        .pluck(),
    );
  }

  /** Appends entries in order; the caller has a transaction open. */
  append(entries: readonly LoggedInput[]): void {
    let columns: Column[] = [];
    for (const { seq, atMs, input } of entries) {
      columns.push(seq, atMs, logKind(input), subjectOf(input) ?? null, JSON.stringify(input));
      if (columns.length < ROWS_A_STATEMENT * COLUMNS_A_ROW) continue;
      this.#appendMany.run(columns);
      columns = [];
    }
    for (let row = 0; row < columns.length; row += COLUMNS_A_ROW) this.#append.run(columns.slice(row, row + COLUMNS_A_ROW));
  }

  /** Entries after `afterSeq`, oldest first. Read in pages, so that commits may happen in between; each page is what is there at that time. */
  *read(afterSeq: number): Generator<LoggedInput> {
    let after = afterSeq;
    for (;;) {
      const rows = this.#page.all(after);
      for (const [seq, atMs, body] of rows) {
        // Written by `append` from a typed input; the schema's checks and the daily integrity check guard the bytes.
        yield { seq, atMs, input: JSON.parse(body) as Input };
        after = seq;
      }
      if (rows.length < PAGE_ROWS) return;
    }
  }

  /** Position of the last entry, 0 when there is none. */
  lastSeq(): number {
    return this.#last.get() ?? 0;
  }

  /** Position of the first entry that is still there, 0 when there is none. */
  firstSeq(): number {
    return this.#first.get() ?? 0;
  }

  /** Overwrites everything logged about a visit with entries that say nothing; positions stay. */
  blank(visit: VisitId): void {
    for (const [seq, body] of this.#about.all(visit)) {
      const input = blanked(JSON.parse(body) as Input);
      this.#overwrite.run(logKind(input), JSON.stringify(input), seq);
    }
  }

  /** Deletes up to `limit` entries of one class of `SHED_ORDER` with `afterSeq` < seq <= `throughSeq`, oldest first; returns their positions. */
  shed(shedClass: number, range: { readonly afterSeq: number; readonly throughSeq: number; readonly limit: number }): number[] {
    return this.#shed[shedClass]?.all(range.afterSeq, range.throughSeq, range.limit) ?? [];
  }
}

/** What the log calls an input: a reading by its own kind, since that is what is shed and looked for. */
export function logKind(input: Input): string {
  return input.kind === 'reading' ? input.reading.kind : input.kind;
}

/** The visit an input is about, if any. A till may name a visit in a sale; a sighting of an opted-in phone is its visit's. */
export function subjectOf(input: Input): VisitId | undefined {
  if (input.kind === 'reading') return input.reading.kind === 'pos.sale' ? input.reading.visit : input.visit;
  return 'visit' in input ? input.visit : undefined;
}

/** True for inputs that may be shed under overload. */
export function isTelemetry(input: Input): boolean {
  return input.kind === 'reading' && READING_CLASS[input.reading.kind] === 'telemetry';
}

/** What stays of an input when its visit is forgotten: of a sale the sale, of everything else nothing. */
export function blanked(input: Input): Input {
  if (input.kind !== 'reading' || input.reading.kind !== 'pos.sale') return { kind: 'tick' };
  const { visit: _visit, ...sale } = input.reading;
  // Rebuilt and not copied: which offers the codes named is left out as well.
  return { kind: 'reading', reading: { ...sale, codes: [] }, ...(input.late === undefined ? {} : { late: input.late }) };
}
