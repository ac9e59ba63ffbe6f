import { createHash } from 'node:crypto';
import type { TimestampMs } from '../core/units.ts';
import type { Sqlite, Statement } from './sqlite.ts';

/** State after `seq`, as text; `format` changes when old snapshots can no longer be read. */
export interface StoredSnapshot {
  readonly seq: number;
  readonly atMs: TimestampMs;
  readonly format: number;
  readonly body: string;
}

interface SnapshotRow extends StoredSnapshot {
  readonly sha256: string;
}

/** Snapshots of the state, each with a checksum: a damaged one would otherwise be believed. */
export class SnapshotTable {
  readonly #insert: Statement<[number, number, number, string, string]>;
  readonly #newestFirst: Statement<[], SnapshotRow>;
  readonly #seqs: Statement<[], number>;
  readonly #keepFrom: Statement<[number]>;
  #corrupt = 0;

  constructor(sqlite: Sqlite) {
    this.#insert = sqlite.prepare('INSERT OR REPLACE INTO snapshots (seq, at_ms, format, sha256, body) VALUES (?, ?, ?, ?, ?)');
    this.#newestFirst = sqlite.prepare('SELECT seq, at_ms AS atMs, format, sha256, body FROM snapshots ORDER BY seq DESC');
    this.#seqs = sqlite.prepare<[], number>('SELECT seq FROM snapshots ORDER BY seq DESC').pluck();
    this.#keepFrom = sqlite.prepare('DELETE FROM snapshots WHERE seq < ?');
  }

  /** Damaged snapshots that were skipped since start. */
  get corrupt(): number {
    return this.#corrupt;
  }

  insert(snapshot: StoredSnapshot): void {
    this.#insert.run(snapshot.seq, snapshot.atMs, snapshot.format, checksum(snapshot), snapshot.body);
  }

  /** The newest one whose checksum holds. */
  newest(): StoredSnapshot | undefined {
    for (const { sha256, ...snapshot } of this.#newestFirst.iterate()) {
      if (sha256 === checksum(snapshot)) return snapshot;
      this.#corrupt += 1;
    }
    return undefined;
  }

  /** The oldest one at or after a position whose checksum holds. */
  oldestFrom(seq: number): StoredSnapshot | undefined {
    const sound = [...this.#newestFirst.iterate()].filter((row) => row.seq >= seq && row.sha256 === checksum(row));
    const oldest = sound.at(-1);
    if (oldest === undefined) return undefined;
    const { sha256: _sha256, ...snapshot } = oldest;
    return snapshot;
  }

  /** Positions of all that are there, newest first. */
  seqs(): number[] {
    return this.#seqs.all();
  }

  /** Deletes those older than the one at `seq`. */
  dropBefore(seq: number): void {
    this.#keepFrom.run(seq);
  }
}

function checksum(snapshot: StoredSnapshot): string {
  return createHash('sha256').update(`${snapshot.seq} ${snapshot.atMs} ${snapshot.format}\n`).update(snapshot.body).digest('hex');
}
