import type { DeviceId, ZoneId } from '../ids.ts';
import { type Dbm, type DurationMs, type Metres, type Probability, SECOND_MS, type TimestampMs } from '../units.ts';
import { type Belief, type Evidence, LOST_AFTER_MS, positionOf, revise, zoneProbabilities } from './belief.ts';
import type { Floor } from './floor.ts';
import { type Heard, hear, recent, WINDOW_MS } from './heard.ts';

/** A tag is placed anew this often while it is heard. */
export const FIX_EVERY_MS = SECOND_MS;

/** What is known of the whereabouts of one tag. Plain data: it is written into snapshots. */
export interface Trail {
  readonly heard: Heard;
  belief: Belief;
  /** When the belief was last revised; when the tag was first heard, until then. */
  fixedAtMs: TimestampMs;
  position: { readonly xM: Metres; readonly yM: Metres; readonly spreadM: Metres } | undefined;
  /** Zone that the tag is said to be in, with its probability. */
  zone: { readonly id: ZoneId; readonly confidence: Probability } | undefined;
  /** Zone that has become more probable than it, and since when. */
  rival: { readonly id: ZoneId; readonly sinceMs: TimestampMs } | undefined;
}

/** How reluctantly a tag changes its zone. */
export interface Reluctance {
  /** Odds, in dB, that a new zone must have against the present one: 4 dB is 2.5 to 1. */
  readonly hysteresisDb: number;
  /** For how long it must have been the more probable one. The window of sightings counts towards it: up to 3 s add nothing. */
  readonly settleMs: DurationMs;
}

/** The trail of a tag that is heard for the first time. */
export function newTrail(nowMs: TimestampMs): Trail {
  return { heard: new Map(), belief: [], fixedAtMs: nowMs, position: undefined, zone: undefined, rival: undefined };
}

/** Forgets what was worked out on another floor plan; the zone stands until the next fix. */
export function forgetFloor(trail: Trail): void {
  trail.heard.clear();
  trail.belief = [];
  trail.position = undefined;
  trail.rival = undefined;
}

/** Takes in a sighting; cheap, the place is worked out by `fix`. */
export function noteSighting(trail: Trail, sighting: { readonly scanner: DeviceId; readonly rssiDbm: Dbm }, nowMs: TimestampMs): void {
  if (nowMs - trail.fixedAtMs >= LOST_AFTER_MS) {
    // Heard again after a long silence: as for a new tag, the first word waits for a second of sightings.
    trail.belief = [];
    trail.fixedAtMs = nowMs;
  }
  hear(trail.heard, sighting, nowMs);
}

/** Whether enough time has passed for another `fix`. */
export function isFixDue(trail: Trail, nowMs: TimestampMs): boolean {
  return nowMs - trail.fixedAtMs >= FIX_EVERY_MS;
}

/**
 * Works out where a tag is from the last 3 s and from where it was; returns whether its zone changed. `isAwake` says whether a scanner
 * that did not hear the tag works: only then is its silence evidence. Hearing nothing at all changes nothing.
 */
export function fix(
  trail: Trail,
  floor: Floor,
  now: { readonly nowMs: TimestampMs; readonly reluctance: Reluctance; readonly isAwake: (scanner: DeviceId) => boolean },
): boolean {
  const evidence = gather(trail, floor, now);
  const passedMs = Math.max(0, now.nowMs - trail.fixedAtMs);
  if (evidence.heard.length === 0) return false;
  trail.belief = revise(floor, trail.belief, { evidence, passedMs });
  trail.fixedAtMs = now.nowMs;
  trail.position = positionOf(floor, trail.belief);
  return settleZone(trail, floor, now);
}

function gather(
  trail: Trail,
  floor: Floor,
  { nowMs, isAwake }: { readonly nowMs: TimestampMs; readonly isAwake: (scanner: DeviceId) => boolean },
): Evidence {
  const heard = recent(trail.heard, nowMs).flatMap(({ scanner, rssiDbm, looks }) => {
    const number = floor.numberOf.get(scanner);
    return number === undefined ? [] : [{ scanner: number, rssiDbm, looks }];
  });
  const silent = floor.scanners.flatMap(({ id }, number) => (!trail.heard.has(id) && isAwake(id) ? [number] : []));
  return { heard, silent };
}

function settleZone(
  trail: Trail,
  floor: Floor,
  { nowMs, reluctance }: { readonly nowMs: TimestampMs; readonly reluctance: Reluctance },
): boolean {
  const probabilities = zoneProbabilities(floor, trail.belief);
  let best = 0;
  for (const [zone, probability] of probabilities.entries()) if (probability > probabilities[best]!) best = zone;
  const confidence = probabilities[best] ?? 0;
  // Outside of all zones: the last one stands, no longer believed.
  if (confidence === 0) {
    if (trail.zone !== undefined) trail.zone = { ...trail.zone, confidence };
    return false;
  }
  const id = floor.zones[best]!;
  if (trail.zone === undefined || trail.zone.id === id) {
    const isFirst = trail.zone === undefined;
    trail.zone = { id, confidence };
    trail.rival = undefined;
    return isFirst;
  }
  if (trail.rival?.id !== id) trail.rival = { id, sinceMs: nowMs };
  const present = probabilities[floor.zones.indexOf(trail.zone.id)] ?? 0;
  const isClear = confidence >= present * 10 ** (reluctance.hysteresisDb / 10);
  const isSettled = nowMs - trail.rival.sinceMs + WINDOW_MS >= reluctance.settleMs;
  if (!isClear || !isSettled) {
    trail.zone = { ...trail.zone, confidence: present };
    return false;
  }
  trail.zone = { id, confidence };
  trail.rival = undefined;
  return true;
}
