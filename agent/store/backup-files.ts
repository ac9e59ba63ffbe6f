import { createHash } from 'node:crypto';
import { closeSync, existsSync, openSync, readdirSync, readFileSync, readSync } from 'node:fs';
import type { TimestampMs } from '../core/units.ts';

/** A backup in the ring: a whole database in one file, with its checksum beside it. */
export interface BackupFile {
  readonly file: string;
  /** `sha256sum` format, so that a person can check a backup without the agent. */
  readonly checksumFile: string;
  readonly atMs: TimestampMs;
}

const NAME = /^core-(\d{13})\.db$/;
const CHUNK_BYTES = 1024 * 1024;

/** Folder of the backups inside a data folder. */
export function backupFolder(dir: string): string {
  return `${dir}/backups`;
}

/** The place for a backup made at `atMs`. */
export function backupFile(dir: string, atMs: TimestampMs): BackupFile {
  const file = `${backupFolder(dir)}/core-${String(atMs).padStart(13, '0')}.db`;
  return { file, checksumFile: `${file}.sha256`, atMs };
}

/** Backups that are there, newest first; files without a checksum were never finished and are left out. */
export function listBackups(dir: string): BackupFile[] {
  if (!existsSync(backupFolder(dir))) return [];
  return readdirSync(backupFolder(dir))
    .flatMap((name) => {
      const match = NAME.exec(name);
      return match === null ? [] : [backupFile(dir, Number(match[1]))];
    })
    .filter((backup) => existsSync(backup.checksumFile))
    .sort((a, b) => b.atMs - a.atMs);
}

/** True when the backup still has the bytes that were checked when it was made. Reads the whole file. */
export function isIntact(backup: BackupFile): boolean {
  try {
    return readFileSync(backup.checksumFile, 'utf8').startsWith(sha256OfFile(backup.file));
  } catch {
    return false;
  }
}

/** Hex sha256 of a file's bytes, read in pieces. */
export function sha256OfFile(path: string): string {
  const hash = createHash('sha256');
  const chunk = Buffer.allocUnsafe(CHUNK_BYTES);
  const handle = openSync(path, 'r');
  try {
    for (let read = readSync(handle, chunk); read > 0; read = readSync(handle, chunk)) hash.update(chunk.subarray(0, read));
    return hash.digest('hex');
  } finally {
    closeSync(handle);
  }
}
