import { existsSync } from 'node:fs';
import { openSqlite } from '../../sync/sqlite-driver.ts';
import { BALLAST_BYTES, Ballast } from './ballast.ts';
import { createPrivately, freeBytes, removeFile, syncFolder } from './files.ts';
import { isFull, pragmaNumber, type Sqlite } from './sqlite.ts';

/** Where the database is and how much room it may take. */
export interface DatabaseSettings {
  /** Folder that holds everything of the store: `core.db`, its log, the ballast, `backups/`. Must exist. */
  readonly dir: string;
  /**
   * Most bytes of `core.db` itself, at least 1 MiB. Beside it: up to 16 MiB of write-ahead log, the ballast, and three backups, each up to
   * the same size.
   */
  readonly quotaBytes: number;
  /** Size of the ballast file; 32 MiB by default. */
  readonly ballastBytes?: number;
}

/** How much room there is. */
export interface DiskUsage {
  /** Bytes of the quota that hold data; free pages inside the file do not count. */
  readonly usedBytes: number;
  readonly quotaBytes: number;
  /** Free on the disk, for this user. */
  readonly freeDiskBytes: number;
  /** False after a full disk, until there is room for the ballast again. */
  readonly hasBallast: boolean;
}

/** Bytes of a database page; SQLite's default, and the unit in which flash wears here. */
export const PAGE_BYTES = 4096;
/** Smallest quota: the empty schema takes about a quarter of it. */
export const MIN_QUOTA_BYTES = 1024 * 1024;

/** The write-ahead log is cut back to this size after a checkpoint. */
export const WAL_LIMIT_BYTES = 16 * 1024 * 1024;
const BUSY_TIMEOUT_MS = 5_000;
/** This share of the quota is kept for what must never be shed: consents, erasures, offers, redemptions, snapshots. */
const RESERVE_SHARE = 1 / 16;
/** A turn that the quota stopped needed at most this many pages. */
const NEAR_QUOTA_PAGES = 1_024;
/** With less than this on the disk, it is the disk that is full: the write-ahead log alone needs half of it. */
const DISK_FULL_BYTES = 8 * 1024 * 1024;

/** `core.db`, opened with the settings that make a commit durable, and its quota. */
export class CoreDatabase {
  readonly sqlite: Sqlite;
  readonly file: string;
  readonly ballast: Ballast;
  readonly #dir: string;
  readonly #quotaPages: number;
  readonly #everydayPages: number;
  #isDiskFull = false;

  private constructor(sqlite: Sqlite, settings: DatabaseSettings) {
    this.sqlite = sqlite;
    this.#dir = settings.dir;
    this.file = coreFile(settings.dir);
    this.ballast = new Ballast(ballastFile(settings.dir), settings.ballastBytes ?? BALLAST_BYTES);
    this.#quotaPages = Math.floor(settings.quotaBytes / PAGE_BYTES);
    this.#everydayPages = this.#quotaPages - Math.ceil(this.#quotaPages * RESERVE_SHARE);
  }

  /** Opens the database, creating the file when there is none. Throws what SQLite throws when the file is damaged or not accessible. */
  static open(settings: DatabaseSettings): CoreDatabase {
    if (settings.quotaBytes < MIN_QUOTA_BYTES) {
      throw new RangeError(
        `Cannot open the database: a quota of ${settings.quotaBytes} bytes is below the least, ${MIN_QUOTA_BYTES} bytes`,
      );
    }
    const file = coreFile(settings.dir);
    const isNew = !existsSync(file);
    // Created by us and not by SQLite, so that its log and shared memory inherit the mode. @NOTE never open an existing database file by
    // other means than SQLite: closing it drops the locks that this process holds on it (POSIX), and with them SQLite's protection from other processes.
    if (isNew) createPrivately(file);
    const sqlite = openSqlite(file, { timeout: BUSY_TIMEOUT_MS });
    try {
      configure(sqlite);
      if (isNew) syncFolder(settings.dir);
      const database = new CoreDatabase(sqlite, settings);
      database.#limitTo(database.#everydayLimit());
      return database;
    } catch (error) {
      sqlite.close();
      throw error;
    }
  }

  /** Room used and left; a few pragmas and one `statfs`, cheap enough for every second. */
  usage(): DiskUsage {
    const pages = pragmaNumber(this.sqlite, 'page_count') - pragmaNumber(this.sqlite, 'freelist_count');
    return {
      usedBytes: pages * PAGE_BYTES,
      quotaBytes: this.#quotaPages * PAGE_BYTES,
      freeDiskBytes: freeBytes(this.#dir),
      hasBallast: this.ballast.isHeld,
    };
  }

  /**
   * To be called when a write failed for want of room. If it was the disk and not the quota, the ballast is given up and the file may not
   * grow until `regainRoom`, so that the room is left for what must be kept.
   */
  onFull(): void {
    if (this.#isNearQuota() && freeBytes(this.#dir) >= DISK_FULL_BYTES) return;
    this.giveUpBallast();
  }

  /** Leaves the ballast's room to what must be kept: the file may not grow until `regainRoom`. */
  giveUpBallast(): void {
    this.ballast.release();
    this.#isDiskFull = true;
    this.#limitTo(this.#everydayLimit());
  }

  /** Runs `work` with the reserve of the quota open to it. */
  withReserve<T>(work: () => T): T {
    this.#limitTo(this.#quotaPages);
    try {
      return work();
    } finally {
      this.#limitTo(this.#everydayLimit());
    }
  }

  /** Runs a write that must not be refused for want of room: when it was, again with the reserve and the ballast's room. */
  keep<T>(work: () => T): T {
    try {
      return work();
    } catch (error) {
      if (!isFull(error)) throw error;
      this.onFull();
      return this.withReserve(work);
    }
  }

  /** Takes the ballast back when the disk has room, and with it the full quota; returns whether it is in place. */
  regainRoom(): boolean {
    const isHeld = this.ballast.restore();
    if (isHeld && this.#isDiskFull) {
      this.#isDiskFull = false;
      this.#limitTo(this.#everydayLimit());
    }
    return isHeld;
  }

  /** Notes that the content is damaged, so that the next start checks all of it whatever its size. */
  markSuspect(): void {
    createPrivately(suspectFile(this.#dir));
  }

  /** Moves the write-ahead log into the file and empties it. False when a reader is in the way; the next checkpoint gets it then. */
  checkpoint(): boolean {
    const [row] = this.sqlite.pragma('wal_checkpoint(TRUNCATE)') as [{ readonly busy: number }];
    return row.busy === 0;
  }

  close(): void {
    this.sqlite.close();
  }

  #everydayLimit(): number {
    return this.#isDiskFull ? pragmaNumber(this.sqlite, 'page_count') : this.#everydayPages;
  }

  /** A failed transaction has given its pages back, so the file is a little below the quota that stopped it. */
  #isNearQuota(): boolean {
    return pragmaNumber(this.sqlite, 'page_count') >= this.#everydayPages - Math.min(NEAR_QUOTA_PAGES, this.#everydayPages / 4);
  }

  /** SQLite never sets the limit below what the file already has. */
  #limitTo(pages: number): void {
    this.sqlite.pragma(`max_page_count = ${pages}`);
  }
}

/** Path of the database inside a data folder. */
export function coreFile(dir: string): string {
  return `${dir}/core.db`;
}

/** Path of the ballast inside a data folder. */
export function ballastFile(dir: string): string {
  return `${coreFile(dir)}.ballast`;
}

/** A mark that outlives the process: the database was seen to be damaged. */
export function suspectFile(dir: string): string {
  return `${coreFile(dir)}.suspect`;
}

/** Removes the mark of `markSuspect`; true when it was there. */
export function clearSuspect(dir: string): boolean {
  return removeFile(suspectFile(dir));
}

function configure(sqlite: Sqlite): void {
  // Has an effect only while the file is empty, and only before the journal mode is set.
  sqlite.pragma('auto_vacuum = INCREMENTAL');
  sqlite.pragma('journal_mode = WAL');
  // The driver is built to fall back to NORMAL under WAL, which loses acknowledged rows in a power cut.
  sqlite.pragma('synchronous = FULL');
  sqlite.pragma('wal_autocheckpoint = 1000');
  sqlite.pragma(`journal_size_limit = ${WAL_LIMIT_BYTES}`);
  sqlite.pragma('foreign_keys = ON');
  sqlite.pragma('trusted_schema = OFF');
  sqlite.pragma('cell_size_check = ON');
  sqlite.pragma('secure_delete = FAST');
}
