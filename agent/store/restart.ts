import type { TimestampMs } from '../core/units.ts';
import type { ErasureList } from './erasures.ts';
import type { SqliteJournal } from './journal.ts';
import type { OutboxTable } from './outbox.ts';
import type { Recovery } from './recovery.ts';
import type { VisitsTable } from './visits.ts';

/** Some entries may have been in the damaged part of the file that the last number was read from. */
const SPARE_NUMBERS = 10_000;

/** What has to be put right after a damaged database was replaced, before anything else is written. */
export function settleAfterRecovery(
  parts: { readonly journal: SqliteJournal; readonly outbox: OutboxTable; readonly visits: VisitsTable; readonly erasures: ErasureList },
  options: { readonly recovery: Recovery; readonly nowMs: TimestampMs },
): void {
  skipUsedNumbers(parts, options);
  eraseAgain(parts, options.nowMs);
}

/**
 * Ids of decisions, offers and batches derive from log positions and batch numbers, so neither may be given out twice. Where the damaged
 * file does not say how far it had come, the time in milliseconds is beyond any number counted up from 1.
 */
function skipUsedNumbers(
  { journal, outbox }: { readonly journal: SqliteJournal; readonly outbox: OutboxTable },
  { recovery, nowMs }: { readonly recovery: Recovery; readonly nowMs: TimestampMs },
): void {
  const past = (used: number) => (used > 0 && used < nowMs * 2 ? used + SPARE_NUMBERS : nowMs);
  journal.skipTo(Math.max(past(recovery.highWater.inboxSeq), journal.lastSeq() + 1), nowMs);
  // An outbox that starts empty has a new epoch and may begin at 1.
  if (recovery.kind === 'restored') outbox.skipThrough(past(recovery.highWater.outboxSeq));
}

/** The log gets the erasures once more, so that the state forgets those visits when it is rebuilt from the restored snapshot. */
function eraseAgain(
  { journal, visits, erasures }: { readonly journal: SqliteJournal; readonly visits: VisitsTable; readonly erasures: ErasureList },
  nowMs: TimestampMs,
): void {
  for (const visit of erasures.among(visits.ids())) {
    journal.commit({
      inputs: [{ seq: journal.lastSeq() + 1, atMs: nowMs, input: { kind: 'visit.erased', visit } }],
      rows: [{ kind: 'row.forget', visit }],
      batches: [],
      atMs: nowMs,
    });
  }
}
