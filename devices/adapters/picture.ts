import type { DetectedPerson } from '../../agent/core/reading.ts';

/** A box in [0, 1] of the picture. */
export type Box = Pick<DetectedPerson, 'x' | 'y' | 'w' | 'h'>;

/** `[left, top, right, bottom]` in pixels as a share of the picture, `undefined` when it is no such box. Boxes outside the frame stay outside: the schema refuses them. */
export function boxInFrame(corners: unknown, [widthPx, heightPx]: readonly [number, number]): Box | undefined {
  if (!Array.isArray(corners) || corners.length !== 4 || !corners.every((value) => typeof value === 'number')) return undefined;
  const [left, top, right, bottom] = corners as [number, number, number, number]; // Four numbers, as checked above.
  return boxOf({ left: left / widthPx, top: top / heightPx, right: right / widthPx, bottom: bottom / heightPx });
}

/** The same from edges that are shares already. Trackers predict boxes a little past the edge: up to a twentieth of the picture is cut off. */
export function boxOf(edges: { readonly left: number; readonly top: number; readonly right: number; readonly bottom: number }): Box {
  const [left, top, right, bottom] = [inside(edges.left), inside(edges.top), inside(edges.right), inside(edges.bottom)];
  return { x: left, y: top, w: right - left, h: bottom - top };
}

/** Somebody in a picture; without a confidence the schema refuses them. Written out: several of them are in every message of a camera. */
export function personIn({ x, y, w, h }: Box, about: { readonly confidence: number | undefined; readonly id: unknown }): DetectedPerson {
  const { confidence = Number.NaN, id } = about;
  if (typeof id === 'string' || typeof id === 'number') return { x, y, w, h, confidence, track: String(id) };
  return { x, y, w, h, confidence };
}

function inside(share: number): number {
  if (share < 0 && share >= -SLACK) return 0;
  return share > 1 && share <= 1 + SLACK ? 1 : share;
}

const SLACK = 0.05;
