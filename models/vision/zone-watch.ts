import type { ZoneId } from '../../agent/core/ids.ts';
import type { ReadingBody } from '../../agent/core/reading.ts';
import { isInside, type PlanPoint, type ToFloor } from './floor.ts';
import type { Track } from './tracker.ts';

/** Where the people in a camera's picture are: all in one zone, or wherever their feet stand on the plan. */
export type CameraPlace =
  | { readonly kind: 'zone'; readonly zone: ZoneId }
  | {
      readonly kind: 'floor';
      readonly toFloor: ToFloor;
      readonly zones: readonly { readonly id: ZoneId; readonly outline: readonly PlanPoint[] }[];
    };

/** Somebody must be in another zone this long before they count there: feet at a border are on both sides of it. */
const SETTLE_MS = 600;
/** Who passes through a zone faster than this did not stay in it. */
const MIN_STAY_MS = 1_000;
/** An unchanged count is said again this often, so that it is not taken for an old one. */
const REPEAT_MS = 10_000;

interface Stay {
  zone: ZoneId;
  sinceMs: number;
  /** Another zone, since when; it becomes the zone once they settle there. */
  next: { readonly zone: ZoneId; readonly sinceMs: number } | undefined;
  seenAtMs: number;
}

/** Turns the tracks of one camera into what the store hears: how many are in each zone, how long they stayed, where they went. */
export class ZoneWatch {
  readonly #place: CameraPlace;
  readonly #stays = new Map<string, Stay>();
  readonly #said = new Map<ZoneId, { readonly count: number; readonly atMs: number }>();

  constructor(place: CameraPlace) {
    this.#place = place;
    for (const zone of place.kind === 'zone' ? [place.zone] : place.zones.map(({ id }) => id)) {
      this.#said.set(zone, { count: -1, atMs: Number.NEGATIVE_INFINITY });
    }
  }

  /** Takes the tracks of one picture. */
  update(tracks: readonly Track[], nowMs: number): readonly ReadingBody[] {
    const readings: ReadingBody[] = [];
    const here = new Set(tracks.map(({ id }) => id));
    for (const [id, stay] of this.#stays) {
      if (here.has(id)) continue;
      this.#stays.delete(id);
      readings.push(...stayed(stay, stay.seenAtMs));
    }
    for (const track of tracks) readings.push(...this.#settle(track, nowMs));
    const counts = new Map<ZoneId, number>();
    for (const { zone } of this.#stays.values()) counts.set(zone, (counts.get(zone) ?? 0) + 1);
    for (const [zone, said] of this.#said) {
      const count = counts.get(zone) ?? 0;
      if (count === said.count && nowMs - said.atMs < REPEAT_MS) continue;
      this.#said.set(zone, { count, atMs: nowMs });
      readings.push({ kind: 'presence', zone, count });
    }
    return readings;
  }

  /** Forgets everybody: the picture is not to be believed. Counts are said anew when it is again. */
  forget(): void {
    this.#stays.clear();
    for (const zone of this.#said.keys()) this.#said.set(zone, { count: -1, atMs: Number.NEGATIVE_INFINITY });
  }

  #settle(track: Track, nowMs: number): readonly ReadingBody[] {
    const zone = this.#zoneOf(track);
    const stay = this.#stays.get(track.id);
    if (stay === undefined) {
      if (zone !== undefined) this.#stays.set(track.id, { zone, sinceMs: track.sinceMs, next: undefined, seenAtMs: track.seenAtMs });
      return [];
    }
    stay.seenAtMs = track.seenAtMs;
    if (zone === undefined || zone === stay.zone) {
      stay.next = undefined;
      return [];
    }
    if (stay.next?.zone !== zone) {
      stay.next = { zone, sinceMs: nowMs };
      return [];
    }
    if (nowMs - stay.next.sinceMs < SETTLE_MS) return [];
    const { sinceMs } = stay.next;
    const readings: ReadingBody[] = [...stayed(stay, sinceMs), { kind: 'flow', from: stay.zone, to: zone, count: 1 }];
    this.#stays.set(track.id, { zone, sinceMs, next: undefined, seenAtMs: track.seenAtMs });
    return readings;
  }

  #zoneOf({ box }: Track): ZoneId | undefined {
    if (this.#place.kind === 'zone') return this.#place.zone;
    const feet = this.#place.toFloor(box.x + box.w / 2, box.y + box.h);
    if (feet === undefined) return undefined;
    return this.#place.zones.find(({ outline }) => isInside(feet, outline))?.id;
  }
}

function stayed(stay: Stay, untilMs: number): readonly ReadingBody[] {
  const ms = Math.round(untilMs - stay.sinceMs);
  return ms < MIN_STAY_MS ? [] : [{ kind: 'dwell', zone: stay.zone, ms: Math.min(ms, 86_400_000) }];
}
