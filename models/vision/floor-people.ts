import type { Box } from './boxes.ts';
import type { CameraPlace, PicturePoint } from './camera-place.ts';
import type { Track } from './tracker.ts';

/** Somebody on the floor: one, however many cameras see them. */
export interface Person {
  /** Of this process and no other; never told. */
  readonly id: number;
  /** What `x` and `y` are in: metres of the plan (`floor`), or the picture of the camera that is named. */
  readonly space: string;
  readonly x: number;
  readonly y: number;
  readonly sinceMs: number;
  readonly seenAtMs: number;
  /** False while no camera sees them and they may be back. */
  readonly isSeen: boolean;
  /** Where the feet are in the picture of each camera that sees them. */
  readonly sightings: ReadonlyMap<string, Sighting>;
}

/** Somebody in one camera's picture. */
export interface Sighting {
  readonly track: string;
  readonly box: Box;
  readonly feet: PicturePoint;
  readonly x: number;
  readonly y: number;
  /** How far off the place may be, in the space's unit. */
  readonly spread: number;
  readonly seenAtMs: number;
}

/** Who is gone from view is waited for this long: behind a shelf, behind somebody else, between two cameras. */
export const GAP_MS = 2_500;
/** How far somebody walks in a second, in metres, and in pictures without a floor in their own height. */
const STEP_M = 1.2;
const STEP_HEIGHTS = 0.7;
/** Two people who were this near for this long are one, and one whose cameras disagree this much for this long is two. */
const MERGE_AFTER_MS = 800;
const SPLIT_AFTER_MS = 1_000;
const SPLIT_FACTOR = 1.9;
/** Most people at once: more are counted by nobody. */
const MOST_PEOPLE = 300;
/** Who is near whom is looked at this often. */
const LOOK_EVERY_MS = 200;

interface MutablePerson {
  readonly id: number;
  readonly space: string;
  x: number;
  y: number;
  sinceMs: number;
  seenAtMs: number;
  isSeen: boolean;
  readonly sightings: Map<string, Sighting>;
  apartSinceMs: number | undefined;
}

/**
 * Makes one person of the tracks that are one person: those that several cameras see at one place of the floor, and those that end and begin
 * again near by a moment later. Nothing but place and time is compared.
 */
export class FloorPeople {
  readonly #people = new Map<number, MutablePerson>();
  readonly #byTrack = new Map<string, MutablePerson>();
  readonly #nearSinceMs = new Map<string, number>();
  #count = 0;
  #lookedAtMs = Number.NEGATIVE_INFINITY;

  /** Everybody who is seen or waited for. */
  get all(): Iterable<Person> {
    return this.#people.values();
  }

  /** The person of a camera's track. */
  of(camera: string, track: string): Person | undefined {
    return this.#byTrack.get(key(camera, track));
  }

  /** Takes the tracks of one picture; gives those who were waited for in vain and are gone now. */
  see(camera: string, seen: { readonly place: CameraPlace; readonly tracks: readonly Track[]; readonly nowMs: number }): readonly Person[] {
    const { place, tracks, nowMs } = seen;
    const here = new Map(tracks.map((track) => [track.id, track]));
    for (const person of this.#people.values()) {
      const sighting = person.sightings.get(camera);
      if (sighting !== undefined && !here.has(sighting.track)) this.#lose(person, camera);
    }
    const fresh: { readonly track: Track; readonly sighting: Sighting }[] = [];
    for (const track of tracks) {
      const sighting = sightingOf(track, place);
      const person = this.#byTrack.get(key(camera, track.id));
      if (person === undefined) {
        if (sighting !== undefined) fresh.push({ track, sighting });
      } else if (sighting === undefined) person.seenAtMs = Math.max(person.seenAtMs, track.seenAtMs);
      else this.#move(person, { camera, sighting });
    }
    this.#place(fresh, { camera, space: place.kind === 'floor' ? 'floor' : camera, nowMs });
    if (nowMs - this.#lookedAtMs >= LOOK_EVERY_MS) {
      this.#lookedAtMs = nowMs;
      this.#split(nowMs);
      this.#merge(nowMs);
    }
    return this.#endThoseGone(nowMs);
  }

  /** Forgets what one camera sees: its picture is not to be believed. Gives those whom nobody else sees. */
  forget(camera: string): readonly Person[] {
    const gone: Person[] = [];
    for (const person of [...this.#people.values()]) {
      if (!person.sightings.has(camera) && person.space !== camera) continue;
      this.#lose(person, camera);
      if (person.sightings.size > 0) continue;
      this.#people.delete(person.id);
      gone.push(person);
    }
    return gone;
  }

  #lose(person: MutablePerson, camera: string): void {
    const sighting = person.sightings.get(camera);
    if (sighting === undefined) return;
    person.sightings.delete(camera);
    this.#byTrack.delete(key(camera, sighting.track));
    person.isSeen = person.sightings.size > 0;
  }

  #move(person: MutablePerson, { camera, sighting }: { readonly camera: string; readonly sighting: Sighting }): void {
    person.sightings.set(camera, sighting);
    this.#byTrack.set(key(camera, sighting.track), person);
    person.isSeen = true;
    person.seenAtMs = Math.max(person.seenAtMs, sighting.seenAtMs);
    const { x, y } = meanOf(person.sightings.values());
    // Boxes tremble more than people do.
    person.x += 0.6 * (x - person.x);
    person.y += 0.6 * (y - person.y);
  }

  /** Gives new tracks to those who are waited for or seen by another camera near by, the nearest pair first; the rest is new people. */
  #place(
    fresh: readonly { readonly track: Track; readonly sighting: Sighting }[],
    at: { readonly camera: string; readonly space: string; readonly nowMs: number },
  ): void {
    const pairs = fresh.flatMap((one) =>
      [...this.#people.values()].flatMap((person) => {
        if (person.space !== at.space || person.sightings.has(at.camera)) return [];
        const away = Math.hypot(person.x - one.sighting.x, person.y - one.sighting.y);
        const walked = person.isSeen ? 0 : (walkOf(one.sighting, at.space) * (at.nowMs - person.seenAtMs)) / 1_000;
        return away <= one.sighting.spread + spreadOf(person, one.sighting.spread) + walked ? [{ one, person, away }] : [];
      }),
    );
    const [placed, taken] = [new Set<Track>(), new Set<MutablePerson>()];
    for (const { one, person } of pairs.sort((a, b) => a.away - b.away)) {
      if (placed.has(one.track) || taken.has(person)) continue;
      placed.add(one.track);
      taken.add(person);
      this.#move(person, { camera: at.camera, sighting: one.sighting });
    }
    for (const { track, sighting } of fresh) {
      if (!placed.has(track)) this.#begin({ camera: at.camera, sighting }, { space: at.space, sinceMs: track.sinceMs });
    }
  }

  #begin(
    { camera, sighting }: { readonly camera: string; readonly sighting: Sighting },
    from: { readonly space: string; readonly sinceMs: number },
  ): void {
    if (this.#people.size >= MOST_PEOPLE) return;
    const { x, y, seenAtMs } = sighting;
    const person = { id: ++this.#count, ...from, x, y, seenAtMs, isSeen: true, sightings: new Map(), apartSinceMs: undefined };
    this.#people.set(person.id, person);
    this.#move(person, { camera, sighting });
  }

  /** Two cameras that took two people for one see them part. */
  #split(nowMs: number): void {
    for (const person of [...this.#people.values()]) {
      const [first, ...others] = [...person.sightings].sort(([, a], [, b]) => a.spread - b.spread);
      if (first === undefined) continue;
      const far = others.filter(
        ([, { x, y, spread }]) => Math.hypot(x - first[1].x, y - first[1].y) > SPLIT_FACTOR * (spread + first[1].spread),
      );
      if (far.length === 0) {
        person.apartSinceMs = undefined;
        continue;
      }
      person.apartSinceMs ??= nowMs;
      if (nowMs - person.apartSinceMs < SPLIT_AFTER_MS) continue;
      person.apartSinceMs = undefined;
      for (const [camera, sighting] of far) {
        this.#lose(person, camera);
        this.#begin({ camera, sighting }, { space: person.space, sinceMs: nowMs });
      }
    }
  }

  /** Two people whom different cameras see at one place are one. */
  #merge(nowMs: number): void {
    const shared = [...this.#people.values()].filter(({ space, isSeen }) => space === 'floor' && isSeen);
    const near = new Set<string>();
    for (const [i, a] of shared.entries()) {
      for (const b of shared.slice(i + 1)) {
        if (!this.#people.has(a.id) || !this.#people.has(b.id)) continue;
        if ([...a.sightings.keys()].some((camera) => b.sightings.has(camera))) continue;
        if (Math.hypot(a.x - b.x, a.y - b.y) > spreadOf(a, 0) + spreadOf(b, 0)) continue;
        const pair = `${a.id} ${b.id}`;
        near.add(pair);
        const sinceMs = this.#nearSinceMs.get(pair) ?? nowMs;
        this.#nearSinceMs.set(pair, sinceMs);
        if (nowMs - sinceMs >= MERGE_AFTER_MS) this.#unite(a.sinceMs <= b.sinceMs ? [a, b] : [b, a]);
      }
    }
    for (const pair of this.#nearSinceMs.keys()) if (!near.has(pair)) this.#nearSinceMs.delete(pair);
  }

  #unite([older, younger]: readonly [MutablePerson, MutablePerson]): void {
    this.#people.delete(younger.id);
    for (const [camera, sighting] of younger.sightings) this.#move(older, { camera, sighting });
  }

  #endThoseGone(nowMs: number): readonly Person[] {
    const gone = [...this.#people.values()].filter(({ isSeen, seenAtMs }) => !isSeen && nowMs - seenAtMs > GAP_MS);
    for (const { id } of gone) this.#people.delete(id);
    return gone;
  }
}

function key(camera: string, track: string): string {
  return `${camera} ${track}`;
}

function sightingOf({ id, box, seenAtMs }: Track, place: CameraPlace): Sighting | undefined {
  const feet = { x: box.x + box.w / 2, y: box.y + box.h };
  const common = { track: id, box, feet, seenAtMs };
  if (place.kind === 'zone') return { ...common, x: feet.x, y: feet.y, spread: 0.25 * box.h };
  const at = place.toFloor(feet.x, feet.y);
  if (at === undefined) return undefined;
  return { ...common, x: at.xM, y: at.yM, spread: floorSpread(feet, { place, at }) };
}

/** What two hundredths of the picture are on the floor there, more where the feet are cut off: how surely feet say where somebody stands. */
function floorSpread(
  feet: PicturePoint,
  {
    place,
    at,
  }: { readonly place: Extract<CameraPlace, { readonly kind: 'floor' }>; readonly at: { readonly xM: number; readonly yM: number } },
): number {
  const around = [place.toFloor(feet.x, feet.y - 0.02), place.toFloor(feet.x + 0.02, feet.y)];
  const errors = around.map((near) => (near === undefined ? 1.5 : Math.hypot(near.xM - at.xM, near.yM - at.yM)));
  const cut = feet.y > 0.98 ? 0.4 : 0;
  return Math.min(1.2, Math.max(0.35, ...errors) + cut);
}

function meanOf(sightings: Iterable<Sighting>): { readonly x: number; readonly y: number } {
  let [x, y, weights] = [0, 0, 0];
  for (const sighting of sightings) {
    const weight = 1 / sighting.spread ** 2;
    x += weight * sighting.x;
    y += weight * sighting.y;
    weights += weight;
  }
  return { x: x / weights, y: y / weights };
}

/** The best of what is known of where somebody is; `fallback` for whom nobody sees. */
function spreadOf({ sightings }: Person, fallback: number): number {
  return sightings.size === 0 ? fallback : Math.min(...[...sightings.values()].map(({ spread }) => spread));
}

function walkOf({ box }: Sighting, space: string): number {
  return space === 'floor' ? STEP_M : STEP_HEIGHTS * box.h;
}
