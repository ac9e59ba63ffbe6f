import { mkdirSync, renameSync, writeFileSync } from 'node:fs';
import { basename } from 'node:path';
import { fail, ok, type Result } from '../core/result.ts';
import { DAY_MS, type TimestampMs } from '../core/units.ts';
import { type BackupFile, backupFile, backupFolder, listBackups } from './backup-files.ts';
import { coreFile } from './database.ts';
import { createPrivately, fileBytes, freeBytes, removeFile, syncFolder, syncPath } from './files.ts';
import { runJob } from './worker-jobs.ts';

/** How many backups are kept; the oldest goes when a new one is in place. */
export const BACKUPS_KEPT = 3;

/** Why there is no new backup. `corrupt`: the copy was made and is damaged, so the database itself is. */
export interface BackupError {
  readonly kind: 'no-space' | 'corrupt';
  readonly message: string;
  readonly hint: string;
}

/** True when the newest backup is a day old, is missing, or is from the future because the clock went back. */
export function isBackupDue(dir: string, nowMs: TimestampMs): boolean {
  const newest = listBackups(dir)[0];
  return newest === undefined || nowMs - newest.atMs >= DAY_MS || nowMs < newest.atMs;
}

/**
 * Copies the live database into the ring, beside the event loop, and checks the copy: this is the daily integrity check as well, since the
 * copy has every page of the original. A copy that is not good never enters the ring.
 */
export async function backUp(options: {
  readonly dir: string;
  readonly nowMs: TimestampMs;
  readonly signal?: AbortSignal;
}): Promise<Result<BackupFile, BackupError>> {
  const { dir, nowMs } = options;
  mkdirSync(backupFolder(dir), { recursive: true, mode: 0o700 });
  const neededBytes = fileBytes(coreFile(dir)) * 1.1;
  if (freeBytes(dir) < neededBytes) return fail(noSpace(neededBytes));
  const backup = backupFile(dir, nowMs);
  const unfinished = `${backup.file}.unfinished`;
  try {
    removeFile(unfinished);
    createPrivately(unfinished);
    const signal = options.signal === undefined ? {} : { signal: options.signal };
    const answer = await runJob({ kind: 'backup', source: coreFile(dir), target: unfinished }, signal);
    if (answer.problem !== undefined || answer.sha256 === undefined) return fail(corrupt(answer.problem ?? 'no checksum'));
    publish(backup, { unfinished, sha256: answer.sha256 });
  } finally {
    removeFile(unfinished);
  }
  prune(dir, backup);
  syncFolder(backupFolder(dir));
  return ok(backup);
}

/** The checksum file comes last: a backup without one was never finished. */
function publish(backup: BackupFile, made: { readonly unfinished: string; readonly sha256: string }): void {
  renameSync(made.unfinished, backup.file);
  writeFileSync(backup.checksumFile, `${made.sha256}  ${basename(backup.file)}\n`, { mode: 0o600 });
  syncPath(backup.checksumFile);
}

/** Counted from `newest` and not by name: after a clock that ran ahead, the backups from the future are the old ones. */
function prune(dir: string, newest: BackupFile): void {
  const others = listBackups(dir).filter((backup) => backup.file !== newest.file);
  const fromFuture = others.filter((backup) => backup.atMs > newest.atMs);
  const past = others.filter((backup) => backup.atMs <= newest.atMs);
  for (const backup of [...past, ...fromFuture].slice(BACKUPS_KEPT - 1)) {
    removeFile(backup.checksumFile);
    removeFile(backup.file);
  }
}

function noSpace(neededBytes: number): BackupError {
  return {
    kind: 'no-space',
    message: `Cannot back up the database: it needs ${Math.ceil(neededBytes / 1e6)} MB and the disk has less`,
    hint: 'Free some disk space, or lower the storage quota in the configuration',
  };
}

function corrupt(problem: string): BackupError {
  return {
    kind: 'corrupt',
    message: `Cannot back up the database: its content is damaged (${problem})`,
    hint: 'Restart the agent: it restores the newest good backup. Check the disk or replace the card, since damage tends to come back',
  };
}
