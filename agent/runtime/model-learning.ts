import { type ApprenticeRecord, newApprentice, noteAgreement, noteApprenticeVisit } from '../../models/lifecycle/apprentice.ts';
import { type Coverage, endingWeights, noCoverage } from '../../models/lifecycle/coverage.ts';
import { type LabelledVisit, OutcomeLabels } from '../../models/lifecycle/labels.ts';
import { type ReceiptDocument, ReceiptEvidence } from '../../models/lifecycle/receipt-evidence.ts';
import { ruleIntent } from '../../models/rule-scorer.ts';
import { AS_SHIPPED, calibrated, type SiteCalibration } from '../../models/site-calibration.ts';
import { type CalibrationExample, type KeptBecause, recalibrate } from '../../models/training/recalibrate.ts';
import { type ReceiptShift, receiptShift } from '../../models/training/receipt-shift.ts';
import type { Score } from '../core/decision.ts';
import type { Sku } from '../core/ids.ts';
import { DAY_MS, type Probability, type TimestampMs } from '../core/units.ts';
import type { ScoreNote } from './model-director.ts';
import type { TurnRows } from './ports.ts';

/** An example as it is written. */
export interface LearningRow {
  readonly atMs: TimestampMs;
  readonly model: string;
  readonly raw: Probability;
  readonly label: 0 | 1;
  readonly weight: number;
  readonly named: 0 | 1;
}

/** What the store has made of a model's own calibration, for people. */
export interface CalibrationNote {
  readonly atMs: TimestampMs;
  readonly rows: number;
  /** Expected calibration error on the store's own known outcomes, as the model came and as it is now. */
  readonly eceBefore: number;
  readonly eceAfter: number;
  /** Where no outcomes were named: what anonymous receipts say, as one sentence. Then `rows` are touches and the errors those of the sum. */
  readonly byReceipts?: string;
}

/** Learnt things that outlive the process. */
export interface LearntDocuments {
  readonly coverage: Coverage;
  readonly calibrations: readonly (readonly [model: string, calibration: SiteCalibration, note: CalibrationNote])[];
  readonly apprentice: ApprenticeRecord | undefined;
  readonly receipts: ReceiptDocument;
}

export interface LearningOptions {
  readonly documents: Partial<LearntDocuments>;
  /** Share of the buyers that tills name, where the store knows it; else it is told from what is seen at the checkout. */
  readonly namedShare?: number | undefined;
  readonly noteOf: (score: Score) => ScoreNote | undefined;
  /** Whether the rules of the campaigns would make an offer for a product at this intent. */
  readonly wouldOffer: (sku: Sku, intent: Probability) => boolean;
}

/** Whether a calibration was adopted, and a sentence why or why not. */
export interface Recalibration {
  readonly adopted: boolean;
  readonly sentence: string;
}

/** A shift that moves less than this is not worth a line in the history. */
const LEAST_SHIFT = 0.1;
/** Models whose calibration is kept. */
const MAX_CALIBRATIONS = 8;
/** Examples that wait to be written; more than this and the oldest are given up. */
const MAX_WAITING = 5_000;
/** Outcomes older than this are forgotten. */
export const REMEMBER_MS = 56 * DAY_MS;

/** Learns from what came of the store's own scores: its calibration, and whether a new store may begin to make offers. */
export class ModelLearning {
  readonly #options: LearningOptions;
  readonly #labels: OutcomeLabels;
  readonly #calibrations: Map<string, { readonly calibration: SiteCalibration; readonly note: CalibrationNote }>;
  readonly #receipts: ReceiptEvidence;
  #apprentice: ApprenticeRecord | undefined;
  #waiting: LearningRow[] = [];

  constructor(options: LearningOptions) {
    this.#options = options;
    const { coverage, calibrations, apprentice, receipts } = options.documents;
    this.#receipts = new ReceiptEvidence(receipts);
    this.#labels = new OutcomeLabels(coverage ?? noCoverage());
    this.#calibrations = new Map((calibrations ?? []).map(([model, calibration, note]) => [model, { calibration, note }]));
    this.#apprentice = apprentice;
  }

  /** What has to be written to go on after a restart. */
  get documents(): LearntDocuments {
    return {
      coverage: this.#labels.coverage,
      calibrations: [...this.#calibrations].map(([model, { calibration, note }]) => [model, calibration, note] as const),
      apprentice: this.#apprentice,
      receipts: this.#receipts.document,
    };
  }

  get apprentice(): ApprenticeRecord | undefined {
    return this.#apprentice;
  }

  get calibrations(): ReadonlyMap<string, SiteCalibration> {
    return new Map([...this.#calibrations].map(([model, { calibration }]) => [model, calibration]));
  }

  /** How a model was calibrated here; `undefined` while it is used as it came. */
  calibrationOf(model: string): CalibrationNote | undefined {
    return this.#calibrations.get(model)?.note;
  }

  /** Share of the visits that bought which tills name; `undefined` while too little is seen. */
  get namedShare(): number | undefined {
    return endingWeights(this.#labels.coverage, this.#options.namedShare)?.namedShare;
  }

  /** How many visits one with this ending stands for; 1 while it is not known how many purchases tills do not name. */
  weightOf(visit: LabelledVisit): number {
    const weights = endingWeights(this.#labels.coverage, this.#options.namedShare);
    if (weights === undefined) return visit.weight;
    return visit.weight * (visit.ending === 'named' ? weights.named : weights.neither);
  }

  /** Takes a committed turn; gives the measured visits that ended in it. */
  note(turn: TurnRows): readonly LabelledVisit[] {
    this.#receipts.note(turn, (score) => this.#options.noteOf(score)?.raw);
    const ended = this.#labels.note(turn);
    for (const visit of ended) this.#learnFrom(visit);
    return ended;
  }

  /** Counts scores of a store that offers nothing yet. */
  watchApprentice(scores: readonly Score[], nowMs: TimestampMs): void {
    this.#apprentice ??= newApprentice(nowMs);
    for (const { sku, intent, features } of scores) {
      const { wouldOffer } = this.#options;
      noteAgreement(this.#apprentice, wouldOffer(sku, intent) === wouldOffer(sku, ruleIntent(features)));
    }
  }

  /** Examples to be written since it was last asked. */
  takeRows(): readonly LearningRow[] {
    const rows = this.#waiting;
    this.#waiting = [];
    return rows;
  }

  /**
   * Fits a model's calibration to its own outcomes, where that is shown to be better; a sentence, or why nothing changed. Where tills name too few
   * buyers to learn from, promises are taken back to what receipts without a name speak for.
   */
  recalibrate(model: string, rows: readonly LearningRow[], nowMs: TimestampMs): Recalibration {
    const weights = endingWeights(this.#labels.coverage, this.#options.namedShare);
    const few = 'too few purchases are seen at the checkout to tell how many are not named';
    if (weights === undefined) return this.#byReceipts(model, nowMs, few);
    const examples = rows.map(
      (row): CalibrationExample => ({ ...row, weight: row.weight * (row.named === 1 ? weights.named : weights.neither) }),
    );
    const inForce = this.#calibrations.get(model)?.calibration ?? AS_SHIPPED;
    const made = recalibrate(examples, inForce, nowMs);
    if (!made.ok) {
      const because = reasonOf(made.error);
      return made.error.kind === 'few' ? this.#byReceipts(model, nowMs, because) : kept(because);
    }
    const { calibration, rows: counted } = made.value;
    const note: CalibrationNote = {
      atMs: nowMs,
      rows: counted,
      eceBefore: eceOf(examples, AS_SHIPPED),
      eceAfter: eceOf(examples, calibration),
    };
    this.#adopt(model, calibration, note);
    const gap = (value: number) => `${(100 * value).toFixed(1)} %`;
    return {
      adopted: true,
      sentence: `Fitted to ${counted} of its own outcomes here: promises were off by ${gap(note.eceBefore)}, now by ${gap(note.eceAfter)}`,
    };
  }

  /** Only over the shipped calibration or an earlier shift: named outcomes know more. `because`: why those were not learnt from. */
  #byReceipts(model: string, nowMs: TimestampMs, because: string): Recalibration {
    const inForce = this.#calibrations.get(model);
    if (inForce !== undefined && inForce.note.byReceipts === undefined) return kept(because);
    const found = receiptShift(this.#receipts.daysOf(model), nowMs);
    if (found === undefined || !found.isShown) return kept(because);
    const { shift, pairs, promised, sold, promisedAfter } = found;
    const { version, c } = inForce?.calibration ?? AS_SHIPPED;
    if (Math.abs(shift - c) < LEAST_SHIFT) return kept(`${because}; receipts without a name speak for what is promised`);
    const sentence = receiptSentence(found);
    this.#adopt(
      model,
      { version: version + 1, a: 1, b: 1, c: shift },
      {
        atMs: nowMs,
        rows: Math.round(pairs),
        eceBefore: Math.abs(promised - sold) / pairs,
        eceAfter: Math.abs(promisedAfter - sold) / pairs,
        byReceipts: sentence,
      },
    );
    return { adopted: true, sentence };
  }

  #adopt(model: string, calibration: SiteCalibration, note: CalibrationNote): void {
    this.#calibrations.delete(model);
    this.#calibrations.set(model, { calibration, note });
    for (const oldest of this.#calibrations.keys()) {
      if (this.#calibrations.size <= MAX_CALIBRATIONS) break;
      this.#calibrations.delete(oldest);
    }
  }

  #learnFrom(visit: LabelledVisit): void {
    const rows = visit.scores.map((one) => ({ ...one, note: this.#options.noteOf(one.score) }));
    for (const { score, label, atMs, note } of rows) {
      if (note === undefined || this.#waiting.length >= MAX_WAITING) continue;
      this.#waiting.push({ atMs, model: score.model, raw: note.raw, label, weight: visit.weight, named: visit.ending === 'named' ? 1 : 0 });
    }
    if (this.#apprentice === undefined) return;
    const pairs = rows.map(({ score, label }) => ({ model: score.intent, rules: ruleIntent(score.features), label }));
    noteApprenticeVisit(this.#apprentice, pairs, this.weightOf(visit));
  }
}

/** What receipts without a name have to say, for a manager. */
function receiptSentence({ pairs, promised, sold, promisedAfter }: ReceiptShift): string {
  const count = (purchases: number) => Math.max(0, Math.round(purchases));
  return `Matched to receipts without a name: of ${count(pairs)} products taken up, ${count(promised)} were promised to be bought and receipts speak for ${count(sold)}; now ${count(promisedAfter)} are promised`;
}

function kept(sentence: string): Recalibration {
  return { adopted: false, sentence };
}

function reasonOf(because: KeptBecause): string {
  switch (because.kind) {
    case 'few':
      return `not enough known outcomes yet (${Math.round(because.rows)}, ${Math.round(because.ones)} bought)`;
    case 'no-better':
      return 'what is in force is no worse on the newest outcomes';
  }
}

/** Expected calibration error, by weight, in ten bins. */
function eceOf(examples: readonly CalibrationExample[], calibration: SiteCalibration): number {
  const bins = new Map<number, { weight: number; promised: number; came: number }>();
  let all = 0;
  for (const { raw, label, weight } of examples) {
    const p = calibrated(raw, calibration);
    const bin = bins.get(Math.min(9, Math.floor(p * 10))) ?? { weight: 0, promised: 0, came: 0 };
    bin.weight += weight;
    bin.promised += weight * p;
    bin.came += weight * label;
    all += weight;
    bins.set(Math.min(9, Math.floor(p * 10)), bin);
  }
  let gap = 0;
  for (const { promised, came } of bins.values()) gap += Math.abs(promised - came);
  return all === 0 ? 0 : gap / all;
}
