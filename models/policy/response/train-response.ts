import { Z95 } from '../../../agent/core/policy/distributions.ts';
import { createRandom } from '../../training/random.ts';
import { VISIT_SPEC } from '../../visit-spec.ts';
import { doublyRobustScores } from '../uplift/dr-scores.ts';
import { fitLogistic } from '../uplift/regression.ts';
import { ridge } from '../uplift/ridge.ts';
import type { Trial } from '../uplift/trial.ts';
import type { ResponseModel } from './response-model.ts';

/** One visit in which chance said whether an offer was made. */
export interface TrialVisit {
  /** In the order of `VISIT_SPEC`. */
  readonly features: readonly number[];
  readonly intent: number;
  /** Share of the price that the discount takes. */
  readonly discountShare: number;
  readonly isOffered: boolean;
  readonly isBought: boolean;
  /** Probability of what was done. */
  readonly propensity: number;
  readonly atMs: number;
}

/** Fewest visits of each kind to learn from. */
export const MIN_VISITS = 100;
const FOLDS = 5;
/** What a visit could win at most below this says nothing about how much of it was won. */
const LEAST_LEVER = 0.005;
/** Bounds of a belief: nothing wins more than this, whatever few visits say. */
const MOST = 10;
const LEAST = -1;

/**
 * Learns how much a discount does, from visits in which chance decided. Each visit gives one number whose mean is right whatever the outcome
 * models are (doubly robust); a ridge line through the features is used only where it predicts that number better than one figure for
 * everybody, on visits it has not seen, by more than chance. The same visits and seed give the same model, byte for byte.
 */
export function trainResponse(visits: readonly TrialVisit[], { seed = 1 }: { readonly seed?: number } = {}): ResponseModel {
  const columns = VISIT_SPEC.features.map(({ name }, i) => ({
    name,
    values: Float32Array.from(visits, ({ features }) => known(features[i])),
  }));
  const used = columns.filter(({ values }) => varies(values));
  const inputs = used.map(({ values }) => values);
  const effects = effectsOf(visits, inputs, seed);
  const levers = Float64Array.from(visits, ({ intent, discountShare }) => (1 - intent) * discountShare);
  const usable = visits.flatMap((_, row) => (levers[row]! >= LEAST_LEVER ? [row] : []));
  const response = commonResponse(usable, { effects, levers });
  const deal = dealFolds(usable.length, seed);
  const gains = new Float64Array(usable.length);
  for (let fold = 0; fold < FOLDS; fold++) {
    const learn = usable.filter((_, i) => deal[i] !== fold);
    const judged = usable.flatMap((row, i) => (deal[i] === fold ? [{ row, i }] : []));
    const line = fitLine(learn, { inputs, effects, levers });
    const common = commonResponse(learn, { effects, levers }).value;
    const said = line.predict(inputs.map((column) => Float32Array.from(judged, ({ row }) => column[row]!)));
    for (const [at, { row, i }] of judged.entries()) {
      const [effect, lever] = [effects[row]!, levers[row]!];
      gains[i] = (effect - lever * common) ** 2 - (effect - lever * held(said[at] ?? common)) ** 2;
    }
  }
  const gain = meanWithInterval(gains);
  const isPersonal = gain.value - 1.645 * gain.error > 0;
  const line = fitLine(usable, { inputs, effects, levers });
  const times = visits.map(({ atMs }) => atMs);
  return {
    kind: 'endcap.offer-response',
    version: 1,
    featureSpec: VISIT_SPEC.id,
    purpose: 'how much a discount raises the chance of buying',
    use: isPersonal ? 'personal' : 'same-for-everybody',
    response: { value: held(response.value), low: response.low, high: response.high },
    gain: { value: gain.value, low: gain.low, high: gain.high },
    intercept: isPersonal ? line.intercept : held(response.value),
    columns: isPersonal
      ? used.map(({ name }, i) => ({ feature: name, centre: line.scales[i]!.centre, scale: line.scales[i]!.scale, slope: line.slopes[i]! }))
      : [],
    range: { low: LEAST, high: MOST },
    trainedOn: {
      visits: visits.length,
      offered: visits.filter(({ isOffered }) => isOffered).length,
      fromMs: Math.min(...times),
      toMs: Math.max(...times),
      seed,
    },
    sentence: sentenceOf(isPersonal, response),
  };
}

/** What an offer changed at each visit: unbiased, and as noisy as one purchase is. */
function effectsOf(visits: readonly TrialVisit[], inputs: readonly Float32Array[], seed: number): Float64Array {
  const offered = Float64Array.from(visits, ({ isOffered, propensity }) => (isOffered ? propensity : 1 - propensity));
  const trial: Trial = {
    rows: visits.length,
    arms: ['no offer', 'offer'],
    columns: [Float32Array.from(visits, ({ intent }) => Math.log(Math.max(1e-3, intent) / Math.max(1e-3, 1 - intent))), ...inputs],
    columnNames: [],
    arm: Uint8Array.from(visits, ({ isOffered }) => (isOffered ? 1 : 0)),
    outcome: Float64Array.from(visits, ({ isBought }) => (isBought ? 1 : 0)),
    propensities: [offered.map((p) => 1 - p), offered],
  };
  const [without, withOffer] = doublyRobustScores(trial, { outcome: fitLogistic, seed });
  return withOffer!.map((value, row) => value - without![row]!);
}

interface Targets {
  readonly effects: Float64Array;
  readonly levers: Float64Array;
}

/** The one figure that predicts the effects best, by least squares, with an interval that does not rest on their spread being even. */
function commonResponse(
  rows: readonly number[],
  { effects, levers }: Targets,
): { readonly value: number; readonly low: number; readonly high: number } {
  let [up, down] = [0, 0];
  for (const row of rows) {
    up += levers[row]! * effects[row]!;
    down += levers[row]! ** 2;
  }
  const value = down === 0 ? 0 : up / down;
  let spread = 0;
  for (const row of rows) spread += (levers[row]! * (effects[row]! - levers[row]! * value)) ** 2;
  const error = down === 0 ? 0 : Math.sqrt(spread) / down;
  return { value, low: value - Z95 * error, high: value + Z95 * error };
}

function fitLine(rows: readonly number[], { inputs, effects, levers }: Targets & { readonly inputs: readonly Float32Array[] }) {
  const columns = inputs.map((column) => Float32Array.from(rows, (row) => column[row]!));
  const usual = Math.max(1e-12, rows.reduce((sum, row) => sum + levers[row]! ** 2, 0) / Math.max(1, rows.length));
  return ridge(
    {
      columns,
      targets: Float64Array.from(rows, (row) => effects[row]! / levers[row]!),
      weights: Float64Array.from(rows, (row) => levers[row]! ** 2 / usual),
    },
    RIDGE_ROWS,
  );
}

/** As if this many more visits said that a feature does not matter. */
const RIDGE_ROWS = 200;

function dealFolds(count: number, seed: number): Uint8Array {
  const random = createRandom(seed + 31);
  return Uint8Array.from({ length: count }, () => random.below(FOLDS));
}

function meanWithInterval(values: Float64Array) {
  const rows = Math.max(1, values.length);
  const value = values.reduce((a, b) => a + b, 0) / rows;
  const error = Math.sqrt(values.reduce((sum, one) => sum + (one - value) ** 2, 0) / rows / Math.max(1, rows - 1));
  return { value, error, low: value - Z95 * error, high: value + Z95 * error };
}

function known(value: number | undefined): number {
  return value === undefined || value === -2 || !Number.isFinite(value) ? Number.NaN : value;
}

function varies(values: Float32Array): boolean {
  const seen = values.filter((value) => !Number.isNaN(value));
  return seen.length > 0 && seen.some((value) => value !== seen[0]);
}

function held(value: number): number {
  return Math.min(MOST, Math.max(LEAST, value));
}

function sentenceOf(
  isPersonal: boolean,
  { value, low, high }: { readonly value: number; readonly low: number; readonly high: number },
): string {
  const tenth = (figure: number) => (10 * figure).toFixed(0);
  const common = `10 % off wins ${tenth(value)} in 100 of those who would not buy (95 % sure: ${tenth(low)} to ${tenth(high)})`;
  return isPersonal
    ? `${common}; for whom it does more is told by what they did, better than by one figure for everybody`
    : `${common}; the same for everybody: nothing that visits did was shown to tell for whom it does more`;
}
