/** How far an outbox has come at the hub. */
export interface Progress {
  readonly highestContiguous: number;
  readonly highestSeq: number;
  /** Ever taken, pruned ones included. */
  readonly batches: number;
  /** Marks up to here were deleted; everything up to here counts as taken. */
  readonly prunedThrough: number;
}

/** An outbox that the hub has heard nothing of. */
export const NO_PROGRESS: Progress = { highestContiguous: 0, highestSeq: 0, batches: 0, prunedThrough: 0 };

/** Marks looked at in one go while the contiguous end moves on. */
export const PROGRESS_PAGE = 1_000;

/** Moves the contiguous end along sorted seqs above it; stops at the first hole. */
export function advance(contiguous: number, sortedSeqs: readonly number[]): number {
  let end = contiguous;
  for (const seq of sortedSeqs) {
    if (seq !== end + 1) break;
    end = seq;
  }
  return end;
}

/** The holes between the contiguous end and the last of the sorted seqs above it, at most `limit`. */
export function gapsIn(contiguous: number, { sortedSeqs, limit }: { readonly sortedSeqs: readonly number[]; readonly limit: number }) {
  const gaps: { fromSeq: number; toSeq: number }[] = [];
  let end = contiguous;
  for (const seq of sortedSeqs) {
    if (seq > end + 1) gaps.push({ fromSeq: end + 1, toSeq: seq - 1 });
    if (gaps.length === limit) break;
    end = seq;
  }
  return gaps;
}
