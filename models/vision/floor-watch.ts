import { isInside, type PlanPoint } from '../../agent/core/cameras/floor-plane.ts';
import type { HeatGrid } from '../../agent/core/cameras/heat-grid.ts';
import type { FixtureId, SlotId, ZoneId } from '../../agent/core/ids.ts';
import type { Reach, ReadingBody } from '../../agent/core/reading.ts';
import { type CameraPlace, isInArea } from './camera-place.ts';
import { EntranceWatch } from './entrance-watch.ts';
import { FixtureStops, type StandingFixture } from './fixture-stops.ts';
import { FloorPeople, type Person } from './floor-people.ts';
import { HeatWatch } from './heat-watch.ts';
import { QueueWatch } from './queue-watch.ts';
import type { Track } from './tracker.ts';
import { ZoneCounts } from './zone-counts.ts';
import { ZoneStays } from './zone-stays.ts';

/** Where the tracks of one camera go, and what the store hears of them. */
export interface TrackWatch {
  /** Takes the tracks of one picture. */
  update(tracks: readonly Track[], nowMs: number): readonly ReadingBody[];
  /** Takes a reach that was seen: gives it its person's seat. */
  reached(reach: SeenReach): readonly ReadingBody[];
  /** Forgets everybody: the picture is not to be believed. Counts are said anew when it is again. */
  forget(): void;
}

/** A hand in a shelf, as one camera saw it. */
export interface SeenReach extends Pick<Reach, 'active' | 'confidence' | 'basis'> {
  /** The track of the one who reaches, where that is known. */
  readonly track: string | undefined;
  readonly fixture: FixtureId;
  readonly slot?: SlotId;
}

/** What a store's floor is to its cameras. */
export interface FloorPlan {
  readonly grid: HeatGrid;
  readonly fixtures: readonly StandingFixture[];
  /** Parts of the floor where nothing that anybody does is noted. */
  readonly unmeasured?: readonly (readonly PlanPoint[])[];
  /** See `FixtureStops`. */
  readonly firstSeat: number;
}

/** Empties the tables of those who left, this often. */
const TIDY_EVERY_MS = 5_000;

/**
 * The floor of a store with everybody whom its cameras see on it, each one once: turns tracks of all cameras into what the store hears. Holds
 * places and times of people in view, and counts; nobody is in here for longer than they are seen.
 */
export class FloorWatch {
  readonly #people = new FloorPeople();
  readonly #stays = new ZoneStays();
  readonly #counts = new ZoneCounts();
  readonly #entrances = new EntranceWatch();
  readonly #queues = new Map<string, QueueWatch>();
  readonly #heat: HeatWatch;
  readonly #stops: FixtureStops;
  readonly #unmeasured: readonly (readonly PlanPoint[])[];
  #tidiedAtMs = Number.NEGATIVE_INFINITY;

  constructor({ grid, fixtures, firstSeat, unmeasured = [] }: FloorPlan) {
    this.#unmeasured = unmeasured;
    this.#heat = new HeatWatch(grid);
    this.#stops = new FixtureStops(fixtures, firstSeat);
  }

  /** The floor as one camera sees it. */
  view(camera: string, place: CameraPlace): TrackWatch {
    const zones = place.kind === 'zone' ? [place.zone] : place.zones.map(({ id }) => id);
    for (const { till } of place.queues ?? []) if (!this.#queues.has(till)) this.#queues.set(till, new QueueWatch(till));
    this.#counts.watch(zones);
    let isForgotten = false;
    return {
      update: (tracks, nowMs) => {
        isForgotten = false;
        return this.#update({ camera, place, zones }, { tracks, nowMs });
      },
      reached: (reach) => this.#reached(camera, reach),
      forget: () => {
        if (isForgotten) return;
        isForgotten = true;
        // The stays of a picture that is not believed are no stays.
        for (const person of this.#people.forget(camera)) this.#stays.end(person);
        this.#counts.forget(zones);
        for (const { till } of place.queues ?? []) this.#queues.get(till)?.forget();
      },
    };
  }

  #update(
    { camera, place, zones }: { readonly camera: string; readonly place: CameraPlace; readonly zones: readonly ZoneId[] },
    { tracks, nowMs }: { readonly tracks: readonly Track[]; readonly nowMs: number },
  ): readonly ReadingBody[] {
    const gone = this.#people.see(camera, { place, tracks, nowMs });
    const readings: ReadingBody[] = gone.flatMap((person) => [...this.#stays.end(person), ...this.#stops.end(person)]);
    for (const { id } of tracks) {
      const person = this.#people.of(camera, id);
      if (person !== undefined) readings.push(...this.#follow(person, { camera, place, nowMs }));
    }
    if (nowMs - this.#tidiedAtMs >= TIDY_EVERY_MS) readings.push(...this.#tidy(nowMs));
    for (const { till } of place.queues ?? []) readings.push(...(this.#queues.get(till)?.report(nowMs) ?? []));
    if (place.kind === 'floor') readings.push(...this.#heat.report(nowMs));
    const counts = new Map<ZoneId, number>();
    for (const person of this.#people.all) {
      const zone = person.isSeen ? this.#stays.zoneOf(person) : undefined;
      if (zone !== undefined) counts.set(zone, (counts.get(zone) ?? 0) + 1);
    }
    return [...readings, ...this.#counts.report(zones, { counts, nowMs })];
  }

  #follow(
    person: Person,
    { camera, place, nowMs }: { readonly camera: string; readonly place: CameraPlace; readonly nowMs: number },
  ): readonly ReadingBody[] {
    const sighting = person.sightings.get(camera);
    if (sighting === undefined) return [];
    const at = { xM: person.x, yM: person.y };
    if (place.kind === 'floor' && this.#unmeasured.some((outline) => isInside(at, outline))) return [];
    const readings = [...this.#stays.at(person, { zone: zoneAt(person, place), nowMs })];
    if (place.entrances !== undefined) {
      readings.push(...this.#entrances.at(person, { camera, sighting, entrances: place.entrances, nowMs }));
    }
    for (const { till, area } of place.queues ?? []) {
      if (isInArea(sighting.feet, area)) this.#queues.get(till)?.in(person, { sighting, nowMs });
    }
    if (place.kind === 'floor') {
      this.#heat.at(person, nowMs);
      readings.push(...this.#stops.at(person, nowMs));
    }
    return readings;
  }

  #reached(camera: string, { track, ...reach }: SeenReach): readonly ReadingBody[] {
    const person = track === undefined ? undefined : this.#people.of(camera, track);
    return [{ kind: 'reach', ...reach, ...(person !== undefined && { seat: this.#stops.seatOf(person) }) }];
  }

  #tidy(nowMs: number): readonly ReadingBody[] {
    this.#tidiedAtMs = nowMs;
    const ids = new Set([...this.#people.all].map(({ id }) => id));
    this.#stays.keep(ids);
    this.#entrances.keep(ids);
    this.#heat.keep(ids);
    for (const queue of this.#queues.values()) queue.keep(ids, nowMs);
    return this.#stops.keep(ids);
  }
}

function zoneAt(person: Person, place: CameraPlace): ZoneId | undefined {
  if (place.kind === 'zone') return place.zone;
  return place.zones.find(({ outline }) => isInside({ xM: person.x, yM: person.y }, outline))?.id;
}
