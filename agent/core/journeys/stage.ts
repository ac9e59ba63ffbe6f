import { MINUTE_MS, SECOND_MS, type TimestampMs } from '../units.ts';
import type { Interest, Visit } from '../visit.ts';

/** How far a visit is with any product: looking around, weighing something up, or close to a yes or no. */
export const STAGES = ['browsing', 'considering', 'deciding'] as const;

export type Stage = (typeof STAGES)[number];

/** What was done with a product longer ago than this says nothing about now. */
const RECENT_MS = 10 * MINUTE_MS;
/** Standing at a product this long is considering it. */
const LONG_LOOK_MS = 30 * SECOND_MS;

/**
 * The stage of a visit at a time, from what it did with products in the last ten minutes and nothing else. Deciding: something was compared,
 * scanned, taken up twice or more, or is in the hand. Considering: something was touched, or looked at for half a minute.
 */
export function stageOf(visit: Readonly<Visit>, nowMs: TimestampMs): Stage {
  let stage: Stage = 'browsing';
  for (const interest of visit.interest.values()) {
    if (nowMs - interest.lastAtMs > RECENT_MS) continue;
    if (isDeciding(interest)) return 'deciding';
    if (interest.picks + interest.returns > 0 || interest.dwellMs >= LONG_LOOK_MS) stage = 'considering';
  }
  return stage;
}

function isDeciding({ picks, compares, scans, holding }: Readonly<Interest>): boolean {
  return compares > 0 || scans > 0 || picks >= 2 || holding > 0;
}
