import type { DetectedPerson } from '../../agent/core/reading.ts';
import { suppressOverlaps } from './nms.ts';

export interface DecodeSettings {
  /** Least score that is looked at; the tracker needs the weak ones too. */
  readonly minScore: number;
  /** Overlap from which two boxes are one person. */
  readonly nmsIou: number;
  readonly maxPeople: number;
}

/** What was best on photographs and clips at hand; the tracker's thresholds lie above `minScore`. */
export const DEFAULT_DECODE: DecodeSettings = { minScore: 0.15, nmsIou: 0.5, maxPeople: 100 };

/** Boxes looked at before suppression, which is quadratic: a detector gone wild must not take the processor with it. */
const MAX_CANDIDATES = 600;

/** A box before it is clipped: its sides in [0, 1] of the picture and beyond. */
export interface RawBox {
  readonly left: number;
  readonly top: number;
  readonly right: number;
  readonly bottom: number;
  readonly score: number;
}

/** What a detector with anchors says of one picture, before anything is left out. */
export interface RawDetections {
  /** A probability for every anchor. */
  readonly scores: Float32Array;
  /** ymin, xmin, ymax, xmax for every anchor, in [0, 1] of the picture and beyond at its edges. */
  readonly boxes: Float32Array;
}

/** The people in the answer of a detector with anchors, clipped to the picture, most confident first. Numbers that are none are left out. */
export function decodeDetections({ scores, boxes }: RawDetections, settings: DecodeSettings = DEFAULT_DECODE): DetectedPerson[] {
  const found: RawBox[] = [];
  for (const [anchor, score] of scores.entries()) {
    if (!(score >= settings.minScore)) continue;
    const [top = 0, left = 0, bottom = 0, right = 0] = boxes.subarray(4 * anchor, 4 * anchor + 4);
    found.push({ left, top, right, bottom, score });
  }
  return peopleOf(found, settings);
}

/** Boxes clipped to the picture, without doubles, most confident first. */
export function peopleOf(found: readonly RawBox[], settings: DecodeSettings): DetectedPerson[] {
  const candidates: DetectedPerson[] = [];
  for (const { left, top, right, bottom, score } of found) {
    const [x, y] = [within(left), within(top)];
    const [w, h] = [within(right) - x, within(bottom) - y];
    if (w > 0 && h > 0) candidates.push({ x, y, w, h, confidence: Math.min(1, score) });
  }
  if (candidates.length > MAX_CANDIDATES) candidates.sort((a, b) => b.confidence - a.confidence).length = MAX_CANDIDATES;
  return suppressOverlaps(candidates, { limit: settings.nmsIou, most: settings.maxPeople });
}

function within(value: number): number {
  return Math.min(1, Math.max(0, value));
}
