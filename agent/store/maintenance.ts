import { DAY_MS, type TimestampMs } from '../core/units.ts';
import { type BackupError, backUp, isBackupDue } from './backup.ts';
import { type BackupFile, listBackups } from './backup-files.ts';
import type { CoreDatabase } from './database.ts';
import type { ErasureList } from './erasures.ts';
import type { Quarantine } from './quarantine.ts';
import { dropCorruptFiles } from './recovery.ts';
import type { Retention, SweepReport } from './retention.ts';

/** Together with the chunk of a sweep: 8,000 log entries a minute, more than eleven million a day, in about 30 ms. */
const SWEEPS_A_ROUND = 8;
/** A damaged file is kept this long for whoever wants to look. */
const CORRUPT_KEPT_MS = 7 * DAY_MS;

/** What one round of upkeep did. */
export interface UpkeepReport {
  readonly sweep: SweepReport;
  /** False while the disk has no room for the ballast. */
  readonly hasBallast: boolean;
}

/** Upkeep of the database; the caller has the timers. */
export class Maintenance {
  readonly #database: CoreDatabase;
  readonly #dir: string;
  readonly #quarantine: Quarantine;
  readonly #retention: Retention;
  readonly #erasures: ErasureList;
  #backingUp = false;

  constructor(
    database: CoreDatabase,
    parts: { readonly dir: string; readonly quarantine: Quarantine; readonly retention: Retention; readonly erasures: ErasureList },
  ) {
    this.#database = database;
    this.#dir = parts.dir;
    this.#quarantine = parts.quarantine;
    this.#retention = parts.retention;
    this.#erasures = parts.erasures;
  }

  /**
   * Quick upkeep, once a minute, or sooner while `sweep.hasMore`: retention, quarantine, ballast. The ballast is first written
   * here and not at start, since writing 32 MB takes seconds on a memory card. `nowMs` must be trusted time.
   */
  upkeep(nowMs: TimestampMs): UpkeepReport {
    this.#quarantine.flush(nowMs);
    const sweep = this.#database.keep(() => this.#sweepSome(nowMs));
    dropCorruptFiles(this.#dir, nowMs - CORRUPT_KEPT_MS);
    return { sweep, hasBallast: this.#database.regainRoom() };
  }

  #sweepSome(nowMs: TimestampMs): SweepReport {
    const rows: Record<string, number> = {};
    for (let sweeps = 1; ; sweeps += 1) {
      const sweep = this.#retention.sweep(nowMs);
      for (const [table, count] of Object.entries(sweep.rows)) rows[table] = (rows[table] ?? 0) + count;
      if (!sweep.hasMore || sweeps === SWEEPS_A_ROUND) return { rows, hasMore: sweep.hasMore };
    }
  }

  /**
   * Makes the daily backup, and with it the daily integrity check, when one is due; `undefined` when none is, or one is being made. Damage
   * is remembered for the next start, which restores a good backup. Rejects when the copy cannot be made at all.
   */
  async backUpIfDue(
    nowMs: TimestampMs,
    options: { readonly signal?: AbortSignal } = {},
  ): Promise<{ readonly ok: true; readonly value: BackupFile } | { readonly ok: false; readonly error: BackupError } | undefined> {
    if (this.#backingUp || !isBackupDue(this.#dir, nowMs)) return undefined;
    this.#backingUp = true;
    try {
      const result = await backUp({ dir: this.#dir, nowMs, ...options });
      if (!result.ok && result.error.kind === 'corrupt') this.#database.markSuspect();
      const oldest = listBackups(this.#dir).at(-1);
      if (result.ok && oldest !== undefined) this.#erasures.dropBefore(oldest.atMs);
      return result;
    } finally {
      this.#backingUp = false;
    }
  }
}
