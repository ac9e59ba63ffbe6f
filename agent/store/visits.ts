import type { VisitRow } from '../core/effect.ts';
import type { VisitId } from '../core/ids.ts';
import type { Sqlite, Statement } from './sqlite.ts';

interface VisitColumns {
  readonly id: string;
  readonly openedAtMs: number;
  readonly closedAtMs: number | null;
  readonly origin: VisitRow['origin'];
  readonly arm: VisitRow['arm'];
  readonly tokenHash: string | null;
}

const COLUMNS = 'id, opened_at_ms AS openedAtMs, closed_at_ms AS closedAtMs, origin, arm, token_hash AS tokenHash';

/** Visits: written when one opens and again when it closes. */
export class VisitsTable {
  readonly #save: Statement<[string, number, number | null, string, string, string | null]>;
  readonly #byToken: Statement<[string], VisitColumns>;
  readonly #byId: Statement<[string], VisitColumns>;
  readonly #ids: Statement<[], string>;

  constructor(sqlite: Sqlite) {
    this.#save = sqlite.prepare(
      `INSERT INTO visits (id, opened_at_ms, closed_at_ms, origin, arm, token_hash) VALUES (?, ?, ?, ?, ?, ?)
       ON CONFLICT (id) DO UPDATE SET closed_at_ms = excluded.closed_at_ms, token_hash = excluded.token_hash`,
    );
    this.#byToken = sqlite.prepare(`SELECT ${COLUMNS} FROM visits WHERE token_hash = ? AND closed_at_ms IS NULL`);
    this.#ids = sqlite.prepare<[], string>('SELECT id FROM visits').pluck();
    this.#byId = sqlite.prepare(`SELECT ${COLUMNS} FROM visits WHERE id = ?`);
  }

  save(visit: VisitRow): void {
    const isOpen = visit.closedAtMs === undefined;
    // A closed visit needs no key any more, so none is kept.
    const tokenHash = isOpen ? (visit.tokenHash ?? null) : null;
    this.#save.run(visit.id, visit.openedAtMs, visit.closedAtMs ?? null, visit.origin, visit.arm, tokenHash);
  }

  /** The open visit that a bearer token belongs to. */
  byToken(tokenHash: string): VisitRow | undefined {
    return fromColumns(this.#byToken.get(tokenHash));
  }

  /** Every visit that is held. */
  ids(): VisitId[] {
    return this.#ids.all();
  }

  byId(id: VisitId): VisitRow | undefined {
    return fromColumns(this.#byId.get(id));
  }
}

function fromColumns(row: VisitColumns | undefined): VisitRow | undefined {
  if (row === undefined) return undefined;
  return { ...row, closedAtMs: row.closedAtMs ?? undefined, tokenHash: row.tokenHash ?? undefined };
}
