import { cellAt, type HeatGrid } from '../../agent/core/cameras/heat-grid.ts';
import type { ReadingBody } from '../../agent/core/reading.ts';
import type { Person } from './floor-people.ts';

const TOLD_EVERY_MS = 60_000;
/** Longest time between two looks that is believed to have been spent in one place. */
const LONGEST_STEP_MS = 1_000;

/** Where on the floor people spend their time: squares and seconds, told once a minute and then forgotten. */
export class HeatWatch {
  readonly #grid: HeatGrid;
  readonly #cells = new Map<number, { seconds: number; readonly people: Set<number> }>();
  readonly #lastMs = new Map<number, number>();
  #sinceMs: number | undefined;

  constructor(grid: HeatGrid) {
    this.#grid = grid;
  }

  at(person: Person, nowMs: number): void {
    const cell = cellAt(this.#grid, { xM: person.x, yM: person.y });
    const lastMs = this.#lastMs.get(person.id);
    this.#lastMs.set(person.id, nowMs);
    if (cell === undefined || lastMs === undefined || nowMs <= lastMs) return;
    const known = this.#cells.get(cell) ?? { seconds: 0, people: new Set() };
    known.seconds += Math.min(LONGEST_STEP_MS, nowMs - lastMs) / 1_000;
    known.people.add(person.id);
    this.#cells.set(cell, known);
  }

  report(nowMs: number): readonly ReadingBody[] {
    this.#sinceMs ??= nowMs;
    if (nowMs - this.#sinceMs < TOLD_EVERY_MS) return [];
    this.#sinceMs = nowMs;
    const cells = [...this.#cells].map(([cell, { seconds, people }]) => ({
      cell,
      seconds: Math.round(10 * seconds) / 10,
      people: people.size,
    }));
    this.#cells.clear();
    return cells.length === 0 ? [] : [{ kind: 'heat', cells }];
  }

  keep(people: ReadonlySet<number>): void {
    for (const id of this.#lastMs.keys()) if (!people.has(id)) this.#lastMs.delete(id);
  }
}
