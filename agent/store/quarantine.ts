import { SECOND_MS, type TimestampMs } from '../core/units.ts';
import { inTransaction, isFull, type Sqlite, type Statement } from './sqlite.ts';

/** A message that could not be understood, as the manager sees it. */
export interface QuarantineEntry {
  readonly atMs: TimestampMs;
  readonly topic: string;
  readonly client: string | undefined;
  readonly reason: string;
  readonly detail: string;
  readonly excerpt: string;
}

/** How many messages are kept; the oldest goes. */
export const QUARANTINE_ROWS = 500;

/** Most messages taken between two writes, and least time between them: a flood of rubbish must not wear out the flash. */
const BUFFERED = 64;
const FLUSH_EVERY_MS = SECOND_MS;

/** Messages that could not be understood: a ring on disk, filled through a small buffer that rides along with the turns. */
export class Quarantine {
  readonly #sqlite: Sqlite;
  readonly #add: Statement<[number, string, string | null, string, string, string]>;
  readonly #trim: Statement<[]>;
  readonly #newest: Statement<[number], Omit<QuarantineEntry, 'client'> & { readonly client: string | null }>;
  readonly #buffer: QuarantineEntry[] = [];
  #flushedAtMs: TimestampMs = 0;
  #dropped = 0;

  constructor(sqlite: Sqlite) {
    this.#sqlite = sqlite;
    this.#add = sqlite.prepare('INSERT INTO quarantine (at_ms, topic, client, reason, detail, excerpt) VALUES (?, ?, ?, ?, ?, ?)');
    this.#trim = sqlite.prepare(`DELETE FROM quarantine WHERE no <= (SELECT max(no) FROM quarantine) - ${QUARANTINE_ROWS}`);
    this.#newest = sqlite.prepare('SELECT at_ms AS atMs, topic, client, reason, detail, excerpt FROM quarantine ORDER BY no DESC LIMIT ?');
  }

  /** Messages that came too fast to be kept, since start. They are counted as rejected all the same, by whoever rejected them. */
  get dropped(): number {
    return this.#dropped;
  }

  /** Takes a message into the buffer; it is on disk within about a second of turns or maintenance. */
  add(entry: QuarantineEntry): void {
    if (this.#buffer.length >= BUFFERED) this.#dropped += 1;
    else this.#buffer.push(entry);
  }

  /** True when there is something to write and the last write is long enough ago. */
  isDue(nowMs: TimestampMs): boolean {
    return this.#buffer.length > 0 && Math.abs(nowMs - this.#flushedAtMs) >= FLUSH_EVERY_MS;
  }

  /** Writes the buffer. On a full disk it is dropped and counted: rubbish is the first thing to go. */
  flush(nowMs: TimestampMs): void {
    const entries = this.#buffer.splice(0);
    this.#flushedAtMs = nowMs;
    if (entries.length === 0) return;
    try {
      inTransaction(this.#sqlite, () => {
        for (const entry of entries) {
          this.#add.run(entry.atMs, entry.topic, entry.client ?? null, entry.reason, entry.detail, entry.excerpt);
        }
        this.#trim.run();
      });
    } catch (error) {
      if (!isFull(error)) throw error;
      this.#dropped += entries.length;
    }
  }

  /** Newest first, those still in the buffer included. */
  list(limit: number): QuarantineEntry[] {
    const stored = this.#newest.all(limit).map((row) => ({ ...row, client: row.client ?? undefined }));
    return [...this.#buffer.toReversed(), ...stored].slice(0, limit);
  }
}
