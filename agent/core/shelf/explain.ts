import type { Sku } from '../ids.ts';
import { type DurationMs, type Grams, MINUTE_MS, type Probability, type TimestampMs } from '../units.ts';
import { agreement, type CountChange } from './distance.ts';

/** Weight of one unit of a product and the deviation from unit to unit. */
export interface UnitWeight {
  readonly grams: Grams;
  readonly spreadGrams: Grams;
}

/** A product of another slot that could come to lie here. */
export interface OtherGoods {
  readonly sku: Sku;
  readonly unit: UnitWeight;
  /** How likely somebody who took it is about to put it back, from 0 (nobody holds one) to 1 (taken just now). */
  readonly held: Probability;
  /** Its own slot is on the same fixture. */
  readonly isNeighbour: boolean;
  /** Something else than weights, a tag reader say, has just noticed it here. */
  readonly isSeen: boolean;
}

/** Something on the plate that does not belong there; `sku` undefined for what nobody knows. */
export interface Guest {
  readonly sku: Sku | undefined;
  readonly grams: Grams;
  /** How sure it is that it lies here. */
  readonly probability: Probability;
  readonly sinceMs: TimestampMs;
}

/** What could be taken from a plate or put on it. */
export interface PlateGoods {
  readonly sku: Sku;
  readonly unit: UnitWeight;
  /** Units that are there and units that still fit, as far as known. */
  readonly units: number | undefined;
  readonly room: number | undefined;
  /** The best guess of the units there, sure or not. */
  readonly about: number | undefined;
  readonly held: Probability;
  readonly isSeen: boolean;
  /** Whether a sensor saw a hand there just now; `unknown` where no sensor looks. */
  readonly reach: 'seen' | 'missing' | 'unknown';
  /** How the count changed by the slot's distance sensor, where it has one that saw it. */
  readonly counted?: CountChange | undefined;
  /** How much likelier units of a product were taken, by the silence of their tags; 1 for every product without tags. */
  readonly takenFactor?: (sku: Sku, units: number) => number;
  /** The same for units that were put here, by tags that have just begun to be heard; for what is `isSeen` a fixed factor without it. */
  readonly arrivedFactor?: (sku: Sku, units: number) => number;
  readonly others: readonly OtherGoods[];
  readonly guests: readonly Guest[];
  readonly nowMs: TimestampMs;
}

/** One way to explain a change of weight, with its share of all belief. `sku` undefined: an unknown thing was taken away. */
export interface Explanation {
  readonly sku: Sku | undefined;
  /** Below 0: taken. */
  readonly units: number;
  /** Set when it is a guest of the plate that left. */
  readonly guest: Guest | undefined;
  readonly probability: Probability;
  /** How well it fits the weight, without any belief about what people do; only to be compared with others of the same change. */
  readonly fit: number;
  /**
   * For one unit of a neighbour's product put here, how likely somebody is about to put it back; 1 for a guest that came in the last minutes; 0
   * for all others.
   */
  readonly rivalHeld: Probability;
  /** False for a put-back of what nobody is known to hold: a hand may rest there instead, so it needs a longer look. */
  readonly isExpected: boolean;
  /** Something else than weights has just noticed this product arrive here, or leave. */
  readonly isSeen: boolean;
}

/** Most units of one change that are considered. */
const MOST_UNITS = 120;
/** How far the configured weight of a product may be from the truth, as a share. */
const UNIT_ERROR = 0.005;
/** Belief before weighing that a change is none of the goods, spread over this range. */
const UNEXPLAINED = 0.05;
const UNEXPLAINED_RANGE: Grams = 3_000;
/** Goods that move without a hand mostly do not move. */
const NO_REACH_FACTOR = 200;
/** Belief before weighing that a put-back is in the wrong slot: for all products together; and for one that somebody holds. */
const MISPLACED = 0.03;
const MISPLACED_HELD = 0.15;
/** The same, where it would have to be carried from another fixture. */
const CARRIED_HELD = 0.04;
/** Two at once in the wrong slot, against one. */
const MISPLACED_PAIR = 0.05;
/** A put-back of what nobody is known to hold is staff, or somebody nobody noticed. */
const NOT_HELD = 0.3;
/** More than the plate holds, or than fits, is a wrong count: possible, hardly likely. */
const BEYOND_STOCK = 0.02;
/** Whoever sweeps a slot mostly takes all there is. */
const ALL_FACTOR = 5;
/** How much sooner a thing that does not belong there is taken than any one unit of the goods: it lies in front, and staff tidy up. */
const GUEST_FIRST = 2;
/** A thing that came so lately may well be taken away again. */
const FRESH_GUEST_MS: DurationMs = 5 * MINUTE_MS;
/** A product that a tag reader noticed arriving. */
const SEEN_FACTOR = 20;
/** From here on the silence of its tags says clearly that a product left. */
const CLEAR_SILENCE = 3;
/** Explanations further off than this many deviations are not worth a number. */
const REACH = 6;
const MOST_EXPLANATIONS = 4;

/**
 * Weighs every explanation of a change of weight against the others: k units of the slot's own product, a product of another slot put
 * here, a guest leaving, or none of the goods. Best first, at most 4; together with "none of the goods" their beliefs add up to 1 at most.
 */
export function explain(change: { readonly grams: Grams; readonly sdGrams: Grams }, goods: PlateGoods): readonly Explanation[] {
  const { counted } = goods;
  const agrees = (units: number | undefined) => (counted === undefined ? 1 : agreement(counted, units));
  const candidates = (change.grams < 0 ? taken(change, goods) : put(change, goods)).map((candidate) => ({
    ...candidate,
    // A thing of another shape changes the distance by nobody knows how much.
    probability: candidate.probability * agrees(candidate.sku === goods.sku && candidate.guest === undefined ? candidate.units : undefined),
  }));
  const unexplained = (UNEXPLAINED / UNEXPLAINED_RANGE) * (goods.reach === 'missing' ? NO_REACH_FACTOR : 1) * agrees(undefined);
  const total = candidates.reduce((sum, { probability }) => sum + probability, unexplained);
  return candidates
    .filter(({ probability }) => probability > 1e-3 * total)
    .sort((a, b) => b.probability - a.probability)
    .slice(0, MOST_EXPLANATIONS)
    .map((candidate) => ({ ...candidate, probability: candidate.probability / total }));
}

function taken(change: { readonly grams: Grams; readonly sdGrams: Grams }, goods: PlateGoods): Explanation[] {
  const silent = (sku: Sku | undefined, units: number) => (sku === undefined ? 1 : (goods.takenFactor?.(sku, units) ?? 1));
  const found = ownUnits(change, goods).map(({ units, density }): Explanation => {
    const there = goods.units === undefined || units < goods.units ? 1 : units === goods.units ? ALL_FACTOR : BEYOND_STOCK;
    return {
      sku: goods.sku,
      units: -units,
      guest: undefined,
      probability: countPrior(units) * there * density * silent(goods.sku, units),
      fit: density,
      rivalHeld: 0,
      isExpected: true,
      isSeen: silent(goods.sku, units) > CLEAR_SILENCE,
    };
  });
  const prior = (countPrior(1) * GUEST_FIRST) / (GUEST_FIRST + (goods.about ?? GUEST_FIRST));
  for (const guest of goods.guests) {
    const ageMs = goods.nowMs - guest.sinceMs;
    const rivalHeld = ageMs >= 0 && ageMs <= FRESH_GUEST_MS ? 1 : 0;
    const density = normal(-change.grams - guest.grams, Math.hypot(change.sdGrams, 1 + 0.01 * guest.grams));
    found.push({
      sku: guest.sku,
      units: -1,
      guest,
      probability: prior * guest.probability * density * silent(guest.sku, 1),
      fit: density,
      rivalHeld,
      isExpected: true,
      isSeen: silent(guest.sku, 1) > CLEAR_SILENCE,
    });
  }
  return found;
}

function put(change: { readonly grams: Grams; readonly sdGrams: Grams }, goods: PlateGoods): Explanation[] {
  const arrived = (sku: Sku, units: number, isSeen: boolean) => goods.arrivedFactor?.(sku, units) ?? (isSeen ? SEEN_FACTOR : 1);
  const own = NOT_HELD + (1 - NOT_HELD) * goods.held;
  const found = ownUnits(change, goods).map(({ units, density }): Explanation => {
    const fits = goods.room === undefined || units <= goods.room;
    return {
      sku: goods.sku,
      units,
      guest: undefined,
      probability: own * countPrior(units) * (fits ? 1 : BEYOND_STOCK) * density * arrived(goods.sku, units, goods.isSeen),
      fit: density,
      rivalHeld: 0,
      isExpected: goods.held > 0 || goods.isSeen,
      isSeen: goods.isSeen,
    };
  });
  for (const other of goods.others) {
    const prior = (other.isNeighbour ? MISPLACED_HELD : CARRIED_HELD) * other.held + MISPLACED / goods.others.length;
    for (const units of [1, 2]) {
      const density = normal(change.grams - units * other.unit.grams, deviationOf(other.unit, units, change.sdGrams));
      const many = units === 1 ? countPrior(1) : MISPLACED_PAIR;
      found.push({
        sku: other.sku,
        units,
        guest: undefined,
        probability: prior * many * density * arrived(other.sku, units, other.isSeen),
        fit: density,
        rivalHeld: units === 1 && other.isNeighbour ? other.held : 0,
        isExpected: other.held > 0 || other.isSeen,
        isSeen: other.isSeen,
      });
    }
  }
  return found;
}

/** Counts of the slot's own product that come near the change. */
function ownUnits(
  change: { readonly grams: Grams; readonly sdGrams: Grams },
  goods: PlateGoods,
): readonly { readonly units: number; readonly density: number }[] {
  const grams = Math.abs(change.grams);
  const middle = Math.round(grams / goods.unit.grams);
  const slack = Math.ceil((REACH * deviationOf(goods.unit, Math.max(1, middle), change.sdGrams)) / goods.unit.grams);
  const found: { units: number; density: number }[] = [];
  const from = Math.max(1, middle - Math.min(5, slack));
  const to = Math.min(MOST_UNITS, middle + Math.min(5, slack));
  for (let units = from; units <= to; units += 1) {
    found.push({ units, density: normal(grams - units * goods.unit.grams, deviationOf(goods.unit, units, change.sdGrams)) });
  }
  return found;
}

function deviationOf(unit: UnitWeight, units: number, sdGrams: Grams): Grams {
  return Math.hypot(sdGrams, unit.spreadGrams * Math.sqrt(units), UNIT_ERROR * unit.grams * units);
}

/** One unit is what mostly moves; a long tail for sweeps and staff. */
function countPrior(units: number): number {
  if (units === 1) return 0.5;
  return units === 2 ? 0.2 : 0.06 * 0.93 ** (units - 3);
}

function normal(off: Grams, deviation: Grams): number {
  const z = off / deviation;
  return Math.abs(z) > REACH ? 0 : Math.exp(-0.5 * z * z) / (deviation * 2.506_628);
}
