import type { DurationMs, Grams, TimestampMs } from '../../agent/core/units.ts';
import type { PlateLoad } from './plate-load.ts';
import type { Random } from './random.ts';

/**
 * What a shelf scale is made of. Defaults (`CELL`) describe an ordinary bar cell of 10 kg under a shelf plate with a 24 bit converter:
 * a mass on a spring with little damping (57 kN/m with its brackets, so that 10 kg press it down by 1.7 mm); creep as a sum of exponentials, inside the 0.05 % of load in half an hour that OIML R 60 allows
 * an ordinary cell; white noise, slow wander, hum of refrigerators through the floor, and a zero that follows the temperature.
 */
export interface CellTraits {
  /** Moving mass without goods. */
  readonly plateGrams: Grams;
  /** Natural frequency of the empty plate; goods make it slower by the root of the mass. */
  readonly naturalHz: number;
  /** Share of critical damping; below 1 the plate rings. */
  readonly damping: number;
  /** Parts of the load that follow late, each with its time constant. */
  readonly creep: readonly { readonly share: number; readonly seconds: number }[];
  /** Deviation of one reading. */
  readonly noiseGrams: Grams;
  /** Deviation and memory of the slow part of the noise. */
  readonly wanderGrams: Grams;
  readonly wanderSeconds: number;
  /** Amplitude and frequency of what the floor carries in. */
  readonly vibrationGrams: Grams;
  readonly vibrationHz: number;
  /** Step of the display; 0: none. */
  readonly quantumGrams: Grams;
  /** What an empty plate shows at the start, and how much too steep the scale is (0.001: 1 g in 1 kg). */
  readonly zeroGrams: Grams;
  readonly gainError: number;
  /** Drift of the zero: straight, and with the air conditioning's cycle. */
  readonly driftGramsPerHour: number;
  readonly cycleGrams: Grams;
  readonly cycleMinutes: number;
  /** The converter averages over this long before each reading. */
  readonly filterMs: DurationMs;
}

/** An ordinary shelf scale at nominal noise. */
export const CELL: CellTraits = {
  plateGrams: 900,
  naturalHz: 40,
  damping: 0.06,
  creep: [
    { share: 0.0002, seconds: 30 },
    { share: 0.0003, seconds: 600 },
  ],
  noiseGrams: 0.8,
  wanderGrams: 0.3,
  wanderSeconds: 15,
  vibrationGrams: 0.5,
  vibrationHz: 24.3,
  quantumGrams: 1,
  zeroGrams: 0,
  gainError: 0,
  driftGramsPerHour: 2,
  cycleGrams: 1,
  cycleMinutes: 22,
  filterMs: 100,
};

/** The same scale with everything that disturbs it multiplied: noise, wander, vibration and drift; not its resolution or its mechanics. */
export function noisier(traits: CellTraits, times: number): CellTraits {
  return {
    ...traits,
    noiseGrams: traits.noiseGrams * times,
    wanderGrams: traits.wanderGrams * times,
    vibrationGrams: traits.vibrationGrams * times,
    driftGramsPerHour: traits.driftGramsPerHour * times,
    cycleGrams: traits.cycleGrams * times,
  };
}

/** Longest step of the integration; a tenth of the fastest swing that is sensible for a shelf. */
const STEP_MS = 1;
/** Slower or smaller movements than this are rest. */
const REST_GRAMS = 0.02;

/** One plate with what lies and presses on it; readings are asked for in order of time. */
export class LoadCell {
  readonly #traits: CellTraits;
  readonly #random: Random;
  readonly #load: PlateLoad;
  readonly #startMs: TimestampMs;
  readonly #phase: number;
  readonly #creep: number[];
  #nowMs: TimestampMs;
  /** Deflection as the grams that would hold it there, and its speed in grams a second. */
  #deflection: Grams;
  #speed = 0;
  #wander: Grams;

  constructor(traits: CellTraits, load: PlateLoad, at: { readonly random: Random; readonly startMs: TimestampMs }) {
    this.#traits = traits;
    this.#load = load;
    this.#random = at.random;
    this.#startMs = at.startMs;
    this.#nowMs = at.startMs;
    const { massGrams, forceGrams } = load.at(at.startMs);
    this.#deflection = massGrams + forceGrams;
    // The goods have lain there since yesterday: creep is over.
    this.#creep = traits.creep.map(({ share }) => share * this.#deflection);
    this.#wander = at.random.normal(0, traits.wanderGrams);
    this.#phase = at.random.uniform() * 2 * Math.PI;
  }

  /** The reading at a moment, which must not lie before the last one. */
  read(atMs: TimestampMs): Grams {
    if (atMs < this.#nowMs) throw new Error(`Cannot read the scale at ${atMs}: it has already been read at ${this.#nowMs}`);
    const { traits, sinceMs } = { traits: this.#traits, sinceMs: atMs - this.#nowMs };
    const mean = this.#moveTo(atMs, Math.min(traits.filterMs, Math.max(STEP_MS, sinceMs)));
    const { forceGrams, massGrams } = this.#load.at(atMs);
    const creep = this.#creepTo(massGrams + forceGrams, sinceMs);
    const keeps = Math.exp(-sinceMs / 1_000 / traits.wanderSeconds);
    this.#wander = keeps * this.#wander + this.#random.normal(0, traits.wanderGrams * Math.sqrt(1 - keeps * keeps));
    const shown =
      traits.zeroGrams +
      (1 + traits.gainError) * (mean + creep) +
      this.#driftAt(atMs) +
      this.#wander +
      this.#vibrationAt(atMs) +
      this.#random.normal(0, traits.noiseGrams);
    return traits.quantumGrams > 0 ? Math.round(shown / traits.quantumGrams) * traits.quantumGrams : shown;
  }

  /** Lets the plate move until a moment; gives its mean over the last `overMs`. */
  #moveTo(atMs: TimestampMs, overMs: DurationMs): Grams {
    let sum = 0;
    let count = 0;
    while (this.#nowMs < atMs) {
      if (this.#atRest() && this.#load.isStill(this.#nowMs, atMs)) {
        this.#nowMs = atMs;
        return count === 0 ? this.#deflection : (sum + this.#deflection) / (count + 1);
      }
      const stepMs = Math.min(STEP_MS, atMs - this.#nowMs);
      this.#step(stepMs / 1_000);
      this.#nowMs += stepMs;
      if (this.#nowMs > atMs - overMs) {
        sum += this.#deflection;
        count += 1;
      }
    }
    return count === 0 ? this.#deflection : sum / count;
  }

  /** One step of the damped swing: speed first, then place, which keeps the energy from growing. */
  #step(seconds: number): void {
    const { plateGrams, naturalHz, damping } = this.#traits;
    const { massGrams, forceGrams } = this.#load.at(this.#nowMs);
    const omega = 2 * Math.PI * naturalHz * Math.sqrt(plateGrams / (plateGrams + Math.max(0, massGrams)));
    const pull = massGrams + forceGrams - this.#deflection;
    this.#speed += seconds * (omega * omega * pull - 2 * damping * omega * this.#speed);
    this.#deflection += seconds * this.#speed;
  }

  #atRest(): boolean {
    const { massGrams, forceGrams } = this.#load.at(this.#nowMs);
    return Math.abs(massGrams + forceGrams - this.#deflection) < REST_GRAMS && Math.abs(this.#speed) < REST_GRAMS * 20;
  }

  #creepTo(loadGrams: Grams, sinceMs: DurationMs): Grams {
    let sum = 0;
    for (const [at, { share, seconds }] of this.#traits.creep.entries()) {
      const before = this.#creep[at] ?? 0;
      const now = share * loadGrams + (before - share * loadGrams) * Math.exp(-sinceMs / 1_000 / seconds);
      this.#creep[at] = now;
      sum += now;
    }
    return sum;
  }

  #driftAt(atMs: TimestampMs): Grams {
    const { driftGramsPerHour, cycleGrams, cycleMinutes } = this.#traits;
    const minutes = (atMs - this.#startMs) / 60_000;
    return (driftGramsPerHour * minutes) / 60 + cycleGrams * Math.sin((2 * Math.PI * minutes) / cycleMinutes);
  }

  /** Averaging over the converter's window swallows most of a hum, as the cardinal sine of the turns in it. */
  #vibrationAt(atMs: TimestampMs): Grams {
    const { vibrationGrams, vibrationHz, filterMs } = this.#traits;
    const turns = (Math.PI * vibrationHz * filterMs) / 1_000;
    const left = turns === 0 ? 1 : Math.abs(Math.sin(turns) / turns);
    return vibrationGrams * left * Math.sin((2 * Math.PI * vibrationHz * atMs) / 1_000 + this.#phase);
  }
}
