import type { StoreOverview } from '../../core/overview.ts';

export interface Point {
  readonly x: number;
  readonly y: number;
}

export interface Box extends Point {
  readonly width: number;
  readonly height: number;
}

/** Edge of a fixture's mark in pixels: a target for a finger (WCAG 2.5.8 wants 24). */
export const MARK_PX = 26;
/** Free space round the plan in pixels, so that marks at a wall are whole. */
export const MARGIN_PX = 16;
/** Narrower, labels and marks fight for room: a phone scrolls the plan a little instead. */
const MIN_PLAN_PX = 400;
/** The plan grows past the screen, and scrolls, rather than let marks overlap, up to this many times. */
const MAX_GROWTH = 3;

/** Pixels a metre: fills `availablePx`, or more where fixtures stand so close that their marks would cover each other. */
export function planScale(overview: Pick<StoreOverview, 'plan' | 'fixtures'>, availablePx: number): number {
  const fit = Math.max(1, (Math.max(availablePx, MIN_PLAN_PX) - 2 * MARGIN_PX) / Math.max(1, overview.plan.widthM));
  const needed = (MARK_PX + 4) / closestPair(overview.fixtures);
  return Math.min(Math.max(fit, needed), fit * MAX_GROWTH);
}

/** Smallest distance on either axis between two fixtures, in metres; at least half a metre, so that stacked ones do not blow the plan up. */
function closestPair(fixtures: StoreOverview['fixtures']): number {
  let closest = Number.POSITIVE_INFINITY;
  for (const [at, one] of fixtures.entries()) {
    for (const other of fixtures.slice(at + 1)) {
      closest = Math.min(closest, Math.max(Math.abs(one.xM - other.xM), Math.abs(one.yM - other.yM)));
    }
  }
  return Math.max(0.5, closest);
}

/** The smallest box round some points. */
export function boxOf(points: readonly Point[]): Box {
  const xs = points.map(({ x }) => x);
  const ys = points.map(({ y }) => y);
  const x = Math.min(...xs);
  const y = Math.min(...ys);
  return { x, y, width: Math.max(...xs) - x, height: Math.max(...ys) - y };
}

/** A label laid into a zone: its lines, and where its top left corner goes. */
export interface PlacedLabel extends Point {
  readonly lines: readonly string[];
}

/** Height of a line and mean width of a character of the plan's 13 px text. */
export const LINE_PX = 16;
const CHARACTER_PX = 7;
const PAD_PX = 5;

/**
 * Lays a label into a zone so that it hides no mark: the first of `variants` (most telling first) that finds a free place, top left first;
 * when none does, the last one where it hides the fewest.
 */
export function placeLabel(zone: Box, variants: readonly (readonly string[])[], marks: readonly Point[]): PlacedLabel {
  let best: { readonly label: PlacedLabel; readonly hidden: number } | undefined;
  for (const lines of variants) {
    best = undefined;
    const size = { width: CHARACTER_PX * Math.max(...lines.map((line) => line.length)), height: LINE_PX * lines.length - 2 };
    const isTooLarge = size.width > zone.width - PAD_PX || size.height > zone.height - PAD_PX;
    for (const corner of spots(zone, size)) {
      const hidden = marks.filter((mark) => covers({ ...corner, ...size }, mark)).length + (isTooLarge ? 1 : 0);
      if (hidden === 0) return { ...corner, lines };
      if (best === undefined || hidden < best.hidden) best = { label: { ...corner, lines }, hidden };
    }
  }
  return best?.label ?? { x: zone.x, y: zone.y, lines: [] };
}

function* spots(zone: Box, size: { readonly width: number; readonly height: number }): Generator<Point> {
  const freeX = Math.max(0, zone.width - size.width - 2 * PAD_PX);
  const freeY = Math.max(0, zone.height - size.height - 2 * PAD_PX);
  for (const down of [0, 0.25, 0.5, 0.75, 1]) {
    for (const right of [0, 0.5, 1]) yield { x: zone.x + PAD_PX + right * freeX, y: zone.y + PAD_PX + down * freeY };
  }
}

function covers(label: Box, mark: Point): boolean {
  const reach = MARK_PX / 2;
  return (
    mark.x > label.x - reach &&
    mark.x < label.x + label.width + reach &&
    mark.y > label.y - reach &&
    mark.y < label.y + label.height + reach
  );
}

/** A count in at most four signs, for a small mark: "87", "1.2k", "15k". */
export function shortCount(value: number): string {
  if (value < 1_000) return String(Math.round(value));
  return value < 10_000 ? `${(Math.floor(value / 100) / 10).toFixed(1)}k` : `${Math.floor(value / 1_000)}k`;
}
