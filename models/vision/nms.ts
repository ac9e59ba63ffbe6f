import type { DetectedPerson } from '../../agent/core/reading.ts';
import { iou } from './boxes.ts';

/** Keeps the most confident box of every group that overlap by more than `limit` (0 to 1), at most `most`, most confident first. */
export function suppressOverlaps(
  people: readonly DetectedPerson[],
  { limit, most }: { readonly limit: number; readonly most: number },
): DetectedPerson[] {
  const kept: DetectedPerson[] = [];
  for (const person of [...people].sort((a, b) => b.confidence - a.confidence)) {
    if (kept.length >= most) break;
    if (kept.every((other) => iou(person, other) <= limit)) kept.push(person);
  }
  return kept;
}
