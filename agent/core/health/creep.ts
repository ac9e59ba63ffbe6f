import type { StepContext } from '../context.ts';
import { DAY_MS, type Grams, HOUR_MS } from '../units.ts';
import type { Creep } from './health-state.ts';
import { ROUND_MS } from './usual.ts';

/** What a round of ten minutes leaves of the older ones: about a week is remembered. */
const MEMORY = 0.999;
/** A plate creeps steadily when it was followed for so long ... */
const LEAST_DAYS = 3;
/** ... and moved so many times further than it sways from its line (warm days, cold nights). */
const STEADINESS = 3;

/** Follows the weight of every plate that rested through the whole round: what moves there is no shopper. */
export function followCreep(context: StepContext): void {
  const { shelf, health } = context.state;
  const { roundMs } = health;
  for (const [slot, { level }] of shelf.cells) {
    if (level === undefined) continue;
    const creep = health.creeps.get(slot) ?? freshCreep(roundMs, level);
    health.creeps.set(slot, creep);
    if (level.sinceMs === creep.restMs && level.sinceMs < roundMs && level.seenAtMs >= roundMs) {
      creep.crept = rounded(creep.crept + level.grams - creep.grams);
      add(creep, (roundMs + ROUND_MS - creep.startMs) / HOUR_MS);
    }
    creep.restMs = level.sinceMs;
    creep.grams = level.grams;
  }
}

/** How a plate at rest moves in a day, where it does so steadily; undefined where it only sways, or is not known long enough. */
export function steadyCreep(creep: Creep): { readonly gramsADay: Grams } | undefined {
  const { weight, sumT, sumG, sumTt, sumTg, sumGg } = creep;
  if (weight < 12) return undefined;
  const meanT = sumT / weight;
  const meanG = sumG / weight;
  const varT = sumTt / weight - meanT * meanT;
  const varG = sumGg / weight - meanG * meanG;
  // A line's times are spread evenly, so their deviation tells the length.
  const days = (Math.sqrt(12 * Math.max(0, varT)) * HOUR_MS) / DAY_MS;
  if (days < LEAST_DAYS || varT <= 0) return undefined;
  const slope = (sumTg / weight - meanT * meanG) / varT;
  const sway = Math.sqrt(Math.max(0, varG - slope * slope * varT));
  const moved = Math.abs(slope) * 24 * days;
  return moved > STEADINESS * sway ? { gramsADay: slope * 24 } : undefined;
}

function freshCreep(startMs: number, level: { readonly sinceMs: number; readonly grams: Grams }): Creep {
  return {
    restMs: level.sinceMs,
    grams: level.grams,
    crept: 0,
    startMs,
    weight: 0,
    sumT: 0,
    sumG: 0,
    sumTt: 0,
    sumTg: 0,
    sumGg: 0,
  };
}

function add(creep: Creep, hours: number): void {
  const grams = creep.crept;
  creep.weight = MEMORY * creep.weight + 1;
  creep.sumT = MEMORY * creep.sumT + hours;
  creep.sumG = MEMORY * creep.sumG + grams;
  creep.sumTt = MEMORY * creep.sumTt + hours * hours;
  creep.sumTg = MEMORY * creep.sumTg + hours * grams;
  creep.sumGg = MEMORY * creep.sumGg + grams * grams;
}

function rounded(grams: Grams): Grams {
  return Math.round(grams * 1_000) / 1_000;
}
