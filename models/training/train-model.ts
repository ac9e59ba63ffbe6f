import { fitPlatt, type Platt, UNCALIBRATED } from './calibration.ts';
import { type Encoding, type EncodingOptions, encode, fitEncoding } from './encoding.ts';
import { type Examples, GBDT_DEFAULTS, type GbdtSettings, sigmoid, trainGbdt } from './gbdt.ts';
import { foldsByGroup, foldsByStore, type Split } from './splits.ts';
import { pick, selectRows, type Table } from './table.ts';
import { combine, type Ensemble, margins } from './tree.ts';

export interface TrainSettings extends EncodingOptions {
  readonly gbdt?: Partial<GbdtSettings>;
  /** Members of the ensemble, each stopped early on its own part of the rows; at least 2. Default 5. */
  readonly members?: number;
  /** Keep stores whole between the members' parts, so that stopping and calibration are judged on other stores. Default: where there are enough. */
  readonly byStore?: boolean;
  /** Fixes splits and sampling. Default 1. */
  readonly seed?: number;
}

/** A trained model: what it eats and the calibrated trees. `sigmoid(margin)` is the probability. */
export interface TrainedModel {
  readonly encoding: Encoding;
  readonly ensemble: Ensemble;
  /** Already folded into the ensemble's leaves and base; kept for the report. */
  readonly platt: Platt;
  readonly treesPerMember: readonly number[];
}

/**
 * Trains boosted trees on all rows of a table. The rows are cut into as many parts as there are members; each member learns from the other
 * parts and stops early on its own, so no row is lost to validation. The margins that members give to their own parts (rows they never
 * learnt from) calibrate the mean of all members, and the calibration is folded into the trees.
 */
export function trainModel(table: Table, settings: TrainSettings = {}): TrainedModel {
  const members = Math.max(2, settings.members ?? 5);
  const seed = settings.seed ?? 1;
  const encoding = fitEncoding(table, settings);
  const columns = encode(table, encoding);
  const ensembles: Ensemble[] = [];
  const unseen = new Float64Array(table.rows);
  for (const [i, split] of memberSplits(table, { members, seed, byStore: settings.byStore }).entries()) {
    const train = examples(table, columns, split.train);
    const validation = examples(table, columns, split.test);
    const ensemble = trainGbdt(train, { ...GBDT_DEFAULTS, ...settings.gbdt, seed: seed * 1000 + i }, validation);
    ensembles.push(ensemble);
    const own = margins(ensemble, validation.columns);
    for (let j = 0; j < split.test.length; j++) unseen[split.test[j]!] = own[j]!;
  }
  const platt = table.rows === 0 ? UNCALIBRATED : fitPlatt(unseen, table.labels, table.weights);
  return { encoding, ensemble: combine(ensembles, platt), platt, treesPerMember: ensembles.map((ensemble) => ensemble.trees.length) };
}

/** Probabilities for the rows of a table with the same spec. */
export function predict(model: TrainedModel, table: Table): Float64Array {
  return margins(model.ensemble, encode(table, model.encoding)).map(sigmoid);
}

/** Columns, labels and weights of some rows, as learners take them. */
export function examples(table: Table, columns: readonly Float32Array[], rows: Int32Array): Examples {
  const { labels, weights } = selectRows({ ...table, columns: [] }, rows);
  return { columns: columns.map((column) => pick(column, rows, new Float32Array(rows.length))), labels, weights };
}

function memberSplits(
  table: Table,
  { members, seed, byStore }: { readonly members: number; readonly seed: number; readonly byStore: boolean | undefined },
): Split[] {
  const folds = { folds: members, seed };
  return (byStore ?? table.storeNames.length >= 2 * members) ? foldsByStore(table, folds) : foldsByGroup(table, folds);
}
