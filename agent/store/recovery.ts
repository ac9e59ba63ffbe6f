import { constants, copyFileSync, existsSync, readdirSync, renameSync } from 'node:fs';
import { openSqlite } from '../../sync/sqlite-driver.ts';
import type { TimestampMs } from '../core/units.ts';
import { type BackupFile, isIntact, listBackups } from './backup-files.ts';
import { clearSuspect, coreFile, suspectFile } from './database.ts';
import { fileBytes, removeFile, syncFolder, syncPath } from './files.ts';
import { isCorrupt, type Sqlite } from './sqlite.ts';

/** What was done about a damaged database at start; for the status page and the audit. */
export interface Recovery {
  /** `restored`: from a backup. `fresh`: no good backup was found, the store starts empty. */
  readonly kind: 'restored' | 'fresh';
  /** Where the damaged file was kept for whoever wants to look. */
  readonly corruptFile: string;
  /** When the backup was made; everything after it is lost. */
  readonly backupAtMs: TimestampMs | undefined;
  /** SQLite's words about the damage. */
  readonly problem: string;
  /** For people: what happened and what it means. */
  readonly sentence: string;
  /** Numbers the damaged file had already given out, as far as they could be read. */
  readonly highWater: HighWater;
}

/** Numbers that must not be given out twice: ids of decisions, offers and batches derive from them. */
export interface HighWater {
  readonly inboxSeq: number;
  readonly outboxSeq: number;
}

/** A file of up to this size is checked whole at start; a larger one without its log and decisions, which the daily check covers. */
const WHOLE_CHECK_BYTES = 128 * 1024 * 1024;
const LARGE_TABLES = new Set(['inbox', 'decisions', 'snapshots']);

/**
 * Looks at the database before it is opened. A damaged one is moved to `core.db.corrupt.<time>` and the newest good backup takes its place;
 * `undefined` when all is well. Needs the owner lock.
 */
export function recoverIfCorrupt(dir: string, nowMs: TimestampMs): Recovery | undefined {
  finishInterruptedRestore(dir);
  const file = coreFile(dir);
  if (fileBytes(file) === 0) return undefined;
  const problem = findProblem(file, { whole: existsSync(suspectFile(dir)) || fileBytes(file) <= WHOLE_CHECK_BYTES });
  if (problem === undefined) {
    clearSuspect(dir);
    return undefined;
  }
  return replace({ dir, nowMs, problem });
}

/** Deletes damaged files that were set aside before a time: they hold what people asked to have erased. Returns how many. */
export function dropCorruptFiles(dir: string, beforeMs: TimestampMs): number {
  const old = readdirSync(dir).filter((name) => Number(/^core\.db\.corrupt\.(\d+)$/.exec(name)?.[1] ?? Infinity) < beforeMs);
  for (const name of old) removeFile(`${dir}/${name}`);
  return old.length;
}

/** The first thing wrong with a database file, or `undefined`. Throws when the file cannot be read at all. */
export function findProblem(file: string, options: { readonly whole: boolean }): string | undefined {
  let sqlite: Sqlite | undefined;
  try {
    sqlite = openSqlite(file, { fileMustExist: true });
    const checks = options.whole ? ['quick_check(1)'] : smallTables(sqlite).map((table) => `quick_check('${table}')`);
    for (const check of checks) {
      const answer = String(sqlite.pragma(check, { simple: true }));
      if (answer !== 'ok') return answer;
    }
    return undefined;
  } catch (error) {
    if (isCorrupt(error)) return (error as Error).message;
    throw error;
  } finally {
    sqlite?.close();
  }
}

function smallTables(sqlite: Sqlite): string[] {
  const names = sqlite.prepare<[], string>("SELECT name FROM sqlite_schema WHERE type = 'table'").pluck().all();
  return names.filter((name) => !LARGE_TABLES.has(name));
}

function replace(options: { readonly dir: string; readonly nowMs: TimestampMs; readonly problem: string }): Recovery {
  const { dir, nowMs, problem } = options;
  const file = coreFile(dir);
  const highWater = readHighWater(file);
  const backup = listBackups(dir).find(isIntact);
  if (backup !== undefined) copyDurably(backup.file, restoringFile(dir));
  // Only the latest damaged file is kept: each may be as large as the database.
  dropCorruptFiles(dir, nowMs);
  const corruptFile = `${file}.corrupt.${nowMs}`;
  // The damaged file goes first: from here on a crash is finished by `finishInterruptedRestore`.
  renameSync(file, corruptFile);
  finishInterruptedRestore(dir);
  clearSuspect(dir);
  syncFolder(dir);
  return {
    kind: backup === undefined ? 'fresh' : 'restored',
    corruptFile,
    backupAtMs: backup?.atMs,
    problem,
    sentence: describe(backup, corruptFile),
    highWater,
  };
}

function describe(backup: BackupFile | undefined, corruptFile: string): string {
  return backup === undefined
    ? `The database was damaged and there was no good backup, so the store started empty; the damaged file is "${corruptFile}"`
    : `The database was damaged and was restored from the backup of ${new Date(backup.atMs).toISOString()}; what came after it is lost, and the damaged file is "${corruptFile}"`;
}

/** After the damaged file was moved away: its log must not be applied to another file, and the restored copy takes its name. */
function finishInterruptedRestore(dir: string): void {
  const file = coreFile(dir);
  if (existsSync(file)) return;
  removeFile(`${file}-wal`);
  removeFile(`${file}-shm`);
  if (existsSync(restoringFile(dir))) renameSync(restoringFile(dir), file);
}

function restoringFile(dir: string): string {
  return `${coreFile(dir)}.restoring`;
}

function copyDurably(from: string, to: string): void {
  removeFile(to);
  copyFileSync(from, to, constants.COPYFILE_FICLONE);
  syncPath(to);
}

function readHighWater(file: string): HighWater {
  return {
    inboxSeq: readNumber(file, 'SELECT max(seq) FROM inbox'),
    outboxSeq: readNumber(file, "SELECT seq FROM sqlite_sequence WHERE name = 'outbox'"),
  };
}

/** Best effort: 0 when that part of the file is damaged too. */
function readNumber(file: string, sql: string): number {
  try {
    const sqlite = openSqlite(file, { fileMustExist: true });
    try {
      return Number(sqlite.prepare<[], number | null>(sql).pluck().get() ?? 0);
    } finally {
      sqlite.close();
    }
  } catch {
    return 0;
  }
}
