import type { ShelfTruth } from '../../devices/simulator/shelf-scene.ts';

/** A take or put-back that a detector reported. */
export interface Report {
  readonly kind: string;
  readonly slot: string;
  readonly sku: string | undefined;
  readonly units: number;
  readonly isTake: boolean;
  readonly isCertain: boolean;
  readonly atMs: number;
  readonly settledAtMs: number;
}

/** Counts of one or several scenes; they add up. */
export interface ShelfScore {
  /** Takes and put-backs that happened. */
  truths: number;
  /** Certain, and right in product, count and direction. */
  hits: number;
  /** Certain, and nothing of the kind happened, or it could not be known; and doubtful reports of nothing. */
  falseReports: number;
  /** Not reported, reported wrongly, or only as ambiguous although it could be known. */
  misses: number;
  /** Reported as ambiguous: of all, and of those that weights alone cannot decide. */
  ambiguous: number;
  undecidable: number;
  undecidableTold: number;
  /** Hits whose kind (pick or sweep, return or restock) was right too. */
  rightKinds: number;
  readonly delaysMs: number[];
}

/** A score of nothing. */
export function emptyScore(): ShelfScore {
  return {
    truths: 0,
    hits: 0,
    falseReports: 0,
    misses: 0,
    ambiguous: 0,
    undecidable: 0,
    undecidableTold: 0,
    rightKinds: 0,
    delaysMs: [],
  };
}

/** A report may lie this long before and after what it is about, or so many readings after where a scale is slow. */
const BEFORE_MS = 2_500;
const AFTER_MS = 4_000;
const AFTER_READINGS = 3;

/**
 * Holds reports against what happened. A hit is certain and right in slot, product, direction and count; an ambiguous report is never a hit, and a
 * certain one about what weights cannot decide is an error even if its guess was lucky.
 */
export function scoreScene(
  score: ShelfScore,
  scene: { readonly truths: readonly ShelfTruth[]; readonly reports: readonly Report[]; readonly hz: number },
): void {
  const open = new Set(scene.reports);
  const afterMs = Math.max(AFTER_MS, (AFTER_READINGS * 1_000) / scene.hz);
  const acts = scene.truths.filter(({ kind }) => kind !== 'hand');
  const missed: ShelfTruth[] = [];
  const find = (truth: ShelfTruth, fits: (report: Report) => boolean) => {
    const near = [...open].filter(
      (report) =>
        report.slot === truth.slot && report.atMs >= truth.fromMs - BEFORE_MS && report.atMs <= truth.toMs + afterMs && fits(report),
    );
    const found = near.sort((a, b) => Math.abs(a.atMs - truth.toMs) - Math.abs(b.atMs - truth.toMs))[0];
    if (found !== undefined) open.delete(found);
    return found;
  };
  for (const truth of acts) {
    score.truths += 1;
    if (truth.decidable === 'no') score.undecidable += 1;
    const right = find(
      truth,
      (report) =>
        report.isCertain &&
        truth.decidable !== 'no' &&
        report.sku === truth.sku &&
        report.units === truth.units &&
        report.isTake === isTake(truth),
    );
    if (right === undefined) {
      missed.push(truth);
      continue;
    }
    score.hits += 1;
    if (right.kind === truth.kind) score.rightKinds += 1;
    score.delaysMs.push(right.settledAtMs - truth.toMs);
  }
  for (const truth of missed) {
    const doubtful = find(truth, (report) => !report.isCertain && report.isTake === isTake(truth));
    if (doubtful !== undefined) score.ambiguous += 1;
    if (doubtful === undefined || truth.decidable === 'yes') score.misses += 1;
    else if (truth.decidable === 'no') score.undecidableTold += 1;
  }
  score.falseReports += open.size;
}

/** Share of certain reports that are right. */
export function precisionOf({ hits, falseReports }: ShelfScore): number {
  return hits + falseReports === 0 ? 1 : hits / (hits + falseReports);
}

/** Share of what happened (and could be known) that was reported for certain and right. */
export function recallOf({ hits, misses }: ShelfScore): number {
  return hits + misses === 0 ? 1 : hits / (hits + misses);
}

/** Harmonic mean of precision and recall. */
export function f1Of({ hits, falseReports, misses }: ShelfScore): number {
  return hits + falseReports + misses === 0 ? 1 : (2 * hits) / (2 * hits + falseReports + misses);
}

/** The same with every ambiguous report a miss, also of what weights cannot decide: the share of all events that are known for certain. */
export function strictF1Of({ hits, falseReports, truths }: ShelfScore): number {
  return hits + falseReports + truths === 0 ? 1 : (2 * hits) / (hits + falseReports + truths);
}

function isTake({ kind }: ShelfTruth): boolean {
  return kind === 'pick' || kind === 'sweep';
}
