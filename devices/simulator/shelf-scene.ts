import type { Grams, TimestampMs } from '../../agent/core/units.ts';
import { impact, knock, press } from './hand-force.ts';
import { CELL, type CellTraits, LoadCell, noisier } from './load-cell.ts';
import { type Contact, PlateLoad, type Shift } from './plate-load.ts';
import { Random } from './random.ts';

/** A plate of a scene: one slot with its product. */
export interface ScenePlate {
  readonly slot: string;
  readonly sku: string;
  readonly unitGrams: Grams;
  /** Deviation of one unit's weight, as a share of it. */
  readonly spread: number;
  /** How much heavier the present batch is than planned, as a share; 0 by default. */
  readonly offPlan?: number;
  readonly units: number;
}

/** What really happened at a plate. */
export interface ShelfTruth {
  readonly kind: 'pick' | 'return' | 'restock' | 'sweep' | 'misplaced' | 'hand';
  readonly slot: string;
  readonly sku: string;
  /** 0 for a hand that takes nothing. */
  readonly units: number;
  readonly fromMs: TimestampMs;
  readonly toMs: TimestampMs;
  /**
   * Whether weights and times can say which product it was. `no`: it was put back while somebody holds another one of that weight, taken in
   * the last minute. `hardly`: one was taken earlier, or may still be held as far as weights can tell; or it left a plate on which such a
   * thing may lie.
   */
  readonly decidable: 'yes' | 'hardly' | 'no';
}

export interface WeightReading {
  readonly slot: string;
  readonly atMs: TimestampMs;
  readonly grams: Grams;
}

/** How the scales of a scene report. */
export interface SceneReport {
  readonly seed: string;
  readonly hz: number;
  /** Multiplies noise, wander, vibration and drift. */
  readonly noise: number;
  readonly traits?: Partial<CellTraits>;
  /** Readings that never arrive, one by one; and bursts an hour, of up to 5 s. */
  readonly lossShare?: number;
  readonly burstsPerHour?: number;
}

/** Where everything lay and when hands were at it, for sensors other than scales. */
export interface SceneStory {
  readonly startMs: TimestampMs;
  readonly endMs: TimestampMs;
  readonly slots: readonly string[];
  readonly items: readonly {
    readonly epc: string;
    readonly sku: string;
    readonly lies: readonly { readonly slot: string; readonly fromMs: TimestampMs; readonly toMs: TimestampMs }[];
  }[];
  readonly hands: readonly { readonly slot: string; readonly fromMs: TimestampMs; readonly toMs: TimestampMs }[];
}

interface Lie {
  readonly slot: string;
  readonly fromMs: TimestampMs;
  toMs: TimestampMs;
}

interface Item {
  readonly epc: string;
  readonly sku: string;
  readonly grams: Grams;
  readonly lies: Lie[];
  /** When a shopper took it. */
  takenAtMs?: TimestampMs;
}

interface Plate {
  readonly spec: ScenePlate;
  readonly initialGrams: Grams;
  readonly items: Item[];
  readonly shifts: Shift[];
  readonly contacts: Contact[];
  /** From the first undecidable put-back on, what leaves is hardly decidable. */
  isMixed: boolean;
}

const FOREVER_MS = Number.MAX_SAFE_INTEGER;
/** Two products whose weights differ by less than this many deviations cannot be told apart. */
const SAME_WEIGHT_DEVIATIONS = 3;

/** Writes what hands do at some plates, then plays it through their scales. Every unit has its own weight and is in one place at a time. */
export class ShelfScene {
  readonly plates: readonly ScenePlate[];
  readonly truths: ShelfTruth[] = [];
  readonly random: Random;
  /** When the next act begins. */
  nowMs: TimestampMs;
  readonly #startMs: TimestampMs;
  readonly #plates = new Map<string, Plate>();
  readonly #items: Item[] = [];
  readonly #hands: Lie[] = [];
  /** What shoppers hold. */
  readonly #held: Item[] = [];
  /** Products that came back undecidably: nobody who only weighs knows whether they are still held. */
  readonly #mayBeHeld = new Set<string>();

  constructor(plates: readonly ScenePlate[], at: { readonly seed: string; readonly startMs: TimestampMs }) {
    this.plates = plates;
    this.random = new Random(`${at.seed}/acts`);
    this.#startMs = at.startMs;
    // The scales are switched on and left alone before anybody comes.
    this.nowMs = at.startMs + 12_000;
    for (const spec of plates) {
      const items = Array.from({ length: spec.units }, () => this.#unitOf(spec));
      for (const item of items) item.lies.push({ slot: spec.slot, fromMs: at.startMs, toMs: FOREVER_MS });
      this.#plates.set(spec.slot, { spec, items, initialGrams: weightOf(items), shifts: [], contacts: [], isMixed: false });
    }
  }

  wait(seconds: number): this {
    this.nowMs += Math.round(seconds * 1_000);
    return this;
  }

  /** Units of the slot's own product on its plate. */
  stock(slot: string): number {
    const plate = this.#of(slot);
    return plate.items.filter(({ sku }) => sku === plate.spec.sku).length;
  }

  /** Takes units one after the other in one reach; from 3 on it is a sweep. `sku`: takes a product that does not belong there. */
  take(slot: string, units: number, sku = this.#of(slot).spec.sku): this {
    const plate = this.#of(slot);
    const { random } = this;
    const isMixed = plate.isMixed || plate.items.some((item) => item.sku !== sku && this.#looksLike(item.sku, sku));
    const graspMs = Math.round(200 + 400 * random.uniform());
    let atMs = this.nowMs + graspMs;
    const fromMs = atMs;
    const items = this.#remove(plate, units, sku);
    for (const item of items) {
      const overMs = Math.round(80 + 170 * random.uniform());
      plate.shifts.push({ atMs, overMs, grams: -item.grams });
      const lie = item.lies.at(-1);
      if (lie !== undefined) lie.toMs = atMs;
      atMs += overMs + Math.round(40 + 160 * random.uniform());
    }
    plate.contacts.push(
      press(random, { fromMs: this.nowMs, forMs: atMs - this.nowMs - 30, grams: 40 + 210 * random.uniform(), swayShare: 0.2 }),
    );
    this.#hands.push({ slot, fromMs: this.nowMs, toMs: atMs });
    for (const item of items) item.takenAtMs = fromMs;
    this.#held.push(...items);
    const kind = sku === plate.spec.sku && units >= 3 ? 'sweep' : 'pick';
    this.#tell({ kind, slot, sku, units, fromMs, toMs: atMs, decidable: isMixed ? 'hardly' : 'yes' });
    this.nowMs = atMs;
    return this;
  }

  /** Puts held units on a plate; a product of another slot is misplaced there. */
  put(slot: string, units: number, sku = this.#of(slot).spec.sku): this {
    const plate = this.#of(slot);
    const own = sku === plate.spec.sku;
    const alike = this.#held.filter((item) => item.sku !== sku && this.#looksLike(item.sku, sku));
    const isUndecidable = alike.some(({ takenAtMs }) => this.nowMs - (takenAtMs ?? 0) <= 60_000);
    const isDoubtful = alike.length > 0 || [...this.#mayBeHeld].some((other) => other !== sku && this.#looksLike(other, sku));
    if (isUndecidable) this.#mayBeHeld.add(sku);
    if (isUndecidable || isDoubtful) plate.isMixed = true;
    const items: Item[] = [];
    for (let n = 0; n < units; n += 1) {
      const at = this.#held.findIndex((item) => item.sku === sku);
      const item = at < 0 ? undefined : this.#held.splice(at, 1)[0];
      if (item === undefined) throw new Error(`Cannot put "${sku}" on "${slot}": nobody holds one`);
      items.push(item);
    }
    return this.#setDown(plate, items, {
      kind: own ? 'return' : 'misplaced',
      decidable: isUndecidable ? 'no' : isDoubtful ? 'hardly' : 'yes',
    });
  }

  /** Staff set down new units of the slot's product, all at once. */
  restock(slot: string, units: number): this {
    const plate = this.#of(slot);
    const items = Array.from({ length: units }, () => this.#unitOf(plate.spec));
    return this.#setDown(plate, items, { kind: 'restock', decidable: 'yes' });
  }

  /** A hand rests on the goods and takes nothing. */
  hand(slot: string): this {
    return this.#touch(slot, { grams: 100 + 1_400 * this.random.uniform() ** 2, seconds: 0.5 + 3.5 * this.random.uniform(), sway: 0.15 });
  }

  /** Somebody leans on the shelf. */
  lean(slot: string): this {
    return this.#touch(slot, { grams: 1_000 + 9_000 * this.random.uniform(), seconds: 2 + 10 * this.random.uniform(), sway: 0.08 });
  }

  /** Somebody bumps into the shelf: all plates swing. */
  bump(): this {
    const hz = 5 + 10 * this.random.uniform();
    for (const plate of this.#plates.values()) {
      plate.contacts.push(
        knock(this.random, { atMs: this.nowMs, grams: 20 + 180 * this.random.uniform(), hz, fadeMs: 150 + 350 * this.random.uniform() }),
      );
    }
    return this.wait(1);
  }

  /** All readings of all plates until some seconds after the last act, in order of time. */
  play(report: SceneReport): readonly WeightReading[] {
    const readings = [...this.#plates.values()].flatMap((plate) => this.#playPlate(plate, report));
    return readings.sort((a, b) => a.atMs - b.atMs || (a.slot < b.slot ? -1 : 1));
  }

  /** What happened, for sensors other than scales. */
  story(): SceneStory {
    return {
      startMs: this.#startMs,
      endMs: this.nowMs + 12_000,
      slots: this.plates.map(({ slot }) => slot),
      items: this.#items,
      hands: this.#hands,
    };
  }

  #playPlate(plate: Plate, report: SceneReport): WeightReading[] {
    const { slot } = plate.spec;
    const random = new Random(`${report.seed}/cell/${slot}`);
    const everyMs = 1_000 / report.hz;
    // A slow scale still converts at its own speed; a fast one averages over less.
    const base: CellTraits = { ...CELL, filterMs: Math.min(CELL.filterMs, everyMs), ...report.traits };
    const load = new PlateLoad(plate.initialGrams, plate.shifts, plate.contacts);
    const cell = new LoadCell(noisier(base, report.noise), load, { random: random.fork('cell'), startMs: this.#startMs });
    const line = random.fork('line');
    const endMs = this.nowMs + 12_000;
    const readings: WeightReading[] = [];
    let silentUntilMs = 0;
    let lastMs = this.#startMs;
    for (let n = 0; this.#startMs + n * everyMs < endMs; n += 1) {
      const atMs = Math.max(lastMs + 1, Math.round(this.#startMs + (n + 0.1 * line.uniform()) * everyMs));
      lastMs = atMs;
      const grams = cell.read(atMs);
      if (line.chance(((report.burstsPerHour ?? 0) * everyMs) / 3_600_000)) silentUntilMs = atMs + 1_000 + 4_000 * line.uniform();
      const lost = line.chance(report.lossShare ?? 0.005);
      if (atMs >= silentUntilMs && !lost) readings.push({ slot, atMs, grams });
    }
    return readings;
  }

  #setDown(plate: Plate, items: readonly Item[], what: Pick<ShelfTruth, 'kind' | 'decidable'>): this {
    const { random } = this;
    const grams = weightOf(items);
    const overMs = Math.round(50 + 100 * random.uniform());
    const fromMs = this.nowMs;
    plate.shifts.push({ atMs: fromMs, overMs, grams });
    plate.contacts.push(impact({ atMs: fromMs, forMs: 20 + 25 * random.uniform(), grams: grams * (0.5 + random.uniform()) }));
    const letGoMs = Math.round(150 + 350 * random.uniform());
    plate.contacts.push(press(random, { fromMs: fromMs + overMs, forMs: letGoMs, grams: 20 + 130 * random.uniform(), swayShare: 0.25 }));
    plate.items.push(...items);
    this.nowMs = fromMs + overMs + letGoMs;
    const { slot, sku } = plate.spec;
    for (const item of items) item.lies.push({ slot, fromMs, toMs: FOREVER_MS });
    this.#hands.push({ slot, fromMs, toMs: this.nowMs });
    this.#tell({ ...what, slot, sku: items[0]?.sku ?? sku, units: items.length, fromMs, toMs: this.nowMs });
    return this;
  }

  #touch(slot: string, how: { readonly grams: Grams; readonly seconds: number; readonly sway: number }): this {
    const plate = this.#of(slot);
    const forMs = Math.round(how.seconds * 1_000);
    plate.contacts.push(press(this.random, { fromMs: this.nowMs, forMs, grams: how.grams, swayShare: how.sway }));
    this.#hands.push({ slot, fromMs: this.nowMs, toMs: this.nowMs + forMs });
    this.#tell({ kind: 'hand', slot, sku: plate.spec.sku, units: 0, fromMs: this.nowMs, toMs: this.nowMs + forMs, decidable: 'yes' });
    this.nowMs += forMs;
    return this;
  }

  #remove(plate: Plate, units: number, sku: string): readonly Item[] {
    const items: Item[] = [];
    for (let n = 0; n < units; n += 1) {
      const candidates = plate.items.filter((item) => item.sku === sku);
      const item = this.random.choice(candidates);
      if (item === undefined) throw new Error(`Cannot take "${sku}" from "${plate.spec.slot}": none is left`);
      plate.items.splice(plate.items.indexOf(item), 1);
      items.push(item);
    }
    return items;
  }

  #unitOf(spec: ScenePlate): Item {
    const mean = spec.unitGrams * (1 + (spec.offPlan ?? 0));
    const grams = this.random.normalWithin({ mean, sd: spec.unitGrams * spec.spread }, 1);
    const item: Item = { epc: `tag-${this.#items.length + 1}`, sku: spec.sku, grams, lies: [] };
    this.#items.push(item);
    return item;
  }

  #looksLike(a: string, b: string): boolean {
    const [first, second] = [this.#product(a), this.#product(b)];
    const deviation = Math.hypot(first.unitGrams * first.spread, second.unitGrams * second.spread);
    return Math.abs(first.unitGrams - second.unitGrams) < SAME_WEIGHT_DEVIATIONS * deviation;
  }

  #product(sku: string): ScenePlate {
    const found = this.plates.find((plate) => plate.sku === sku);
    if (found === undefined) throw new Error(`Cannot find product "${sku}": no plate of the scene holds it`);
    return found;
  }

  #tell(truth: ShelfTruth): void {
    this.truths.push(truth);
  }

  #of(slot: string): Plate {
    const plate = this.#plates.get(slot);
    if (plate === undefined) throw new Error(`Cannot find slot "${slot}": the scene has none of that name`);
    return plate;
  }
}

function weightOf(items: readonly Item[]): Grams {
  return items.reduce((sum, item) => sum + item.grams, 0);
}
