import type { TimestampMs } from '../agent/core/units.ts';

/** The cloud link in figures and one sentence for people. */
export interface UploaderStatus {
  readonly state: 'off' | 'connected' | 'offline' | 'refused';
  readonly sentence: string;
  /** `open`: failed often enough that only single small requests are tried. */
  readonly circuit: 'closed' | 'open';
  readonly lastUploadAtMs: TimestampMs | undefined;
  readonly nextAttemptAtMs: TimestampMs | undefined;
  readonly consecutiveFailures: number;
  readonly backlogBatches: number;
  readonly backlogBytes: number;
  /** When the oldest batch that is still here was made. */
  readonly oldestAtMs: TimestampMs | undefined;
  /** Since the process started. */
  readonly sentBatches: number;
  /** Gzipped, without headers. */
  readonly sentBytes: number;
  /** Taken by the hub but kept aside there: they need a person. */
  readonly rejectedBatches: number;
  /** Kept back here for now because the hub cannot read them. */
  readonly setAsideBatches: number;
}

/** Longest backlog that is not worth mentioning. */
const ORDINARY_BACKLOG = 2;

/** What to say of a link that works. */
export function connectedSentence(counts: Pick<UploaderStatus, 'backlogBatches' | 'rejectedBatches' | 'setAsideBatches'>): string {
  const { backlogBatches, rejectedBatches, setAsideBatches } = counts;
  if (setAsideBatches > 0) return `Connected; the cloud cannot read ${batches(setAsideBatches)} yet, kept here and tried again`;
  if (rejectedBatches > 0) return `Connected; the cloud put ${batches(rejectedBatches)} aside for head office to look at`;
  if (backlogBatches > ORDINARY_BACKLOG) return `Connected; catching up, ${batches(backlogBatches)} to go`;
  return 'Connected; everything is uploaded';
}

function batches(count: number): string {
  return `${count.toLocaleString('en')} ${count === 1 ? 'batch' : 'batches'}`;
}
