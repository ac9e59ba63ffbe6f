import type { Score } from '../../agent/core/decision.ts';
import type { RowEffect } from '../../agent/core/effect.ts';
import type { Sku, VisitId } from '../../agent/core/ids.ts';
import type { LoggedInput } from '../../agent/core/input.ts';
import type { Cents, TimestampMs } from '../../agent/core/units.ts';

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
  readonly converted: boolean;
  /** Margin after discounts of what it bought from its first score on. */
  readonly profitCents: Cents;
}

/** Bounds of what is remembered. */
export const LABEL_LIMITS = { visits: 5_000, scoresAVisit: 24, linesAVisit: 64 } as const;

/** Most that one visit may stand for. */
export const MAX_WEIGHT = 20;

interface OpenVisit {
  isMeasured: boolean;
  /** It carried a tag of the store at some time. */
  hasTag: boolean;
  isOffered: boolean;
  leastPropensity: number;
  readonly scores: { readonly score: Score; readonly atMs: TimestampMs }[];
  readonly lines: { readonly sku: Sku; readonly atMs: TimestampMs; readonly marginCents: Cents }[];
}

/**
 * Turns what the log says into scores with outcomes: a fold of committed turns, bounded. Only visits that agreed to have their purchase measured
 * come out, and nothing of a visit is kept when it ends or is erased. Visits under way when the agent stops are not learnt from.
 */
export class OutcomeLabels {
  readonly #visits = new Map<VisitId, OpenVisit>();
  readonly #links = { tag: 0, visit: 0 };
  readonly #costOf: (sku: Sku) => Cents | undefined;

  constructor(costOf: (sku: Sku) => Cents | undefined) {
    this.#costOf = costOf;
  }

  /** Takes a committed turn; gives the visits that ended in it and could be measured. */
  note(turn: { readonly inputs: readonly LoggedInput[]; readonly rows: readonly RowEffect[] }): LabelledVisit[] {
    for (const { input, atMs } of turn.inputs) {
      if (input.kind === 'scored') this.#scored(input.visit, input.scores, atMs);
      else if (input.kind === 'visit.tagged' || (input.kind === 'visit.opened' && input.tag !== undefined))
        this.#open(input.visit).hasTag = true;
    }
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
        if (link === 'tag' || link === 'visit') this.#links[link]++;
        const open = visit === undefined ? undefined : this.#visits.get(visit);
        for (const { sku, quantity, cents } of open === undefined ? [] : lines) {
          if (open!.lines.length < LABEL_LIMITS.linesAVisit)
            open!.lines.push({ sku, atMs, marginCents: cents - (this.#costOf(sku) ?? cents) * quantity });
        }
        return undefined;
      }
      case 'row.forget':
        this.#visits.delete(row.visit);
        return undefined;
      case 'row.visit':
        return row.visit.closedAtMs === undefined ? undefined : this.#close(row.visit.id, row.visit.closedAtMs);
      default:
        return undefined;
    }
  }

  #close(visit: VisitId, atMs: TimestampMs): LabelledVisit | undefined {
    const open = this.#visits.get(visit);
    this.#visits.delete(visit);
    const first = open?.scores[0];
    if (open === undefined || first === undefined || !open.isMeasured) return undefined;
    if (!open.hasTag && !this.#namesVisits) return undefined;
    const after = open.lines.filter((line) => line.atMs >= first.atMs);
    const scores = open.isOffered
      ? []
      : open.scores.map(({ score, atMs: at }): LabelledScore => {
          const isBought = open.lines.some((line) => line.sku === score.sku && line.atMs > at);
          return { score, atMs: at, label: isBought ? 1 : 0 };
        });
    return {
      visit,
      atMs,
      scores,
      weight: Math.min(MAX_WEIGHT, 1 / Math.max(1e-9, open.leastPropensity)),
      converted: after.length > 0,
      profitCents: after.reduce((sum, { marginCents }) => sum + marginCents, 0),
    };
  }

  /**
   * Whether a till can name a visit that carries no tag. Where tills know tags alone, a visit without one never has a purchase, whatever it bought,
   * and would teach that nobody buys.
   */
  get #namesVisits(): boolean {
    return this.#links.visit > 0 || this.#links.tag === 0;
  }

  #open(visit: VisitId): OpenVisit {
    let open = this.#visits.get(visit);
    if (open !== undefined) return open;
    open = { isMeasured: false, hasTag: false, isOffered: false, leastPropensity: 1, scores: [], lines: [] };
    this.#visits.set(visit, open);
    if (this.#visits.size > LABEL_LIMITS.visits) for (const oldest of this.#visits.keys()) return this.#drop(oldest, open);
    return open;
  }

  #drop(oldest: VisitId, open: OpenVisit): OpenVisit {
    this.#visits.delete(oldest);
    return open;
  }
}
