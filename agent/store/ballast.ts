import { randomBytes } from 'node:crypto';
import { closeSync, fsyncSync, openSync, writeSync } from 'node:fs';
import { dirname } from 'node:path';
import { fileBytes, freeBytes, removeFile } from './files.ts';

/** Default size: twice the most that the write-ahead log keeps, since deleting rows on a full disk first writes to that log. */
export const BALLAST_BYTES = 32 * 1024 * 1024;

const CHUNK_BYTES = 1024 * 1024;

/**
 * A file that does nothing but take up room, so that there is room to give when the disk is full: SQLite cannot even delete rows then.
 * Given up by `release`, taken back by `restore` when the disk has room again.
 */
export class Ballast {
  readonly #path: string;
  readonly #bytes: number;

  constructor(path: string, bytes: number = BALLAST_BYTES) {
    this.#path = path;
    this.#bytes = bytes;
  }

  /** True while the file holds its room. */
  get isHeld(): boolean {
    return fileBytes(this.#path) >= this.#bytes;
  }

  /** Gives the room back to the disk; true when there was any. */
  release(): boolean {
    return removeFile(this.#path);
  }

  /** Takes the room when the disk has twice as much free; returns whether the ballast is in place afterwards. */
  restore(): boolean {
    if (this.isHeld) return true;
    if (freeBytes(dirname(this.#path)) < this.#bytes * 2) return false;
    // Random bytes: a file system that compresses or leaves holes would keep nothing in reserve for zeros.
    const chunk = randomBytes(Math.min(CHUNK_BYTES, this.#bytes));
    const handle = openSync(this.#path, 'w', 0o600);
    try {
      for (let written = 0; written < this.#bytes; written += chunk.length) {
        writeSync(handle, chunk, 0, Math.min(chunk.length, this.#bytes - written));
      }
      fsyncSync(handle);
      return true;
    } catch {
      // Somebody else filled the disk meanwhile; a part of the ballast is of no use.
      this.release();
      return false;
    } finally {
      closeSync(handle);
    }
  }
}
