import type { Decision } from '../core/decision.ts';
import type { DecisionId } from '../core/ids.ts';
import type { TimestampMs } from '../core/units.ts';
import type { Sqlite, Statement } from './sqlite.ts';

const PAGE_ROWS = 256;

/** Which decisions to list. */
export interface DecisionsQuery {
  /** Only those made before; all of them when left out. */
  readonly beforeMs?: TimestampMs;
  readonly limit: number;
  readonly kind?: 'offer' | 'hold';
}

/** Decisions with everything that explains them, offers and holds alike. */
export class DecisionsTable {
  readonly #add: Statement<[string, number, string, string, string, string]>;
  readonly #byId: Statement<[string], string>;
  readonly #page: Statement<[number], DecisionColumns>;
  readonly #chance: Statement<[number], DecisionColumns>;
  readonly #offers: Statement<[number, number], DecisionColumns>;
  readonly #holds: Statement<[number, number], DecisionColumns>;

  constructor(sqlite: Sqlite) {
    this.#add = sqlite.prepare('INSERT INTO decisions (id, at_ms, visit, kind, reason, body) VALUES (?, ?, ?, ?, ?, ?)');
    this.#byId = sqlite.prepare<[string], string>('SELECT body FROM decisions WHERE id = ?').pluck();
    this.#page = sqlite.prepare(`SELECT no, at_ms AS atMs, body FROM decisions WHERE no > ? ORDER BY no LIMIT ${PAGE_ROWS}`);
    this.#chance = sqlite.prepare(
      `SELECT no, at_ms AS atMs, body FROM decisions WHERE no > ? AND (kind = 'offer' OR reason IN ('holdout', 'exploring')) ORDER BY no LIMIT ${PAGE_ROWS}`,
    );
    this.#offers = listing(sqlite, 'offer');
    this.#holds = listing(sqlite, 'hold');
  }

  add(decision: Decision): void {
    const { id, atMs, visit, kind, reason } = decision;
    this.#add.run(id, atMs, visit, kind, reason, JSON.stringify(decision));
  }

  byId(id: DecisionId): Decision | undefined {
    const body = this.#byId.get(id);
    return body === undefined ? undefined : parse(body);
  }

  /** Every decision in the order they were made, read lazily. */
  all(): Generator<Decision> {
    return this.#paged(this.#page);
  }

  /** Offers, and what chance alone held back: what a policy can be judged by. In order, read lazily. */
  byChance(): Generator<Decision> {
    return this.#paged(this.#chance);
  }

  *#paged(page: Statement<[number], DecisionColumns>): Generator<Decision> {
    let after = 0;
    for (;;) {
      const rows = page.all(after);
      for (const row of rows) {
        yield parse(row.body);
        after = row.no;
      }
      if (rows.length < PAGE_ROWS) return;
    }
  }

  /** Newest first. */
  list({ beforeMs = Number.MAX_SAFE_INTEGER, limit, kind }: DecisionsQuery): Decision[] {
    const offers = kind === 'hold' ? [] : this.#offers.all(beforeMs, limit);
    const holds = kind === 'offer' ? [] : this.#holds.all(beforeMs, limit);
    const newestFirst = [...offers, ...holds].sort((a, b) => b.atMs - a.atMs || b.no - a.no);
    return newestFirst.slice(0, limit).map((row) => parse(row.body));
  }
}

interface DecisionColumns {
  readonly no: number;
  readonly atMs: number;
  readonly body: string;
}

function listing(sqlite: Sqlite, kind: Decision['kind']): Statement<[number, number], DecisionColumns> {
  return sqlite.prepare(
    `SELECT no, at_ms AS atMs, body FROM decisions WHERE kind = '${kind}' AND at_ms < ? ORDER BY at_ms DESC, no DESC LIMIT ?`,
  );
}

function parse(body: string): Decision {
  // Written by `add` from a Decision; fields that were undefined are absent, which reads the same.
  return JSON.parse(body) as Decision;
}
