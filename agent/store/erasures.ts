import { createHash } from 'node:crypto';
import { appendFileSync, existsSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import type { VisitId } from '../core/ids.ts';
import type { TimestampMs } from '../core/units.ts';

/**
 * A list of erased visits beside the database, as hashes: a backup that is restored still has those that were erased after it was made,
 * and they have to be erased again. Lines are `<time in ms> <sha256 of the visit id>`.
 */
export class ErasureList {
  readonly #path: string;

  constructor(dir: string) {
    this.#path = `${dir}/erased.log`;
  }

  /** Notes that a visit was erased; false when the disk took no note. The erasure itself is done by then, so this must not undo it. */
  add(visit: VisitId, atMs: TimestampMs): boolean {
    try {
      appendFileSync(this.#path, `${atMs} ${digest(visit)}\n`, { mode: 0o600 });
      return true;
    } catch {
      return false;
    }
  }

  /** Those of the given visits that are on the list. */
  among(visits: Iterable<VisitId>): VisitId[] {
    const erased = new Set(this.#lines().map((line) => line.split(' ')[1]));
    return erased.size === 0 ? [] : [...visits].filter((visit) => erased.has(digest(visit)));
  }

  /** Drops what is older than the oldest backup: no file knows those visits any more. */
  dropBefore(beforeMs: TimestampMs): void {
    const lines = this.#lines();
    const kept = lines.filter((line) => Number(line.split(' ')[0]) >= beforeMs);
    if (kept.length === lines.length) return;
    writeFileSync(`${this.#path}.new`, kept.map((line) => `${line}\n`).join(''), { mode: 0o600 });
    renameSync(`${this.#path}.new`, this.#path);
  }

  #lines(): string[] {
    if (!existsSync(this.#path)) return [];
    return readFileSync(this.#path, 'utf8')
      .split('\n')
      .filter((line) => line !== '');
  }
}

function digest(visit: VisitId): string {
  return createHash('sha256').update(visit).digest('hex');
}
