import type { DeviceId, ZoneId } from '../ids.ts';
import type { Doorway, PlacedSide } from '../store-map.ts';
import { type Dbm, type Probability, SECOND_MS, type TimestampMs } from '../units.ts';
import { hearAtDoor, newDoorTrail } from './door.ts';
import { learnDoorway } from './doorway.ts';
import { type Heard, hear, recent } from './heard.ts';
import { standParts } from './stand-parts.ts';

/** Odds, in dB, at which the judged door changes its mind: the policy's default. */
const HYSTERESIS_DB = 4;

/** A side of the door, as the integrator names it. */
export interface SurveyedSide {
  readonly name: string;
  readonly zone?: ZoneId;
  readonly isInside: boolean;
}

/** A tag that stayed on one side of a door, and what both receivers heard of it, oldest first. */
export interface DoorStand {
  readonly side: string;
  readonly sightings: readonly { readonly atMs: TimestampMs; readonly scanner: DeviceId; readonly rssiDbm: Dbm }[];
}

/** What a survey of a door found; the shares were judged on stands that were left out of what was learned. */
export interface DoorReport {
  readonly doorway: Doorway;
  /** `parts`: a side had only one stand, so that parts of stands were left out; flattering, because the place and the tag were known. */
  readonly leftOut: 'stands' | 'parts';
  readonly seconds: number;
  /** Share of seconds said right, by side, and their mean. */
  readonly right: readonly { readonly side: string; readonly share: Probability }[];
  readonly balanced: Probability;
  readonly changesPerMinute: number;
}

/** Learns the sides of a door from tags that stayed on them, and judges what was learned. Undefined when a side has nothing heard at both receivers. */
export function surveyDoor(
  receivers: { readonly first: DeviceId; readonly second: DeviceId },
  sides: readonly SurveyedSide[],
  stands: readonly DoorStand[],
): DoorReport | undefined {
  const learned = learnSides(receivers, sides, stands);
  if (learned === undefined) return undefined;
  const hasPairs = sides.every(({ name }) => stands.filter(({ side }) => side === name).length >= 2);
  const pieces = hasPairs ? stands.map((stand, fold) => ({ stand, fold })) : stands.flatMap(standParts);
  const scores = [...new Set(pieces.map(({ fold }) => fold))].flatMap((fold) => {
    const others = pieces.filter((piece) => piece.fold !== fold).map(({ stand }) => stand);
    const from = learnSides(receivers, sides, others);
    return from === undefined
      ? []
      : pieces.filter((piece) => piece.fold === fold).map(({ stand }) => judge({ ...receivers, sides: from }, stand));
  });
  const right = sides.map(({ name }) => {
    const own = scores.filter(({ side }) => side === name);
    const seconds = sum(own.map((score) => score.seconds));
    return { side: name, share: seconds === 0 ? 0 : sum(own.map((score) => score.right)) / seconds };
  });
  const seconds = sum(scores.map((score) => score.seconds));
  return {
    doorway: { ...receivers, sides: learned },
    leftOut: hasPairs ? 'stands' : 'parts',
    seconds,
    right,
    balanced: sum(right.map(({ share }) => share)) / right.length,
    changesPerMinute: seconds === 0 ? 0 : (60 * sum(scores.map(({ changes }) => changes))) / seconds,
  };
}

function learnSides(
  receivers: { readonly first: DeviceId; readonly second: DeviceId },
  sides: readonly SurveyedSide[],
  stands: readonly DoorStand[],
): readonly PlacedSide[] | undefined {
  const known = sides.map(({ name }) => ({
    name,
    tags: stands.filter(({ side }) => side === name).map((stand) => pairsOf(receivers, stand)),
  }));
  if (known.some(({ tags }) => !tags.some((readings) => readings.length > 1))) return undefined;
  return learnDoorway(known).map((learned, at) => {
    const { zone, isInside } = sides[at]!;
    return { ...learned, isInside, ...(zone === undefined ? {} : { zone }) };
  });
}

/** What the door would have weighed, second by second: both receivers as means of their last 3 s. */
function pairsOf(
  { first, second }: { readonly first: DeviceId; readonly second: DeviceId },
  { sightings }: DoorStand,
): readonly { readonly firstDbm: Dbm; readonly secondDbm: Dbm }[] {
  const heard: Heard = new Map();
  const pairs: { firstDbm: Dbm; secondDbm: Dbm }[] = [];
  let dueMs = Number.NEGATIVE_INFINITY;
  for (const sighting of sightings) {
    if (sighting.scanner !== first && sighting.scanner !== second) continue;
    hear(heard, sighting, sighting.atMs);
    if (sighting.atMs < dueMs) continue;
    const means = recent(heard, sighting.atMs);
    const firstDbm = means.find(({ scanner }) => scanner === first)?.rssiDbm;
    const secondDbm = means.find(({ scanner }) => scanner === second)?.rssiDbm;
    if (firstDbm === undefined || secondDbm === undefined) continue;
    pairs.push({ firstDbm, secondDbm });
    dueMs = sighting.atMs + SECOND_MS;
  }
  return pairs;
}

function judge(door: Doorway, { side, sightings }: DoorStand) {
  const trail = newDoorTrail(door, sightings[0]?.atMs ?? 0);
  const wanted = door.sides.findIndex(({ name }) => name === side);
  const score = { side, seconds: 0, right: 0, changes: 0 };
  let said: number | undefined;
  let nextMs = (sightings[0]?.atMs ?? 0) + SECOND_MS;
  for (const { atMs, scanner, rssiDbm } of sightings) {
    for (; nextMs <= atMs; nextMs += SECOND_MS) {
      const now = trail.track.side;
      if (now === undefined) continue;
      score.seconds++;
      if (now === wanted) score.right++;
      if (said !== undefined && said !== now) score.changes++;
      said = now;
    }
    hearAtDoor(trail, door, { scanner, rssiDbm, nowMs: atMs, hysteresisDb: HYSTERESIS_DB, isAwake: () => true });
  }
  return score;
}

function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0);
}
