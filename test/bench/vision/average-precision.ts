import type { DetectedPerson } from '../../../agent/core/reading.ts';
import { type Box, iou } from '../../../models/vision/boxes.ts';

/** One photograph: who is on it, and what was found. */
export interface JudgedPhoto {
  readonly truth: readonly Box[];
  readonly found: readonly DetectedPerson[];
}

/** Height in the photograph from which a person counts as near. */
export const NEAR_HEIGHT = 0.25;

/**
 * Average precision at an overlap of 0.5, in per cent, with 101 recall levels. `minHeight` counts only persons at least that tall; what is
 * found on others is neither right nor wrong.
 */
export function averagePrecision50(photos: readonly JudgedPhoto[], minHeight = 0): number {
  const marks: { readonly confidence: number; readonly right: boolean }[] = [];
  let people = 0;
  for (const { truth, found } of photos) {
    const counted = truth.map((box) => box.h >= minHeight);
    people += counted.filter(Boolean).length;
    const taken = truth.map(() => false);
    for (const person of [...found].sort((a, b) => b.confidence - a.confidence)) {
      const match = bestMatch(person, { truth, counted, taken });
      if (match === undefined) {
        if (person.h >= minHeight) marks.push({ confidence: person.confidence, right: false });
        continue;
      }
      taken[match] = true;
      if (counted[match] === true) marks.push({ confidence: person.confidence, right: true });
    }
  }
  return 100 * areaUnder(marks, people);
}

/** The free person that the box covers best, those that count before those that do not. */
function bestMatch(
  box: Box,
  photo: { readonly truth: readonly Box[]; readonly counted: readonly boolean[]; readonly taken: readonly boolean[] },
): number | undefined {
  let best: number | undefined;
  let bestWorth = 0;
  for (const [i, person] of photo.truth.entries()) {
    const shared = iou(box, person);
    const worth = shared < 0.5 || photo.taken[i] === true ? 0 : shared + (photo.counted[i] === true ? 1 : 0);
    if (worth > bestWorth) [best, bestWorth] = [i, worth];
  }
  return best;
}

function areaUnder(marks: readonly { readonly confidence: number; readonly right: boolean }[], people: number): number {
  const points: { recall: number; precision: number }[] = [];
  let right = 0;
  for (const [i, mark] of [...marks].sort((a, b) => b.confidence - a.confidence).entries()) {
    if (mark.right) right += 1;
    points.push({ recall: right / people, precision: right / (i + 1) });
  }
  let area = 0;
  for (let level = 0; level <= 100; level++) {
    area += points.reduce((best, { recall, precision }) => (recall >= level / 100 && precision > best ? precision : best), 0);
  }
  return area / 101;
}
