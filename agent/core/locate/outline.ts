import type { Zone } from '../store-map.ts';
import type { Metres } from '../units.ts';

interface Point {
  readonly xM: Metres;
  readonly yM: Metres;
}

/** Number of the zone a place lies in, the smallest where outlines overlap; undefined outside of all of them. */
export function zoneAt(zones: readonly Pick<Zone, 'outline'>[], at: Point): number | undefined {
  let found: number | undefined;
  let smallest = Number.POSITIVE_INFINITY;
  for (const [index, { outline }] of zones.entries()) {
    if (!isInside(outline, at)) continue;
    const area = areaM2(outline);
    if (area >= smallest) continue;
    smallest = area;
    found = index;
  }
  return found;
}

/** Whether a place lies inside an outline; on the border it may be either, but is never in two zones that share the border. */
export function isInside(outline: readonly Point[], { xM, yM }: Point): boolean {
  let inside = false;
  let previous = outline[outline.length - 1];
  for (const corner of outline) {
    if (previous !== undefined && corner.yM > yM !== previous.yM > yM) {
      const crossingM = corner.xM + ((yM - corner.yM) / (previous.yM - corner.yM)) * (previous.xM - corner.xM);
      if (xM < crossingM) inside = !inside;
    }
    previous = corner;
  }
  return inside;
}

/** Area of an outline in square metres. */
export function areaM2(outline: readonly Point[]): number {
  let doubled = 0;
  for (const [index, corner] of outline.entries()) {
    const next = outline[(index + 1) % outline.length]!;
    doubled += corner.xM * next.yM - next.xM * corner.yM;
  }
  return Math.abs(doubled) / 2;
}

/** A place in the middle of an outline: the mean of its corners. */
export function centreOf(outline: readonly Point[]): Point {
  const count = Math.max(1, outline.length);
  return {
    xM: outline.reduce((sum, { xM }) => sum + xM, 0) / count,
    yM: outline.reduce((sum, { yM }) => sum + yM, 0) / count,
  };
}
