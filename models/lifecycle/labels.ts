import type { Score } from '../../agent/core/decision.ts';
import type { RowEffect, VisitRow } from '../../agent/core/effect.ts';
import type { Sku, VisitId } from '../../agent/core/ids.ts';
import type { LoggedInput } from '../../agent/core/input.ts';
import type { Cents, TimestampMs } from '../../agent/core/units.ts';
import { type Coverage, type Ending, noCoverage, noteEnding } from './coverage.ts';

/** A score with what came of it. */
export interface LabelledScore {
  readonly score: Score;
  readonly atMs: TimestampMs;
  /** 1 when the visit bought this product after the score. */
  readonly label: 0 | 1;
}

/** A visit that has ended and whose purchases could be seen. */
export interface LabelledVisit {
  readonly visit: VisitId;
  readonly atMs: TimestampMs;
  /** Empty for a visit that was made an offer: what it bought says nothing about what it would have bought without. */
  readonly scores: readonly LabelledScore[];
  /** How many visits it stands for: a visit that chance kept from an offer stands for those that chance did not. At most `MAX_WEIGHT`. */
  readonly weight: number;
  /** How far it is known what it bought; of `unnamed-at-checkout` nothing is. */
  readonly ending: Ending;
  readonly converted: boolean;
  /** Margin after discounts of what tills named it for. */
  readonly profitCents: Cents;
}

/** Bounds of what is remembered. */
export const LABEL_LIMITS = { visits: 5_000, scoresAVisit: 24, linesAVisit: 64 } as const;

/** Most that one visit may stand for. */
export const MAX_WEIGHT = 20;

interface OpenVisit {
  isMeasured: boolean;
  isOffered: boolean;
  leastPropensity: number;
  readonly scores: { readonly score: Score; readonly atMs: TimestampMs }[];
  readonly bought: { readonly sku: Sku; readonly atMs: TimestampMs }[];
}

/**
 * Turns what the log says into scores with outcomes: a fold of committed turns, bounded. Only visits that agreed to have their purchase measured
 * come out, and nothing of a visit is kept when it ends or is erased. Visits under way when the agent stops are not learnt from.
 */
export class OutcomeLabels {
  readonly #visits = new Map<VisitId, OpenVisit>();
  /** How visits end here; learnt from all measured visits, kept by whoever keeps the examples. */
  readonly coverage: Coverage;

  constructor(coverage: Coverage = noCoverage()) {
    this.coverage = coverage;
  }

  /** Takes a committed turn; gives the visits that ended in it and could be measured. */
  note(turn: { readonly inputs: readonly LoggedInput[]; readonly rows: readonly RowEffect[] }): LabelledVisit[] {
    for (const { input, atMs } of turn.inputs) if (input.kind === 'scored') this.#scored(input.visit, input.scores, atMs);
    const ended: LabelledVisit[] = [];
    for (const row of turn.rows) {
      const done = this.#row(row);
      if (done !== undefined) ended.push(done);
    }
    return ended;
  }

  #scored(visit: VisitId, scores: readonly Score[], atMs: TimestampMs): void {
    const open = this.#open(visit);
    for (const score of scores) if (open.scores.length < LABEL_LIMITS.scoresAVisit) open.scores.push({ score, atMs });
  }

  #row(row: RowEffect): LabelledVisit | undefined {
    switch (row.kind) {
      case 'row.consent':
        if (row.consent.purpose === 'measurement') this.#open(row.consent.visit).isMeasured = row.consent.granted;
        return undefined;
      case 'row.decision': {
        const open = this.#visits.get(row.decision.visit);
        if (open === undefined) return undefined;
        if (row.decision.kind === 'offer') open.isOffered = true;
        else open.leastPropensity = Math.min(open.leastPropensity, row.decision.propensity);
        return undefined;
      }
      case 'row.sale': {
        const { visit, atMs, lines, link } = row.sale;
        // A redeemed code alone names only those who were made an offer.
        const open = visit === undefined || link === 'code' ? undefined : this.#visits.get(visit);
        for (const { sku } of open === undefined ? [] : lines) {
          if (open!.bought.length < LABEL_LIMITS.linesAVisit) open!.bought.push({ sku, atMs });
        }
        return undefined;
      }
      case 'row.forget':
        this.#visits.delete(row.visit);
        return undefined;
      case 'row.visit':
        return row.visit.closedAtMs === undefined ? undefined : this.#close(row.visit, row.visit.closedAtMs);
      default:
        return undefined;
    }
  }

  #close({ id, ended }: VisitRow, atMs: TimestampMs): LabelledVisit | undefined {
    const open = this.#visits.get(id);
    this.#visits.delete(id);
    if (open === undefined || open.scores.length === 0 || !open.isMeasured || ended === undefined) return undefined;
    const isNamed = ended.salesCents > 0;
    const ending = noteEnding(this.coverage, { isNamed, sawCheckout: ended.sawCheckout });
    const isKnown = !open.isOffered && ending !== 'unnamed-at-checkout';
    const scores = (isKnown ? open.scores : []).map(({ score, atMs: at }): LabelledScore => {
      const isBought = open.bought.some((line) => line.sku === score.sku && line.atMs > at);
      return { score, atMs: at, label: isBought ? 1 : 0 };
    });
    const weight = Math.min(MAX_WEIGHT, 1 / Math.max(1e-9, open.leastPropensity));
    return { visit: id, atMs, scores, weight, ending, converted: isNamed, profitCents: ended.marginCents };
  }

  #open(visit: VisitId): OpenVisit {
    let open = this.#visits.get(visit);
    if (open !== undefined) return open;
    open = { isMeasured: false, isOffered: false, leastPropensity: 1, scores: [], bought: [] };
    this.#visits.set(visit, open);
    if (this.#visits.size > LABEL_LIMITS.visits) for (const oldest of this.#visits.keys()) return this.#drop(oldest, open);
    return open;
  }

  #drop(oldest: VisitId, open: OpenVisit): OpenVisit {
    this.#visits.delete(oldest);
    return open;
  }
}
