import type { Metres } from '../units.ts';

/** The floor plan as squares, numbered row by row from the top left corner. */
export interface HeatGrid {
  /** Edge of a square. */
  readonly cellM: Metres;
  readonly columns: number;
  readonly rows: number;
}

/** Finest grid, and most squares of one: what a page can draw and a snapshot can hold. */
const FINEST_M: Metres = 0.5;
const MOST_CELLS = 1_600;

/** The squares that a store counts its heat map in; the same for the same plan. */
export function heatGrid(plan: { readonly widthM: Metres; readonly depthM: Metres }): HeatGrid {
  let cellM = FINEST_M;
  while (Math.ceil(plan.widthM / cellM) * Math.ceil(plan.depthM / cellM) > MOST_CELLS) cellM *= 1.25;
  return { cellM, columns: Math.max(1, Math.ceil(plan.widthM / cellM)), rows: Math.max(1, Math.ceil(plan.depthM / cellM)) };
}

/** The square that a place lies in; `undefined` off the plan. */
export function cellAt(grid: HeatGrid, place: { readonly xM: Metres; readonly yM: Metres }): number | undefined {
  const column = Math.floor(place.xM / grid.cellM);
  const row = Math.floor(place.yM / grid.cellM);
  return column < 0 || row < 0 || column >= grid.columns || row >= grid.rows ? undefined : row * grid.columns + column;
}
