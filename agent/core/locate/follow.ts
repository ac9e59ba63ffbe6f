import { MOST_LAG_MS, PROMPT_MS } from '../clock-watch.ts';
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
  /** Only while scanners that send in batches hear the tag: from where the last seconds are worked out again when more is known of them. */
  batches?: Batches | undefined;
}

/** What a tag that is heard in batches is followed by. */
export interface Batches {
  /** The longest that a sighting was on its way lately, and when that was. */
  lagMs: DurationMs;
  seenAtMs: TimestampMs;
  /** Belief of a moment of which everything is known by now, and that moment. */
  belief: Belief;
  atMs: TimestampMs;
}

/** How reluctantly a tag changes its zone. */
export interface Reluctance {
  /** Odds, in dB, that a new zone must have against the present one: 4 dB is 2.5 to 1. */
  readonly hysteresisDb: number;
  /** For how long it must have been the more probable one. The window of sightings counts towards it: up to 3 s add nothing. */
  readonly settleMs: DurationMs;
}

/** Batches are reckoned with for this long after the last one. */
const BATCHES_LAST_MS = 30 * SECOND_MS;

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
  trail.batches = undefined;
}

/**
 * Takes in a sighting that comes in at `nowMs`; cheap, the place is worked out by `fix`. `lagMs` is how long ago it was heard, where its scanner
 * sends in batches; at most ten seconds.
 */
export function noteSighting(
  trail: Trail,
  sighting: { readonly scanner: DeviceId; readonly rssiDbm: Dbm; readonly lagMs?: DurationMs },
  nowMs: TimestampMs,
): void {
  if (nowMs - trail.fixedAtMs >= LOST_AFTER_MS) {
    // Heard again after a long silence: as for a new tag, the first word waits for a second of sightings.
    trail.belief = [];
    trail.fixedAtMs = nowMs;
    trail.batches = undefined;
  }
  // Our own clock was set back.
  if (trail.batches !== undefined && trail.batches.atMs > nowMs) trail.batches = undefined;
  const lagMs = sighting.lagMs ?? 0;
  if (lagMs > PROMPT_MS) reckonWithBatches(trail, lagMs, nowMs);
  hear(trail.heard, sighting, nowMs - lagMs, trail.batches === undefined ? nowMs : trail.batches.atMs);
}

/** From the first batch on, the belief is kept as it was before what is still to come. */
function reckonWithBatches(trail: Trail, lagMs: DurationMs, nowMs: TimestampMs): void {
  trail.batches ??= { lagMs, seenAtMs: nowMs, belief: trail.belief, atMs: trail.fixedAtMs };
  const { batches } = trail;
  if (lagMs < batches.lagMs && nowMs - batches.seenAtMs < BATCHES_LAST_MS) return;
  batches.lagMs = lagMs;
  batches.seenAtMs = nowMs;
}

/** What each scanner heard of a tag in the window that ends now. */
export function heardLately(trail: Trail, nowMs: TimestampMs): ReturnType<typeof recent> {
  return recent(trail.heard, nowMs, trail.batches?.atMs ?? nowMs);
}

/** Whether enough time has passed for another `fix`. */
export function isFixDue(trail: Trail, nowMs: TimestampMs): boolean {
  return nowMs - trail.fixedAtMs >= FIX_EVERY_MS;
}

/** What `fix` is told of the store. */
export interface Now {
  readonly nowMs: TimestampMs;
  readonly reluctance: Reluctance;
  /** Whether a scanner worked at `atMs` and has told what it heard then: only so is its silence evidence. */
  readonly isAwake: (scanner: DeviceId, atMs: TimestampMs) => boolean;
}

/**
 * Works out where a tag is from the last 3 s and from where it was; returns whether its zone changed. Where scanners send in batches, the seconds of
 * which more is known by now are worked out again, in the order in which they were. Hearing nothing at all changes nothing.
 */
export function fix(trail: Trail, floor: Floor, now: Now): boolean {
  const { nowMs } = now;
  if (trail.batches !== undefined && nowMs - trail.batches.seenAtMs >= BATCHES_LAST_MS) trail.batches = undefined;
  const belief = trail.batches === undefined ? promptly(trail, floor, now) : again(trail, trail.batches, { floor, now });
  if (belief === undefined) return false;
  trail.belief = belief;
  trail.fixedAtMs = nowMs;
  trail.position = positionOf(floor, belief);
  return settleZone(trail, floor, now);
}

function promptly(trail: Trail, floor: Floor, now: Now): Belief | undefined {
  const evidence = gather(trail, floor, { ...now, atMs: now.nowMs, keepMs: now.nowMs });
  if (evidence.heard.length === 0) return undefined;
  return revise(floor, trail.belief, { evidence, passedMs: Math.max(0, now.nowMs - trail.fixedAtMs) });
}

/** A step a second from the moment of which everything is known, which moves on as time goes by, to now. */
function again(trail: Trail, batches: Batches, { floor, now }: { readonly floor: Floor; readonly now: Now }): Belief | undefined {
  const { nowMs } = now;
  const knownMs = nowMs - batches.lagMs;
  let { belief, atMs } = batches;
  // Nothing was worked out for a while: the seconds in between stay empty.
  const firstMs = Math.max(atMs, nowMs - MOST_LAG_MS - WINDOW_MS);
  let isNew = false;
  for (let stepMs = nowMs - Math.floor((nowMs - firstMs) / FIX_EVERY_MS) * FIX_EVERY_MS; stepMs <= nowMs; stepMs += FIX_EVERY_MS) {
    // The moment that everything is known of lies between two steps: half a step is the least that counts as one.
    if (stepMs < atMs + FIX_EVERY_MS / 2) continue;
    const evidence = gather(trail, floor, { ...now, atMs: stepMs, keepMs: batches.atMs });
    if (evidence.heard.length === 0) continue;
    belief = revise(floor, belief, { evidence, passedMs: stepMs - atMs });
    atMs = stepMs;
    isNew = true;
    if (stepMs > knownMs) continue;
    batches.belief = belief;
    batches.atMs = stepMs;
  }
  return isNew ? belief : undefined;
}

function gather(
  trail: Trail,
  floor: Floor,
  { atMs, keepMs, isAwake }: Now & { readonly atMs: TimestampMs; readonly keepMs: TimestampMs },
): Evidence {
  const means = recent(trail.heard, atMs, keepMs);
  const heard = means.flatMap(({ scanner, rssiDbm, looks }) => {
    const number = floor.numberOf.get(scanner);
    return number === undefined ? [] : [{ scanner: number, rssiDbm, looks }];
  });
  const hearing = new Set(means.map(({ scanner }) => scanner));
  const silent = floor.scanners.flatMap(({ id }, number) => (!hearing.has(id) && isAwake(id, atMs) ? [number] : []));
  return { heard, silent };
}

function settleZone(trail: Trail, floor: Floor, { nowMs, reluctance }: Now): boolean {
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
