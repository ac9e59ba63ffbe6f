import { MetaTable } from './meta.ts';
import type { Sqlite } from './sqlite.ts';

const THROUGH = 'log.gaps_through_seq';

/**
 * How far the log is no longer all that happened: entries up to there were deleted to make room, or blanked because a visit was erased. From a
 * snapshot at or after that position on, a replay comes to the same decisions; from an earlier one it need not.
 */
export class LogGaps {
  readonly #meta: MetaTable;

  constructor(sqlite: Sqlite) {
    this.#meta = new MetaTable(sqlite);
  }

  /** Last position that may have a gap before or at it, 0 for a log that is whole. */
  through(): number {
    return this.#meta.number(THROUGH) ?? 0;
  }

  /** Notes a gap; to be called in the transaction that makes it. */
  note(seq: number): void {
    if (seq > this.through()) this.#meta.set(THROUGH, String(seq));
  }
}
