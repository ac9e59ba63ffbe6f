import { closeSync, existsSync, fsyncSync, openSync, statfsSync, statSync, unlinkSync } from 'node:fs';

/** Makes the names in a folder survive a power cut: without it a new or renamed file may be gone although its content was synced. */
export function syncFolder(path: string): void {
  syncPath(path);
}

/** Makes a file's content survive a power cut. */
export function syncPath(path: string): void {
  const handle = openSync(path, 'r');
  try {
    fsyncSync(handle);
  } finally {
    closeSync(handle);
  }
}

/** Creates an empty file that only its owner can read, unless it exists. */
export function createPrivately(path: string): void {
  closeSync(openSync(path, 'a', 0o600));
}

/** Size of a file in bytes, 0 when it is not there. */
export function fileBytes(path: string): number {
  return statSync(path, { throwIfNoEntry: false })?.size ?? 0;
}

/** Bytes that this user can still write on the disk that holds `path`. */
export function freeBytes(path: string): number {
  const disk = statfsSync(path);
  return disk.bavail * disk.bsize;
}

/** Deletes a file; true when it was there. */
export function removeFile(path: string): boolean {
  if (!existsSync(path)) return false;
  unlinkSync(path);
  return true;
}
