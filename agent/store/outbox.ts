import { randomBytes } from 'node:crypto';
import type { Outbox, OutboxBatch, OutboxStats } from '../../sync/outbox.ts';
import type { TimestampMs } from '../core/units.ts';
import type { CoreDatabase } from './database.ts';
import { MetaTable } from './meta.ts';
import { inTransaction, type Statement } from './sqlite.ts';

const EPOCH = 'outbox.epoch';
const LAST_ACKNOWLEDGED = 'outbox.last_acknowledged_at_ms';

/** Batches on their way to the cloud: added by the turn that made them, deleted when the cloud has them. */
export class OutboxTable implements Outbox {
  readonly #database: CoreDatabase;
  readonly #add: Statement<[number, string], { readonly bytes: number }>;
  readonly #newest: Statement<[number], OutboxBatch>;
  readonly #oldest: Statement<[number], OutboxBatch>;
  readonly #remove: Statement<[number], { readonly bytes: number }>;
  readonly #totals: Statement<[], { readonly batches: number; readonly bytes: number }>;
  readonly #oldestAt: Statement<[], number>;
  readonly #meta: MetaTable;
  /** Kept here because adding them up reads every page of the table, and the status page asks every second. */
  #pending: { readonly batches: number; readonly bytes: number };

  constructor(database: CoreDatabase) {
    const { sqlite } = database;
    this.#database = database;
    this.#add = sqlite.prepare('INSERT INTO outbox (created_at_ms, body) VALUES (?, ?) RETURNING octet_length(body) AS bytes');
    this.#newest = sqlite.prepare('SELECT seq, created_at_ms AS createdAtMs, body FROM outbox ORDER BY seq DESC LIMIT ?');
    this.#oldest = sqlite.prepare('SELECT seq, created_at_ms AS createdAtMs, body FROM outbox ORDER BY seq LIMIT ?');
    this.#remove = sqlite.prepare('DELETE FROM outbox WHERE seq = ? RETURNING octet_length(body) AS bytes');
    this.#totals = sqlite.prepare('SELECT count(*) AS batches, coalesce(sum(octet_length(body)), 0) AS bytes FROM outbox');
    this.#oldestAt = sqlite.prepare<[], number>('SELECT created_at_ms FROM outbox ORDER BY seq LIMIT 1').pluck();
    this.#meta = new MetaTable(sqlite);
    this.#pending = this.#totals.get() ?? { batches: 0, bytes: 0 };
  }

  /** Names this life of the outbox: random, made with the database, so that a store that starts over does not repeat its old numbers. */
  epoch(): string {
    const known = this.#meta.get(EPOCH);
    if (known !== undefined) return known;
    const epoch = randomBytes(8).toString('hex');
    this.#meta.set(EPOCH, epoch);
    return epoch;
  }

  /** Never gives out numbers up to `seq` again: after a restore, batches with those numbers may have been sent. */
  skipThrough(seq: number): void {
    const { sqlite } = this.#database;
    inTransaction(sqlite, () => {
      sqlite
        .prepare(
          "INSERT INTO sqlite_sequence (name, seq) SELECT 'outbox', 0 WHERE NOT EXISTS (SELECT 1 FROM sqlite_sequence WHERE name = 'outbox')",
        )
        .run();
      sqlite.prepare("UPDATE sqlite_sequence SET seq = max(seq, ?) WHERE name = 'outbox'").run(seq);
    });
  }

  /** Adds batches inside the turn's transaction; the returned function is to be called when that transaction has committed. */
  add(bodies: readonly string[], nowMs: TimestampMs): () => void {
    let bytes = 0;
    for (const body of bodies) bytes += this.#add.get(nowMs, body)?.bytes ?? 0;
    return () => this.#count(bodies.length, bytes);
  }

  pending(options: { readonly order: 'newest' | 'oldest'; readonly limit: number }): readonly OutboxBatch[] {
    return (options.order === 'newest' ? this.#newest : this.#oldest).all(options.limit);
  }

  acknowledge(seqs: readonly number[], nowMs: TimestampMs): void {
    const remove = () => {
      this.#meta.set(LAST_ACKNOWLEDGED, String(nowMs));
      return seqs.map((seq) => this.#remove.get(seq)?.bytes).filter((bytes) => bytes !== undefined);
    };
    const removed = this.#database.keep(() => inTransaction(this.#database.sqlite, remove));
    this.#count(-removed.length, -removed.reduce((sum, bytes) => sum + bytes, 0));
  }

  stats(): OutboxStats {
    return {
      pendingBatches: this.#pending.batches,
      pendingBytes: this.#pending.bytes,
      oldestAtMs: this.#oldestAt.get(),
      lastAcknowledgedAtMs: this.#meta.number(LAST_ACKNOWLEDGED),
    };
  }

  #count(batches: number, bytes: number): void {
    this.#pending = { batches: this.#pending.batches + batches, bytes: this.#pending.bytes + bytes };
  }
}
