import { DAY_MS, type DurationMs, type TimestampMs } from '../core/units.ts';
import { AuditTable } from './audit.ts';
import { SnapshotTable } from './snapshots.ts';
import { inTransaction, pragmaNumber, type Sqlite, type Statement } from './sqlite.ts';

/** How long each kind of record is kept. */
export interface RetentionPolicy {
  /** Accepted messages. Entries that a snapshot still needs stay whatever their age. */
  readonly logMs: DurationMs;
  /** Decisions, offers, visits, and the link between a sale and a visit. */
  readonly decisionsMs: DurationMs;
  /** Sales, redemptions, outcomes and minutes. */
  readonly salesMs: DurationMs;
  /** Consents and the audit trail. */
  readonly auditMs: DurationMs;
  readonly quarantineMs: DurationMs;
}

/** A week of log, three months of decisions, a year of money and of proof. */
export const DEFAULT_RETENTION: RetentionPolicy = {
  logMs: 7 * DAY_MS,
  decisionsMs: 90 * DAY_MS,
  salesMs: 400 * DAY_MS,
  auditMs: 400 * DAY_MS,
  quarantineMs: 7 * DAY_MS,
};

/** Rows of one transaction: a few milliseconds on an SSD, under 50 on a memory card. */
export const RETENTION_CHUNK_ROWS = 1_000;

/** Free pages are given back to the disk in steps of this many, and only when they are a good part of the file. */
const VACUUM_PAGES = 256;
const VACUUM_FROM_SHARE = 0.25;

/** What one sweep did. */
export interface SweepReport {
  /** Rows deleted or unlinked, by table; tables with none are left out. */
  readonly rows: Readonly<Record<string, number>>;
  /** True when some table had a full chunk: sweep again soon, after letting others have their turn. */
  readonly hasMore: boolean;
}

interface Chunk {
  readonly cutoffMs: TimestampMs;
  readonly rows: number;
}

interface Rule {
  readonly table: string;
  readonly keepMs: (policy: RetentionPolicy) => DurationMs;
  readonly sql: string;
}

/** Every table that ages, oldest rows first; `@rows` is the chunk. Outbox, devices and managers do not age. */
const RULES: readonly Rule[] = [
  {
    table: 'visits',
    keepMs: (policy) => policy.decisionsMs,
    sql: 'DELETE FROM visits WHERE no IN (SELECT no FROM visits ORDER BY no LIMIT @rows) AND coalesce(closed_at_ms, opened_at_ms) < @cutoffMs',
  },
  { table: 'consents', keepMs: (policy) => policy.auditMs, sql: oldest('consents', 'at_ms') },
  { table: 'decisions', keepMs: (policy) => policy.decisionsMs, sql: oldest('decisions', 'at_ms') },
  { table: 'offers', keepMs: (policy) => policy.decisionsMs, sql: oldest('offers', 'created_at_ms') },
  { table: 'offer_states', keepMs: (policy) => policy.decisionsMs, sql: oldest('offer_states', 'at_ms') },
  {
    table: 'sale links',
    keepMs: (policy) => policy.decisionsMs,
    sql: 'UPDATE sales SET visit = NULL WHERE no IN (SELECT no FROM sales WHERE visit IS NOT NULL AND at_ms < @cutoffMs LIMIT @rows)',
  },
  { table: 'sales', keepMs: (policy) => policy.salesMs, sql: oldest('sales', 'at_ms') },
  {
    table: 'redemptions',
    keepMs: (policy) => policy.salesMs,
    sql: 'DELETE FROM redemptions WHERE offer_id IN (SELECT offer_id FROM redemptions WHERE at_ms < @cutoffMs ORDER BY at_ms LIMIT @rows)',
  },
  { table: 'outcomes', keepMs: (policy) => policy.salesMs, sql: oldest('outcomes', 'at_ms') },
  {
    table: 'minutes',
    keepMs: (policy) => policy.salesMs,
    sql: `DELETE FROM minutes WHERE (start_ms, zone) IN (SELECT start_ms, zone FROM minutes WHERE start_ms < @cutoffMs ORDER BY start_ms LIMIT @rows)`,
  },
  { table: 'quarantine', keepMs: (policy) => policy.quarantineMs, sql: oldest('quarantine', 'at_ms') },
  {
    table: 'sessions',
    keepMs: () => 0,
    sql: 'DELETE FROM sessions WHERE id_hash IN (SELECT id_hash FROM sessions WHERE expires_at_ms < @cutoffMs LIMIT @rows)',
  },
];

/** Rows are added in time order, so the oldest are the first: no index on the time is needed to find them. */
function oldest(table: string, time: string): string {
  return `DELETE FROM ${table} WHERE no IN (SELECT no FROM ${table} ORDER BY no LIMIT @rows) AND ${time} < @cutoffMs`;
}

/** Deletes what has become too old, a little at a time. */
export class Retention {
  readonly #sqlite: Sqlite;
  readonly #policy: RetentionPolicy;
  readonly #rules: readonly (Rule & { readonly statement: Statement<[Chunk]> })[];
  readonly #inbox: Statement<[Chunk & { readonly throughSeq: number }]>;
  readonly #audit: AuditTable;
  readonly #snapshots: SnapshotTable;

  constructor(sqlite: Sqlite, policy: RetentionPolicy = DEFAULT_RETENTION) {
    this.#sqlite = sqlite;
    this.#policy = policy;
    this.#rules = RULES.map((rule) => ({ ...rule, statement: sqlite.prepare<[Chunk]>(rule.sql) }));
    this.#inbox = sqlite.prepare(
      `DELETE FROM inbox WHERE seq IN (SELECT seq FROM inbox ORDER BY seq LIMIT @rows) AND at_ms < @cutoffMs AND seq <= @throughSeq
         AND seq < (SELECT max(seq) FROM inbox)`,
    );
    this.#audit = new AuditTable(sqlite);
    this.#snapshots = new SnapshotTable(sqlite);
  }

  /**
   * Deletes at most one chunk of each table, each in a transaction of its own. `nowMs` must be trusted time: with a clock far ahead
   * everything looks old.
   */
  sweep(nowMs: TimestampMs): SweepReport {
    const policy = this.#policy;
    const rows: Record<string, number> = {};
    const note = (table: string, changes: number) => {
      if (changes > 0) rows[table] = changes;
    };
    const chunk = (keepMs: DurationMs): Chunk => ({ cutoffMs: nowMs - keepMs, rows: RETENTION_CHUNK_ROWS });
    for (const { table, keepMs, statement } of this.#rules) note(table, statement.run(chunk(keepMs(policy))).changes);
    // Both snapshots must stay usable, so the log is kept from the older one on.
    const throughSeq = this.#snapshots.seqs().at(-1) ?? 0;
    note('inbox', this.#inbox.run({ ...chunk(policy.logMs), throughSeq }).changes);
    note(
      'audit',
      inTransaction(this.#sqlite, () => this.#audit.deleteBefore(nowMs - policy.auditMs, RETENTION_CHUNK_ROWS)),
    );
    this.#giveBackPages();
    return { rows, hasMore: Object.values(rows).some((changes) => changes >= RETENTION_CHUNK_ROWS) };
  }

  /** Pages that stay free are used again, which wears less than shrinking and growing; only a large surplus goes back to the disk. */
  #giveBackPages(): void {
    const free = pragmaNumber(this.#sqlite, 'freelist_count');
    if (free < VACUUM_PAGES * 4 || free < pragmaNumber(this.#sqlite, 'page_count') * VACUUM_FROM_SHARE) return;
    this.#sqlite.pragma(`incremental_vacuum(${VACUUM_PAGES})`);
  }
}
