import { localTime } from '../../agent/core/local-time.ts';
import type { StoreMap } from '../../agent/core/store-map.ts';
import type { TimestampMs } from '../../agent/core/units.ts';
import { Beacons } from './beacons.ts';
import { Checkout } from './checkout.ts';
import { Goods } from './goods.ts';
import type { TruthSink } from './ground-truth.ts';
import { Outside } from './outside.ts';
import { FloorPlan } from './path.ts';
import { TimeQueue } from './queue.ts';
import { Random } from './random.ts';
import { RoomSensors } from './room-sensors.ts';
import type { Scenario } from './scenario.ts';
import { Shelves } from './shelves.ts';
import { drawShopper } from './shopper.ts';
import type { OfferSeen, SimEvent } from './sim-event.ts';
import { Trip } from './trip.ts';
import { type Timeline, VirtualDevices } from './virtual-devices.ts';
import type { World } from './world.ts';

/** A simulated store: pure, in virtual time. Same store, scenario, options and feedback, same events. */
export interface Engine {
  /** The next thing that happens; `undefined` when the scenario is over. */
  next(): SimEvent | undefined;
  /** Store time of the last event. */
  readonly nowMs: TimestampMs;
  /** Shoppers inside now. */
  readonly inStore: number;
  /** The agent opened a visit for a shopper's page. Feedback for somebody who has left is ignored. */
  visitOpened(shopper: string, visit: string): void;
  offerReceived(shopper: string, offer: OfferSeen): void;
  offerWithdrawn(shopper: string, offer: string): void;
  /** The till's request for a code was turned down. */
  codeRefused(shopper: string, code: string): void;
}

export interface EngineOptions {
  readonly startMs: TimestampMs;
  /** Default: the scenario's. */
  readonly seed?: number;
  /** Gets every row of ground truth, in order of time. */
  readonly truth?: TruthSink;
  /** Begins message ids and receipts, letters and digits. Default: derived from `startMs`. */
  readonly run?: string;
}

/** Builds a store at `startMs`. Throws for a store without zones: the config schema refuses such stores. */
export function createEngine(store: StoreMap, scenario: Scenario, options: EngineOptions): Engine {
  return new StoreEngine(store, scenario, options);
}

type Entry = SimEvent | (() => void);

class StoreEngine implements Engine, Timeline {
  nowMs: TimestampMs;
  readonly #queue = new TimeQueue<Entry>();
  readonly #scenario: Scenario;
  readonly #world: World;
  readonly #random: Random;
  readonly #trips = new Map<string, Trip>();
  readonly #endMs: TimestampMs;
  readonly #outside: Outside;
  readonly #hourAt: (atMs: TimestampMs) => number;
  #arrived = 0;

  constructor(store: StoreMap, scenario: Scenario, options: EngineOptions) {
    const seed = options.seed ?? scenario.seed;
    const run = options.run ?? options.startMs.toString(36);
    const random = new Random(`store/${seed}`);
    const { startMs, truth = () => {} } = options;
    this.#scenario = scenario;
    this.#random = random.fork('arrivals');
    this.#endMs = scenario.durationMinutes === 0 ? Number.POSITIVE_INFINITY : startMs + scenario.durationMinutes * 60_000;
    this.#hourAt = hours(store.timeZone, scenario.startsAtHour, startMs);
    this.nowMs = startMs;

    const goods = new Goods(store);
    const plan = new FloorPlan(store);
    const devices = new VirtualDevices({ store, scenario, random, timeline: this, startMs, run });
    const parts = { scenario, goods, plan, devices, timeline: this, truth, random, startMs, ...store.plan };
    const shelves = new Shelves(parts);
    const beacons = new Beacons(parts, store);
    const rooms = new RoomSensors(parts, () => this.#trips.values());
    const checkout = new Checkout(
      devices.ofRole('till').map((till) => till.id),
      { run, times: scenario.checkout },
    );
    this.#world = { ...parts, seed, shelves, beacons, checkout, passDoor: (direction, nowMs) => rooms.passDoor(direction, nowMs) };
    this.#outside = new Outside(parts);
    devices.start();
    this.#outside.start();
    shelves.start();
    beacons.start();
    rooms.start();
    for (let n = 0; n < scenario.arrivals.initialShoppers; n += 1) this.#arriveAt(startMs + this.#random.below(60_000));
    this.#planArrival(startMs);
  }

  get inStore(): number {
    return this.#trips.size;
  }

  next(): SimEvent | undefined {
    while (this.#queue.size > 0) {
      // The end is the same for everybody: whoever is inside then is not followed to the door.
      const atMs = this.#queue.nextAtMs;
      if (atMs > this.#endMs) return undefined;
      this.nowMs = atMs;
      const entry = this.#queue.pop();
      if (typeof entry === 'function') entry();
      else return entry;
    }
    return undefined;
  }

  at(atMs: TimestampMs, act: () => void): void {
    this.#queue.push(Math.max(atMs, this.nowMs), act);
  }

  emit(event: SimEvent): void {
    this.#queue.push(event.atMs, event);
  }

  visitOpened(shopper: string, visit: string): void {
    this.#trips.get(shopper)?.page.opened(visit);
  }

  offerReceived(shopper: string, offer: OfferSeen): void {
    this.#trips.get(shopper)?.offerReceived(offer, this.nowMs);
  }

  offerWithdrawn(shopper: string, offer: string): void {
    this.#trips.get(shopper)?.offerWithdrawn(offer);
  }

  codeRefused(shopper: string, code: string): void {
    this.#trips.get(shopper)?.codeRefused(code);
  }

  /** Arrivals are a Poisson process whose rate changes with the hour: beyond the hour's end the waiting starts anew, which changes nothing. */
  #planArrival(nowMs: TimestampMs): void {
    const { perHour, factor } = this.#scenario.arrivals;
    const hour = this.#hourAt(nowMs);
    const rate = (perHour[Math.floor(hour)] ?? 0) * factor * this.#outside.mood(nowMs).arrivals;
    const hourEndsMs = nowMs + Math.max(1, Math.ceil((1 - (hour % 1)) * 3_600_000));
    const arrivesMs = rate > 0 ? nowMs + Math.ceil(this.#random.exponential(3_600_000 / rate)) : Number.POSITIVE_INFINITY;
    if (arrivesMs >= hourEndsMs) {
      this.at(hourEndsMs, () => this.#planArrival(hourEndsMs));
      return;
    }
    this.#arriveAt(arrivesMs);
    this.at(arrivesMs, () => this.#planArrival(arrivesMs));
  }

  #arriveAt(atMs: TimestampMs): void {
    this.at(atMs, () => {
      if (this.#trips.size >= this.#scenario.arrivals.maxInStore) {
        this.#world.truth({ atMs, kind: 'turned-away' });
        return;
      }
      this.#arrived += 1;
      const id = `s-${String(this.#arrived).padStart(5, '0')}`;
      const random = this.#world.random.fork(id);
      const mood = this.#outside.mood(atMs);
      const shopper = drawShopper(id, { scenario: this.#scenario, goods: this.#world.goods, random, mood });
      const trip = new Trip(shopper, { world: this.#world, random, nowMs: atMs, onLeave: () => this.#trips.delete(id) });
      this.#trips.set(id, trip);
      trip.enter(atMs);
    });
  }
}

/** Local hour of day, fractional. A store whose scenario fixes the hour keeps counting from there. */
function hours(timeZone: string, startsAtHour: number | 'now', startMs: TimestampMs): (atMs: TimestampMs) => number {
  if (startsAtHour !== 'now') return (atMs) => (startsAtHour + (atMs - startMs) / 3_600_000) % 24;
  const local = localTime(timeZone);
  return (atMs) => local.minuteOfDay(atMs) / 60 + (atMs % 60_000) / 3_600_000;
}
