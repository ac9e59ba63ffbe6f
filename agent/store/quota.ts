import { BACKUPS_KEPT } from './backup.ts';
import { BALLAST_BYTES } from './ballast.ts';
import { MIN_QUOTA_BYTES, WAL_LIMIT_BYTES } from './database.ts';

/** The database, its backups, and the backup that is being made before the oldest one goes. */
const COPIES = 1 + BACKUPS_KEPT + 1;

/**
 * Splits what a data folder may take on disk (bytes, at least 4 MiB) between the database file and the ballast, so that database, log,
 * ballast and backups stay inside it together. Most of the room is the backups': each may be as large as the database.
 */
export function splitQuota(folderBytes: number): { readonly databaseBytes: number; readonly ballastBytes: number } {
  const ballastBytes = Math.min(BALLAST_BYTES, Math.floor(folderBytes / 16));
  const walBytes = Math.min(WAL_LIMIT_BYTES, Math.floor(folderBytes / 4));
  const databaseBytes = Math.max(MIN_QUOTA_BYTES, Math.floor((folderBytes - ballastBytes - walBytes) / COPIES));
  return { databaseBytes, ballastBytes };
}
