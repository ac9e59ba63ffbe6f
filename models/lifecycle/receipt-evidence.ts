import type { Score } from '../../agent/core/decision.ts';
import type { RowEffect } from '../../agent/core/effect.ts';
import type { Sku, VisitId } from '../../agent/core/ids.ts';
import type { LoggedInput } from '../../agent/core/input.ts';
import { DAY_MS, MINUTE_MS, type Probability, type TimestampMs } from '../../agent/core/units.ts';
import { at } from '../confidence.ts';
import { logs } from '../site-calibration.ts';
import { type ReceiptDay, SHIFT_BINS, shiftBin } from '../training/receipt-shift.ts';
import { UNKNOWN } from '../visit-spec.ts';

/** Sales within this long after a touch are held against those within as long before: who takes something has paid by then. */
const WINDOW_MS = 45 * MINUTE_MS;
/** Bounds; what is beyond is given up, oldest first. */
const LIMITS = { pending: 4_000, receipts: 4_000, visits: 5_000, days: 56, models: 8 } as const;

/** Days by model, as they are written. */
export type ReceiptDocument = readonly (readonly [model: string, days: readonly ReceiptDay[]])[];

interface Pending {
  readonly visit: VisitId;
  readonly sku: Sku;
  readonly atMs: TimestampMs;
  readonly model: string;
  readonly raw: Probability;
  /** That the touch was this visit's. */
  readonly certainty: Probability;
}

/**
 * Counts what anonymous receipts say of scored products: around the first touch of a product by a visit, how many receipts hold that product in
 * the 45 minutes after, beyond those in the 45 minutes before. What others buy is as likely before as after; what is more is this shopper's.
 * No receipt is tied to a visit. Only visits that agreed to measurement are looked at, and none that was made an offer. A touch with no receipt at
 * all on either side says nothing: the tills may be down. A fold of committed turns, bounded.
 */
export class ReceiptEvidence {
  readonly #days: Map<string, ReceiptDay[]>;
  readonly #measured = new Set<VisitId>();
  readonly #offered = new Set<VisitId>();
  readonly #seen = new Map<VisitId, Set<Sku>>();
  /** Since when receipts are heard: before that, none is no sign of none. */
  #sinceMs: TimestampMs | undefined;
  #pending: Pending[] = [];
  #receipts: { readonly atMs: TimestampMs; readonly skus: ReadonlySet<Sku> }[] = [];

  constructor(document: ReceiptDocument = []) {
    this.#days = new Map(document.map(([model, days]) => [model, days.map((day) => structuredClone(day))]));
  }

  get document(): ReceiptDocument {
    return [...this.#days];
  }

  /** What is known of a model's scores; empty where nothing is. */
  daysOf(model: string): readonly ReceiptDay[] {
    return this.#days.get(model) ?? [];
  }

  /** Takes a committed turn. `rawOf` gives the model's own probability; `undefined` where it is not known any more. */
  note(
    turn: { readonly inputs: readonly LoggedInput[]; readonly rows: readonly RowEffect[] },
    rawOf: (score: Score) => Probability | undefined,
  ): void {
    this.#sinceMs ??= turn.inputs[0]?.atMs;
    for (const row of turn.rows) this.#consents(row);
    for (const { input, atMs } of turn.inputs) {
      if (input.kind === 'scored') for (const score of input.scores) this.#scored(input.visit, score, { atMs, raw: rawOf(score) });
      // What a till says late was sold at another time.
      if (input.kind === 'reading' && input.reading.kind === 'pos.sale' && input.late !== true)
        this.#receipts.push({ atMs, skus: new Set(input.reading.lines.map(({ sku }) => sku)) });
    }
    const nowMs = turn.inputs.at(-1)?.atMs;
    if (nowMs !== undefined) this.#mature(nowMs);
  }

  #consents(row: RowEffect): void {
    if (row.kind === 'row.consent' && row.consent.purpose === 'measurement') {
      if (row.consent.granted) keep(this.#measured, row.consent.visit);
      else this.#forget(row.consent.visit);
    } else if (row.kind === 'row.decision' && row.decision.kind === 'offer') {
      keep(this.#offered, row.decision.visit);
      this.#pending = this.#pending.filter(({ visit }) => visit !== row.decision.visit);
    } else if (row.kind === 'row.forget') this.#forget(row.visit);
    else if (row.kind === 'row.visit' && row.visit.closedAtMs !== undefined) {
      // What waits for its time needs no more of the visit.
      this.#measured.delete(row.visit.id);
      this.#offered.delete(row.visit.id);
      this.#seen.delete(row.visit.id);
    }
  }

  #forget(visit: VisitId): void {
    this.#measured.delete(visit);
    this.#seen.delete(visit);
    this.#pending = this.#pending.filter((one) => one.visit !== visit);
  }

  #scored(visit: VisitId, score: Score, { atMs, raw }: { readonly atMs: TimestampMs; readonly raw: Probability | undefined }): void {
    const { sku, model, features } = score;
    const certainty = features[EVIDENCE];
    if (raw === undefined || certainty === undefined || certainty === UNKNOWN) return;
    if (!this.#measured.has(visit) || this.#offered.has(visit)) return;
    const seen = this.#seen.get(visit) ?? new Set<Sku>();
    if (seen.has(sku)) return;
    seen.add(sku);
    this.#seen.set(visit, seen);
    if (this.#seen.size > LIMITS.visits) for (const oldest of this.#seen.keys()) if (this.#seen.delete(oldest)) break;
    this.#pending.push({ visit, sku, atMs, model, raw, certainty });
    if (this.#pending.length > LIMITS.pending) this.#pending.shift();
  }

  #mature(nowMs: TimestampMs): void {
    let done = 0;
    for (const pair of this.#pending) {
      if (pair.atMs + WINDOW_MS > nowMs) break;
      this.#count(pair);
      done++;
    }
    if (done > 0) this.#pending.splice(0, done);
    const oldest = this.#receipts.findIndex(({ atMs }) => atMs > nowMs - 2 * WINDOW_MS - MINUTE_MS);
    const gone = Math.max(oldest < 0 ? this.#receipts.length : oldest, this.#receipts.length - LIMITS.receipts);
    if (gone > 0) this.#receipts.splice(0, gone);
  }

  #count({ sku, atMs, model, raw, certainty }: Pending): void {
    if (atMs - WINDOW_MS < (this.#sinceMs ?? atMs)) return;
    let [before, after, anyBefore, anyAfter] = [0, 0, false, false];
    for (const receipt of this.#receipts) {
      const agoMs = receipt.atMs - atMs;
      if (Math.abs(agoMs) > WINDOW_MS) continue;
      const isAfter = agoMs > 0;
      if (isAfter) anyAfter = true;
      else anyBefore = true;
      if (!receipt.skus.has(sku)) continue;
      if (isAfter) after++;
      else before++;
    }
    if (!anyBefore || !anyAfter) return;
    const day = this.#dayOf(model, Math.floor(atMs / DAY_MS));
    const [up, down] = logs(raw);
    const bin = shiftBin(up - down);
    day.pairs[bin]!++;
    day.logOdds[bin]! += up - down;
    day.excess += certainty * (after - before);
    day.noise += certainty ** 2 * (after + before);
  }

  #dayOf(model: string, day: number): ReceiptDay {
    const days = this.#days.get(model) ?? [];
    this.#days.set(model, days);
    if (this.#days.size > LIMITS.models) for (const oldest of this.#days.keys()) if (oldest !== model && this.#days.delete(oldest)) break;
    const found = days.find((one) => one.day === day);
    if (found !== undefined) return found;
    const zeros = () => new Array<number>(SHIFT_BINS).fill(0);
    const made: ReceiptDay = { day, pairs: zeros(), logOdds: zeros(), excess: 0, noise: 0 };
    days.push(made);
    if (days.length > LIMITS.days) days.shift();
    return made;
  }
}

const EVIDENCE = at('evidence_confidence');

function keep(set: Set<VisitId>, visit: VisitId): void {
  set.add(visit);
  if (set.size > LIMITS.visits) for (const oldest of set) if (set.delete(oldest)) break;
}
