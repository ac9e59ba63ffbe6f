import type { Box } from './boxes.ts';
import type { PicturePoint } from './camera-place.ts';
import type { Somebody } from './hands.ts';
import { type Picture, spansOf } from './picture.ts';

/** Cells along the longer side of a shelf's front. */
const CELLS = 48;
/** Least difference of brightness (0 to 255) that is a change, and how many times its usual noise. */
const MIN_DIFFERENCE = 14;
const NOISES = 4;
/** A darkening within these bounds that leaves the colour as it is, is a shadow. */
const SHADOW = { least: 0.5, most: 1.12, colour: 0.035 } as const;
/** What stays changed this long is no hand; uncovered this long, it is what the shelf looks like now. */
const STILL_MS = 1_200;
const ABSORB_MS = 2_500;
/** How slowly the shelf's look follows light and dust. */
const FOLLOW_MS = 15_000;
/** Share of a shelf that changes at once only when the light or the camera does. */
const DISTURBED = 0.55;
const CALM_MS = 1_500;

interface Cell {
  /** Middle of it in the picture. */
  readonly x: number;
  readonly y: number;
  /** Pixels that belong to it, as offsets of bytes; found for one size of picture. */
  pixels: number[];
  now: number;
  red: number;
  green: number;
  level: number;
  levelRed: number;
  levelGreen: number;
  noise: number;
  /** What it has looked like lately, and since when. */
  candidate: number;
  candidateSinceMs: number;
  changed: boolean;
}

/**
 * What the front of a shelf usually looks like, in coarse cells, and which of them look otherwise now. Brighter or darker pictures, shadows,
 * and goods that were moved and left are not changes; people before it are left out of what is usual.
 */
export class ShelfBackground {
  readonly #outline: readonly PicturePoint[];
  #cells: Cell[] = [];
  #size = '';
  #cellArea = 0;
  /** Width of the picture by its height. */
  #aspect = 1;
  #lastMs = Number.NEGATIVE_INFINITY;
  #calmFromMs = Number.NEGATIVE_INFINITY;
  #isNew = true;

  constructor(outline: readonly PicturePoint[]) {
    this.#outline = outline;
  }

  /** Takes a picture; `people` are the boxes of everybody who may stand before the shelf. */
  look(picture: Picture, { people, atMs }: { readonly people: readonly Box[]; readonly atMs: number }): void {
    this.#fit(picture);
    const gapMs = Math.min(1_000, Math.max(0, atMs - this.#lastMs));
    this.#lastMs = atMs;
    for (const cell of this.#cells) measure(cell, picture.rgb);
    if (this.#isNew) {
      this.#isNew = false;
      for (const cell of this.#cells) adopt(cell, atMs);
      this.#calmFromMs = atMs + CALM_MS;
      return;
    }
    const open = this.#cells.filter((cell) => !people.some((box) => covers(grown(box), cell)));
    const light = lightOf(open);
    let changes = 0;
    for (const cell of this.#cells) {
      judge(cell, light, atMs);
      if (cell.changed) changes += 1;
    }
    const openChanges = open.filter(({ changed }) => changed).length;
    if (open.length > 8 && openChanges > DISTURBED * open.length && changes > DISTURBED * this.#cells.length * 0.5) {
      // Other lamps, or a push: nothing here is comparable any more.
      for (const cell of this.#cells) adopt(cell, atMs);
      this.#calmFromMs = atMs + CALM_MS;
      return;
    }
    for (const cell of open) follow(cell, { gapMs, atMs });
  }

  /**
   * How much of the shelf is changed beside somebody, 0 to 1: 1 is a forearm's worth. Their own trunk and everybody else are left out;
   * so is what has been changed for a while.
   */
  changeBeside({ person, trunk }: Somebody, others: readonly Box[]): number {
    if (this.#lastMs < this.#calmFromMs) return 0;
    const arm = (0.35 * person.h) / this.#aspect;
    const zone = { x: person.x - arm, y: person.y - 0.25 * person.h, w: person.w + 2 * arm, h: 1.25 * person.h };
    const count = this.#cells.filter(
      (cell) =>
        cell.changed &&
        this.#lastMs - cell.candidateSinceMs < STILL_MS &&
        covers(zone, cell) &&
        !covers(trunk, cell) &&
        !others.some((box) => covers(grown(box), cell)),
    ).length;
    return Math.min(1, (count * this.#cellArea) / (FOREARM * person.h * person.h));
  }

  /** Lays cells over the outline for a size of picture; another size begins anew. */
  #fit(picture: Picture): void {
    const size = `${picture.width}x${picture.height}`;
    if (size === this.#size) return;
    this.#size = size;
    this.#isNew = true;
    const xs = this.#outline.map(({ x }) => x * picture.width);
    const ys = this.#outline.map(({ y }) => y * picture.height);
    const longest = Math.max(Math.max(...xs) - Math.min(...xs), Math.max(...ys) - Math.min(...ys));
    const step = Math.max(3, Math.ceil(longest / CELLS));
    const cells = new Map<string, Cell>();
    for (const { y, from, to } of spansOf(this.#outline, picture)) {
      for (let x = from; x < to; x++) {
        const [column, line] = [Math.floor(x / step), Math.floor(y / step)];
        const key = `${column},${line}`;
        const cell = cells.get(key) ?? emptyCell(((column + 0.5) * step) / picture.width, ((line + 0.5) * step) / picture.height);
        cell.pixels.push(3 * (y * picture.width + x));
        cells.set(key, cell);
      }
    }
    // Slivers at the edge are noise.
    this.#cells = [...cells.values()].filter(({ pixels }) => pixels.length >= (step * step) / 3);
    // In heights of the picture squared, as a person's height is told.
    this.#cellArea = (step / picture.height) ** 2;
    this.#aspect = picture.width / picture.height;
  }
}

/** A hand with its forearm, in heights of a person squared. */
const FOREARM = 0.011;

function emptyCell(x: number, y: number): Cell {
  return {
    x,
    y,
    pixels: [],
    now: 0,
    red: 0,
    green: 0,
    level: 0,
    levelRed: 0,
    levelGreen: 0,
    noise: 2,
    candidate: 0,
    candidateSinceMs: 0,
    changed: false,
  };
}

/** Boxes are never quite right: a little wider, so that nobody's shoulder is a change. */
function grown({ x, y, w, h }: Box): Box {
  return { x: x - 0.08 * w, y: y - 0.03 * h, w: 1.16 * w, h: 1.06 * h };
}

function covers(box: Box, { x, y }: Cell): boolean {
  return x >= box.x && x <= box.x + box.w && y >= box.y && y <= box.y + box.h;
}

function measure(cell: Cell, rgb: Uint8Array): void {
  let [red, green, blue] = [0, 0, 0];
  for (const at of cell.pixels) {
    red += rgb[at] ?? 0;
    green += rgb[at + 1] ?? 0;
    blue += rgb[at + 2] ?? 0;
  }
  const sum = red + green + blue + 3 * cell.pixels.length;
  cell.now = (0.3 * red + 0.59 * green + 0.11 * blue) / cell.pixels.length;
  cell.red = red / sum;
  cell.green = green / sum;
}

function adopt(cell: Cell, atMs: number): void {
  cell.level = cell.now;
  cell.levelRed = cell.red;
  cell.levelGreen = cell.green;
  cell.candidate = cell.now;
  cell.candidateSinceMs = atMs;
  cell.changed = false;
}

/** How the light of a picture differs from the usual: what was `level` is now `slope * level + shift`. */
interface Light {
  readonly slope: number;
  readonly shift: number;
}

/** From the darker and the brighter half of the cells nobody covers, by their medians: moved goods do not count. */
function lightOf(open: readonly Cell[]): Light {
  if (open.length < 8) return { slope: 1, shift: 0 };
  const ordered = [...open].sort((a, b) => a.level - b.level);
  const half = ordered.length >> 1;
  const [dark, bright] = [ordered.slice(0, half), ordered.slice(half)];
  const [darkLevel, brightLevel] = [median(dark.map(({ level }) => level)), median(bright.map(({ level }) => level))];
  const ratio = (cells: readonly Cell[]) => median(cells.map(({ now, level }) => (now + 1) / (level + 1)));
  const [darkNow, brightNow] = [darkLevel * ratio(dark), brightLevel * ratio(bright)];
  if (brightLevel - darkLevel < 20) return { slope: ratio(open), shift: 0 };
  const slope = Math.min(4, Math.max(0.25, (brightNow - darkNow) / (brightLevel - darkLevel)));
  return { slope, shift: brightNow - slope * brightLevel };
}

function median(values: number[]): number {
  return values.sort((a, b) => a - b)[values.length >> 1] ?? 1;
}

function judge(cell: Cell, { slope, shift }: Light, atMs: number): void {
  const expected = slope * cell.level + shift;
  const difference = Math.abs(cell.now - expected);
  const limit = Math.max(MIN_DIFFERENCE, NOISES * cell.noise * Math.max(1, slope));
  const colour = Math.abs(cell.red - cell.levelRed) + Math.abs(cell.green - cell.levelGreen);
  const ratio = (cell.now + 1) / (Math.max(0, expected) + 1);
  const isShadow = colour < SHADOW.colour && ratio > SHADOW.least && ratio < SHADOW.most;
  cell.changed = (difference > limit && !isShadow) || (colour > 2.5 * SHADOW.colour && cell.now > 25);
  // Told in the usual light, so that a flickering lamp does not count as moving.
  const usual = (cell.now - shift) / slope;
  if (Math.abs(usual - cell.candidate) > limit) {
    cell.candidate = usual;
    cell.candidateSinceMs = atMs;
  }
}

function follow(cell: Cell, { gapMs, atMs }: { readonly gapMs: number; readonly atMs: number }): void {
  if (cell.changed) {
    if (atMs - cell.candidateSinceMs >= ABSORB_MS) adopt(cell, atMs);
    return;
  }
  const share = Math.min(0.5, gapMs / FOLLOW_MS);
  cell.noise += share * (Math.min(12, Math.abs(cell.now - cell.level)) - cell.noise);
  cell.level += share * (cell.now - cell.level);
  cell.levelRed += share * (cell.red - cell.levelRed);
  cell.levelGreen += share * (cell.green - cell.levelGreen);
}
