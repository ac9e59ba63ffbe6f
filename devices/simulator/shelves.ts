import type { Slot } from '../../agent/core/store-map.ts';
import type { TimestampMs } from '../../agent/core/units.ts';
import type { Goods } from './goods.ts';
import type { TruthSink } from './ground-truth.ts';
import { type Random, uniformOf } from './random.ts';
import type { Scenario } from './scenario.ts';
import type { Timeline, VirtualDevices } from './virtual-devices.ts';

/** What stands in the slots, and what the shelf sensors say about it. Stock never goes below zero and only shoppers and staff change it. */
export class Shelves {
  readonly #slots = new Map<string, ShelfSlot>();
  readonly #world: ShelfWorld;
  readonly #random: Random;

  constructor(world: ShelfWorld) {
    this.#world = world;
    this.#random = world.random.fork('shelves');
    const sensors = new Map(
      world.devices.ofRole('sensor').flatMap((device) => (device.fixture === undefined ? [] : [[device.fixture, device.id] as const])),
    );
    const { shelfReports, weightShare, defaultCapacity } = world.scenario.devices;
    for (const slot of world.goods.slots) {
      const weighs =
        shelfReports === 'weight' ||
        shelfReports === 'both' ||
        (shelfReports === 'mixed' && uniformOf(`${world.scenario.seed}/weighs/${slot.fixture}`) < weightShare);
      const unitGrams = weighs ? world.goods.product(slot.sku).unitGrams : undefined;
      const capacity = slot.capacity ?? defaultCapacity;
      this.#slots.set(slot.id, {
        slot,
        sensor: sensors.get(slot.fixture),
        capacity,
        stock: capacity - this.#random.below(1 + Math.floor(capacity / 4)),
        unitGrams,
        // A slot whose product has no weight is counted whatever the scenario says.
        counts: shelfReports === 'both' || unitGrams === undefined,
        driftGramsPerHour: this.#random.normal(0, world.scenario.noise.weightDriftGramsPerHour),
        lastGrams: undefined,
        refilling: false,
      });
    }
  }

  /** Plans the regular weighing; call once. */
  start(): void {
    const everyMs = Math.round(this.#world.scenario.devices.weightIntervalSeconds * 1_000);
    for (const shelf of this.#slots.values()) {
      if (shelf.unitGrams === undefined) continue;
      const firstMs = this.#world.startMs + Math.round(this.#random.uniform() * everyMs);
      // A scale that was switched on says what it holds before anybody touches it.
      this.#weighSettled(shelf, this.#world.startMs);
      const weigh = (nowMs: TimestampMs) => {
        this.#weigh(shelf, nowMs);
        this.#world.timeline.at(nowMs + everyMs, () => weigh(nowMs + everyMs));
      };
      this.#world.timeline.at(firstMs, () => weigh(firstMs));
    }
  }

  stock(slot: string): number {
    return this.#of(slot).stock;
  }

  /** A shopper takes (`by` below 0) or puts back units; the stock must allow it. Returns the id of the sensor's event, if one was sent. */
  change(slotId: string, by: number, nowMs: TimestampMs): string | undefined {
    const shelf = this.#of(slotId);
    if (shelf.stock + by < 0) throw new Error(`Cannot take ${-by} units from slot "${slotId}": it holds ${shelf.stock}`);
    shelf.stock += by;
    this.#refillWhenLow(shelf, nowMs);
    if (shelf.sensor === undefined) return undefined;
    if (shelf.unitGrams !== undefined) this.#weighSettled(shelf, nowMs);
    if (!shelf.counts) return undefined;
    return this.#world.devices.send(
      shelf.sensor,
      { kind: by < 0 ? 'shelf.pick' : 'shelf.return', slot: slotId, count: Math.abs(by) },
      nowMs,
    );
  }

  /** A few readings in a row, as scales send until the plate is at rest. */
  #weighSettled(shelf: ShelfSlot, nowMs: TimestampMs): void {
    const { weightReadings, weightSettleMs } = this.#world.scenario.devices;
    for (let n = 1; n <= weightReadings; n += 1) {
      const atMs = nowMs + Math.round(n * weightSettleMs);
      this.#world.timeline.at(atMs, () => this.#weigh(shelf, atMs));
    }
  }

  #weigh(shelf: ShelfSlot, nowMs: TimestampMs): void {
    const { sensor, unitGrams } = shelf;
    if (sensor === undefined || unitGrams === undefined) return;
    if (shelf.lastGrams === undefined || !this.#world.devices.isStuck(sensor)) {
      const hours = (nowMs - this.#world.startMs) / 3_600_000;
      const truth = shelf.stock * unitGrams + shelf.driftGramsPerHour * hours;
      shelf.lastGrams = Math.round((truth + this.#random.normal(0, this.#world.scenario.noise.weightGrams)) * 10) / 10;
    }
    this.#world.devices.send(sensor, { kind: 'shelf.weight', slot: shelf.slot.id, grams: shelf.lastGrams }, nowMs);
  }

  #refillWhenLow(shelf: ShelfSlot, nowMs: TimestampMs): void {
    const { restockBelowShare, restockMinutes } = this.#world.scenario.devices;
    if (shelf.refilling || shelf.stock > shelf.capacity * restockBelowShare) return;
    shelf.refilling = true;
    const atMs = nowMs + Math.round(this.#random.exponential(restockMinutes * 60_000));
    this.#world.timeline.at(atMs, () => {
      shelf.refilling = false;
      // Shoppers may have put things back meanwhile.
      const count = Math.max(0, shelf.capacity - shelf.stock);
      if (count === 0) return;
      shelf.stock += count;
      const { id, fixture, sku } = shelf.slot;
      this.#world.truth({ atMs, kind: 'restock', fixture, slot: id, sku, count, stock: shelf.stock });
      this.#weighSettled(shelf, atMs);
    });
  }

  #of(slot: string): ShelfSlot {
    const shelf = this.#slots.get(slot);
    if (shelf === undefined) throw new Error(`Cannot look into slot "${slot}": the store has none of that name`);
    return shelf;
  }
}

/** What the shelves need of the rest. */
export interface ShelfWorld {
  readonly scenario: Scenario;
  readonly goods: Goods;
  readonly devices: VirtualDevices;
  readonly timeline: Timeline;
  readonly truth: TruthSink;
  readonly random: Random;
  readonly startMs: TimestampMs;
}

interface ShelfSlot {
  readonly slot: Slot;
  readonly sensor: string | undefined;
  readonly capacity: number;
  stock: number;
  /** Set where the slot is weighed. */
  readonly unitGrams: number | undefined;
  readonly counts: boolean;
  readonly driftGramsPerHour: number;
  lastGrams: number | undefined;
  refilling: boolean;
}
