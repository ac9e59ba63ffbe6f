import type { StoreMap, Zone } from '../../agent/core/store-map.ts';
import type { TimestampMs } from '../../agent/core/units.ts';

/** A point on the plan, in metres. */
export interface Point {
  readonly xM: number;
  readonly yM: number;
}

/** Where a walk leads: a point that belongs to a zone. */
export interface Spot extends Point {
  readonly zone: string;
}

/** A walk in progress: straight legs between spots, each reached at a time. */
export interface Walk {
  readonly spots: readonly Spot[];
  /** Arrival at each spot; the first is the start. */
  readonly timesMs: readonly TimestampMs[];
}

/** The store as somebody walks it: along zone middles from one fixture to the next, through neighbouring zones only. */
export class FloorPlan {
  readonly #spots = new Map<string, Spot>();
  readonly #zones = new Map<string, Spot>();
  readonly #neighbours = new Map<string, readonly string[]>();
  /** In front of the door, and at the checkout. */
  readonly door: Spot;
  readonly checkout: Spot;

  /** A store has at least one zone; the first one stands in where no entrance or checkout is named. */
  constructor(store: StoreMap) {
    const first = store.zones[0];
    if (first === undefined) throw new Error('Cannot walk through the store: it has no zones');
    for (const zone of store.zones) this.#zones.set(zone.id, { ...middle(zone), zone: zone.id });
    for (const zone of store.zones) {
      const touching = store.zones.filter((other) => other !== zone && touch(zone, other));
      this.#neighbours.set(
        zone.id,
        touching.map((other) => other.id),
      );
    }
    for (const fixture of store.fixtures) this.#spots.set(fixture.id, { xM: fixture.xM, yM: fixture.yM, zone: fixture.zone });
    this.door = this.zoneMiddle((store.zones.find((zone) => zone.kind === 'entrance') ?? first).id);
    this.checkout = this.zoneMiddle((store.zones.find((zone) => zone.kind === 'checkout') ?? first).id);
  }

  /** In front of a fixture of this store. */
  fixture(id: string): Spot {
    const spot = this.#spots.get(id);
    if (spot === undefined) throw new Error(`Cannot walk to fixture "${id}": the store has none of that name`);
    return spot;
  }

  zoneMiddle(id: string): Spot {
    const spot = this.#zones.get(id);
    if (spot === undefined) throw new Error(`Cannot walk to zone "${id}": the store has none of that name`);
    return spot;
  }

  /** The way from one spot to another, both included; straight inside a zone and where no chain of neighbouring zones exists. */
  way(from: Spot, to: Spot): readonly Spot[] {
    if (from.zone === to.zone) return [from, to];
    const between = this.#zonesBetween(from.zone, to.zone).map((zone) => this.zoneMiddle(zone));
    return [from, ...between, to];
  }

  #zonesBetween(from: string, to: string): readonly string[] {
    const cameFrom = new Map<string, string>([[from, from]]);
    const open = [from];
    for (const zone of open) {
      if (zone === to) break;
      for (const next of this.#neighbours.get(zone) ?? []) {
        if (cameFrom.has(next)) continue;
        cameFrom.set(next, zone);
        open.push(next);
      }
    }
    if (!cameFrom.has(to)) return [];
    const chain = [to];
    for (let zone = to; zone !== from; zone = cameFrom.get(zone) ?? from) chain.unshift(cameFrom.get(zone) ?? from);
    return chain;
  }
}

/** Starts a walk along `spots` at `speed` metres a second. */
export function startWalk(spots: readonly Spot[], { speed, nowMs }: { readonly speed: number; readonly nowMs: TimestampMs }): Walk {
  const timesMs = [nowMs];
  for (let at = 1; at < spots.length; at += 1) {
    timesMs.push(Math.round(timesMs[at - 1]! + (distance(spots[at - 1]!, spots[at]!) / speed) * 1_000));
  }
  return { spots, timesMs };
}

/** Where a walker is at `nowMs`; at the last spot once the walk is over. */
export function whereabouts(walk: Walk, nowMs: TimestampMs): Point {
  const { spots, timesMs } = walk;
  for (let at = 1; at < spots.length; at += 1) {
    const untilMs = timesMs[at]!;
    if (nowMs >= untilMs) continue;
    const fromMs = timesMs[at - 1]!;
    const share = nowMs <= fromMs ? 0 : (nowMs - fromMs) / (untilMs - fromMs);
    const from = spots[at - 1]!;
    const to = spots[at]!;
    return { xM: from.xM + (to.xM - from.xM) * share, yM: from.yM + (to.yM - from.yM) * share };
  }
  return spots[spots.length - 1]!;
}

/** When a walk passes from one zone into the next: halfway between two spots of different zones. */
export function zoneCrossings(walk: Walk): readonly { readonly atMs: TimestampMs; readonly zone: string }[] {
  const crossings: { atMs: TimestampMs; zone: string }[] = [];
  for (let at = 1; at < walk.spots.length; at += 1) {
    const zone = walk.spots[at]!.zone;
    if (zone !== walk.spots[at - 1]!.zone) crossings.push({ atMs: Math.round((walk.timesMs[at - 1]! + walk.timesMs[at]!) / 2), zone });
  }
  return crossings;
}

export function distance(a: Point, b: Point): number {
  return Math.hypot(a.xM - b.xM, a.yM - b.yM);
}

function middle(zone: Zone): Point {
  const box = boundsOf(zone);
  return { xM: (box.left + box.right) / 2, yM: (box.top + box.bottom) / 2 };
}

/** Zones whose bounding boxes are less than a step apart count as neighbours. */
function touch(a: Zone, b: Zone): boolean {
  const one = boundsOf(a);
  const two = boundsOf(b);
  const step = 0.6;
  return one.left <= two.right + step && two.left <= one.right + step && one.top <= two.bottom + step && two.top <= one.bottom + step;
}

function boundsOf(zone: Zone) {
  const xs = zone.outline.map((corner) => corner.xM);
  const ys = zone.outline.map((corner) => corner.yM);
  return { left: Math.min(...xs), right: Math.max(...xs), top: Math.min(...ys), bottom: Math.max(...ys) };
}
