import type { StoreMap } from '../../agent/core/store-map.ts';
import type { TimestampMs } from '../../agent/core/units.ts';
import type { FloorPlan, Point } from './path.ts';
import { RadioLink, type Receiver } from './radio.ts';
import type { Random } from './random.ts';
import type { Scenario } from './scenario.ts';
import type { Timeline, VirtualDevices } from './virtual-devices.ts';

/** Whoever carries a beacon: where it is now. */
export interface Carrier {
  whereabouts(nowMs: TimestampMs): Point;
  readonly zone: string;
}

/** Store-owned tags on carts, beacons of strangers, and the scanners that hear both. */
export class Beacons {
  readonly #world: BeaconWorld;
  readonly #random: Random;
  readonly #receivers: readonly Receiver[];
  /** Parked tags, the longest parked first. */
  readonly #parked: string[];
  readonly #links = new Map<string, RadioLink>();
  /** Who carries a tag; a parked one stands at the door. */
  readonly #carriers = new Map<string, Carrier>();

  constructor(world: BeaconWorld, store: StoreMap) {
    this.#world = world;
    this.#random = world.random.fork('beacons');
    this.#receivers = world.devices.ofRole('scanner').map((device): Receiver => {
      const zone = device.zone ?? store.fixtures.find((fixture) => fixture.id === device.fixture)?.zone ?? world.plan.door.zone;
      const mounted = device.fixture === undefined ? world.plan.zoneMiddle(zone) : world.plan.fixture(device.fixture);
      const at = device.xM === undefined || device.yM === undefined ? mounted : { xM: device.xM, yM: device.yM };
      return { device: device.id, at, zone, offsetDb: this.#random.normal(0, world.scenario.noise.receiverOffsetDb) };
    });
    this.#parked = store.tags.map((tag) => tag.id);
    for (const tag of this.#parked) this.#links.set(tag, new RadioLink(world.scenario.noise, this.#random.fork(tag)));
  }

  /** Plans the strangers and the parked carts; call once. */
  start(): void {
    const { strangers, parkedIntervalSeconds } = this.#world.scenario.devices;
    for (let n = this.#random.poisson(strangers.mean); n > 0; n -= 1) this.#strangerComes(this.#world.startMs);
    this.#nextStranger(this.#world.startMs);
    if (parkedIntervalSeconds > 0)
      for (const tag of this.#parked) this.#advertiseParked(tag, this.#world.startMs + this.#random.below(parkedIntervalSeconds * 1_000));
  }

  /** Gives out the tag that was parked longest, if there is one, and lets it advertise from now on. */
  take(carrier: Carrier, nowMs: TimestampMs): string | undefined {
    const tag = this.#parked.shift();
    if (tag === undefined) return undefined;
    this.#carriers.set(tag, carrier);
    this.#advertise(tag, carrier, nowMs + this.#random.below(1_000));
    return tag;
  }

  park(tag: string): void {
    this.#carriers.delete(tag);
    this.#parked.push(tag);
  }

  #advertise(tag: string, carrier: Carrier, firstMs: TimestampMs): void {
    const link = this.#links.get(tag)!;
    const everyMs = Math.round(1_000 / this.#world.scenario.devices.sightingsPerSecond);
    let nowMs = firstMs;
    // One closure for a whole visit: this is the hottest path of the engine.
    const advertise = () => {
      if (this.#carriers.get(tag) !== carrier) return;
      this.#heard(link, tag, { at: carrier.whereabouts(nowMs), zone: carrier.zone, nowMs });
      nowMs += everyMs;
      this.#world.timeline.at(nowMs, advertise);
    };
    this.#world.timeline.at(nowMs, advertise);
  }

  #advertiseParked(tag: string, atMs: TimestampMs): void {
    this.#world.timeline.at(atMs, () => {
      const { door } = this.#world.plan;
      if (!this.#carriers.has(tag)) this.#heard(this.#links.get(tag)!, tag, { at: door, zone: door.zone, nowMs: atMs });
      this.#advertiseParked(tag, atMs + Math.round(this.#world.scenario.devices.parkedIntervalSeconds * 1_000));
    });
  }

  #nextStranger(nowMs: TimestampMs): void {
    const { mean, stayMinutes } = this.#world.scenario.devices.strangers;
    if (mean <= 0) return;
    const atMs = nowMs + Math.max(1, Math.round(this.#random.exponential((stayMinutes * 60_000) / mean)));
    this.#world.timeline.at(atMs, () => {
      this.#strangerComes(atMs);
      this.#nextStranger(atMs);
    });
  }

  #strangerComes(nowMs: TimestampMs): void {
    const { stayMinutes, intervalSeconds } = this.#world.scenario.devices.strangers;
    const random = this.#random;
    const untilMs = nowMs + Math.round(random.exponential(stayMinutes * 60_000));
    const address = privateAddress(random);
    const link = new RadioLink(this.#world.scenario.noise, random.fork(address));
    const from = { at: { xM: random.uniform() * this.#world.widthM, yM: random.uniform() * this.#world.depthM }, zone: '' };
    const everyMs = Math.round(intervalSeconds * 1_000);
    let atMs = nowMs + random.below(everyMs);
    const advertise = () => {
      if (atMs > untilMs) return;
      this.#heard(link, address, { ...from, nowMs: atMs });
      atMs += everyMs;
      this.#world.timeline.at(atMs, advertise);
    };
    this.#world.timeline.at(atMs, advertise);
  }

  #heard(link: RadioLink, beacon: string, from: { readonly at: Point; readonly zone: string; readonly nowMs: TimestampMs }): void {
    link.hear(from, this.#receivers, (receiver, rssiDbm) => {
      this.#world.devices.send(receiver.device, { kind: 'ble.sighting', beacon, rssiDbm }, from.nowMs);
    });
  }
}

/** What the beacons need of the rest. */
export interface BeaconWorld {
  readonly scenario: Scenario;
  readonly devices: VirtualDevices;
  readonly timeline: Timeline;
  readonly plan: FloorPlan;
  readonly random: Random;
  readonly startMs: TimestampMs;
  readonly widthM: number;
  readonly depthM: number;
}

/** Looks like the resolvable private address of a phone: random, top two bits 01. */
function privateAddress(random: Random): string {
  const first = (0x40 | random.below(0x40)).toString(16);
  return `${first}${Array.from({ length: 5 }, () => `:${random.hex(2)}`).join('')}`;
}
