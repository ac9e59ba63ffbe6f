import type { DetectedPerson } from '../../agent/core/reading.ts';

/** An upright rectangle in [0, 1] of the picture, top-left corner first. */
export type Box = Pick<DetectedPerson, 'x' | 'y' | 'w' | 'h'>;

/** Shared area over joint area, 0 to 1; 0 for boxes without area. */
export function iou(a: Box, b: Box): number {
  const shared = overlap(a, b);
  const joint = a.w * a.h + b.w * b.h - shared;
  return joint > 0 ? shared / joint : 0;
}

/** Share of the smaller box that lies in the other, 0 to 1: near 1 when one box is inside another. */
export function containment(a: Box, b: Box): number {
  const smaller = Math.min(a.w * a.h, b.w * b.h);
  return smaller > 0 ? overlap(a, b) / smaller : 0;
}

function overlap(a: Box, b: Box): number {
  const width = Math.min(a.x + a.w, b.x + b.w) - Math.max(a.x, b.x);
  const height = Math.min(a.y + a.h, b.y + b.h) - Math.max(a.y, b.y);
  return width > 0 && height > 0 ? width * height : 0;
}
