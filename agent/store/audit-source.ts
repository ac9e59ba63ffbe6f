import type { Decision, Offer } from '../core/decision.ts';
import type { TimestampMs } from '../core/units.ts';
import type { Sqlite, Statement } from './sqlite.ts';

const PAGE_ROWS = 200;

/** A decision with the offer that was made of it, as it was made. */
export interface AuditedDecision {
  readonly decision: Decision;
  readonly offer: Offer | undefined;
}

/** Scored decisions of a time with their offers, for the audit; in pages, so that a reader can let others go first. */
export class AuditSource {
  readonly #page: Statement<[number, number, number], { readonly no: number; readonly body: string; readonly offer: string | null }>;
  readonly #first: Statement<[number, number], number | null>;
  readonly #last: Statement<[], number | null>;

  constructor(sqlite: Sqlite) {
    this.#page = sqlite.prepare(
      `SELECT d.no AS no, d.body AS body, o.body AS offer FROM decisions d
       LEFT JOIN offers o ON d.kind = 'offer' AND o.id = json_extract(d.body, '$.offer')
       WHERE d.no > ? AND d.at_ms >= ? ORDER BY d.no LIMIT ?`,
    );
    this.#first = sqlite
      .prepare<[number, number], number | null>(
        `SELECT min(no) FROM (SELECT min(no) AS no FROM decisions WHERE kind = 'offer' AND at_ms >= ?
         UNION ALL SELECT min(no) AS no FROM decisions WHERE kind = 'hold' AND at_ms >= ?)`,
      )
      .pluck();
    this.#last = sqlite.prepare<[], number | null>('SELECT max(no) FROM decisions').pluck();
  }

  /** Pages, oldest first, of at most the latest `limit` decisions since `fromMs`. `isPartial` says that older ones were left out. */
  pages(fromMs: TimestampMs, limit: number): { readonly isPartial: boolean; readonly pages: Generator<readonly AuditedDecision[]> } {
    const first = this.#first.get(fromMs, fromMs) ?? 0;
    const last = this.#last.get() ?? 0;
    const after = Math.max(first - 1, last - limit);
    return { isPartial: after > first - 1, pages: this.#pages(Math.max(0, after), fromMs) };
  }

  *#pages(start: number, fromMs: TimestampMs): Generator<readonly AuditedDecision[]> {
    let after = start;
    for (;;) {
      const rows = this.#page.all(after, fromMs, PAGE_ROWS);
      after = rows.at(-1)?.no ?? after;
      // Both were written from a Decision and an Offer by this agent.
      yield rows.map(({ body, offer }) => ({
        decision: JSON.parse(body) as Decision,
        offer: offer === null ? undefined : (JSON.parse(offer) as Offer),
      }));
      if (rows.length < PAGE_ROWS) return;
    }
  }
}
