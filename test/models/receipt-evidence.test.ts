import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { RowEffect } from '../../agent/core/effect.ts';
import type { Input } from '../../agent/core/input.ts';
import { ModelLearning } from '../../agent/runtime/model-learning.ts';
import { at } from '../../models/confidence.ts';
import { ReceiptEvidence } from '../../models/lifecycle/receipt-evidence.ts';
import { calibrated } from '../../models/site-calibration.ts';
import { createRandom } from '../../models/training/random.ts';
import { RECEIPT_SHIFT, type ReceiptDay, receiptShift, SHIFT_BINS, shiftBin } from '../../models/training/receipt-shift.ts';
import { UNKNOWN, VISIT_SPEC } from '../../models/visit-spec.ts';

const MINUTE_MS = 60_000;
const DAY_MS = 86_400_000;
const MODEL = 'm@1';
const RAW = 0.3;

interface World {
  /** Chance that a touch is followed by a purchase of that visit. */
  readonly buys: number;
  readonly days?: number;
  /** Visits a day, and receipts of others an hour. */
  readonly visits?: number;
  readonly others?: number;
  /** Whether the tills are heard at a minute of a day. */
  readonly tills?: (day: number, minute: number) => boolean;
  readonly certainty?: number;
  readonly consent?: boolean;
  readonly offered?: boolean;
}

/** Turns of some store days of ten hours: visits that touch one of ten products, and the receipts of everybody. */
function turns(world: World, seed = 1) {
  const { buys, days = 7, visits = 60, others = 12, tills = () => true, certainty = 1, consent = true, offered = false } = world;
  const random = createRandom(seed);
  const said: { readonly atMs: number; readonly input: Input; readonly rows: readonly RowEffect[] }[] = [];
  const sell = (atMs: number, sku: string) => {
    if (!tills(Math.floor(atMs / DAY_MS), Math.floor((atMs % DAY_MS) / MINUTE_MS))) return;
    const sale = { kind: 'pos.sale' as const, receipt: `r${atMs}`, lines: [{ sku, quantity: 1, cents: 100 }], codes: [] };
    said.push({ atMs, input: { kind: 'reading', reading: { id: `r${atMs}`, device: 'till-1', atMs, ...sale } }, rows: [] });
  };
  for (let day = 0; day < days; day++) {
    for (let n = 0; n < visits; n++) {
      const atMs = day * DAY_MS + Math.floor(random.next() * 600) * MINUTE_MS + n;
      const [visit, sku] = [`v${day}-${n}`, `s${random.below(10)}`];
      const features = VISIT_SPEC.features.map(() => UNKNOWN as number);
      features[at('evidence_confidence')] = certainty;
      const consents = {
        kind: 'row.consent',
        consent: { visit, purpose: 'measurement', granted: consent, textVersion: '1', atMs, untilMs: atMs },
      };
      const decision = { kind: 'row.decision', decision: { visit, kind: 'offer' } };
      // Only what is read of a row.
      const rows = [consents, ...(offered ? [decision] : [])] as unknown as RowEffect[];
      const scores = [{ sku, intent: RAW, confidence: 1, features, featureSpec: VISIT_SPEC.id, model: MODEL }];
      said.push({ atMs: atMs - 1, input: { kind: 'tick' }, rows });
      said.push({ atMs, input: { kind: 'scored', request: 'q', visit, scores }, rows: [] });
      if (random.next() < buys) sell(atMs + (5 + random.below(20)) * MINUTE_MS, sku);
    }
    for (let n = 0; n < others * 10; n++)
      sell(day * DAY_MS + Math.floor(random.next() * 600) * MINUTE_MS + 500 + n, `s${random.below(10)}`);
  }
  return said
    .sort((a, b) => a.atMs - b.atMs)
    .map(({ atMs, input, rows }, seq) => ({ inputs: [{ seq, atMs, input }], rows, batches: [], atMs }));
}

function shiftOf(world: World, seed = 1) {
  const evidence = new ReceiptEvidence();
  for (const turn of turns(world, seed)) evidence.note(turn, ({ intent }) => intent);
  return receiptShift(evidence.daysOf(MODEL), (world.days ?? 7) * DAY_MS);
}

/** What is promised on average after the shift. */
function rateOf(world: World, seed = 1): number {
  return calibrated(RAW, { version: 1, a: 1, b: 1, c: shiftOf(world, seed)?.shift ?? 0 });
}

describe('receipts without a name', () => {
  it.each([0.05, 0.1, 0.15, 0.2])('bring promises of 30 %% near the %f that really buy', (buys) => {
    const rates = [1, 2, 3, 4].map((seed) => rateOf({ buys, visits: 150 }, seed));
    const mean = rates.reduce((sum, rate) => sum + rate, 0) / rates.length;
    expect(mean).toBeGreaterThan(buys - 0.03);
    expect(mean).toBeLessThan(buys + 0.06);
  });

  it('never raise a promise', () => {
    expect(rateOf({ buys: 0.6, visits: 150 })).toBe(RAW);
  });

  it('move little where there is little, and nothing before there are three days and a hundred touches', () => {
    expect(shiftOf({ buys: 0.1, days: 2, visits: 200 })).toBeUndefined();
    expect(shiftOf({ buys: 0.1, days: 4, visits: 20 })).toBeUndefined();
    const [few, many] = [4, 40].map((days) => shiftOf({ buys: 0.05, days, visits: 50 })!.shift);
    expect(few!).toBeLessThan(0);
    expect(Math.abs(few!)).toBeLessThan(Math.abs(many!));
  });

  it('are not missed: without any, or while the tills are down, nothing is concluded', () => {
    expect(shiftOf({ buys: 0.2, others: 0, tills: () => false })).toBeUndefined();
    const store: World = { buys: 0.2, visits: 200, days: 10 };
    // Three hours without tills on every other day.
    const tills = (day: number, minute: number) => day % 2 !== 0 || minute < 200 || minute > 380;
    expect(Math.abs(rateOf({ ...store, tills }) - rateOf(store))).toBeLessThan(0.04);
    // Tills that are heard until noon only: what is touched afterwards is not "not bought".
    const mornings = shiftOf({ ...store, tills: (_, minute) => minute < 300 })!;
    expect(mornings.pairs).toBeLessThan(0.7 * shiftOf(store)!.pairs);
    expect(mornings.sold / mornings.pairs).toBeGreaterThan(0.1);
  });

  it('count as far as the touch was this visit for certain', () => {
    const [sure, unsure] = [1, 0.5].map((certainty) => shiftOf({ buys: 0.2, visits: 150, certainty })!.sold);
    expect(unsure! / sure!).toBeCloseTo(0.5, 6);
  });

  it('say nothing of visits that did not agree to measurement, or were made an offer', () => {
    expect(shiftOf({ buys: 0.1, consent: false })).toBeUndefined();
    expect(shiftOf({ buys: 0.1, offered: true })).toBeUndefined();
  });

  it('say nothing of touches in the first minutes after a start', () => {
    const evidence = new ReceiptEvidence();
    for (const turn of turns({ buys: 0.1 }).filter(({ atMs }) => atMs < 44 * MINUTE_MS)) evidence.note(turn, () => RAW);
    evidence.note({ inputs: [{ seq: 9, atMs: DAY_MS, input: { kind: 'tick' } }], rows: [] }, () => RAW);
    expect(evidence.daysOf(MODEL)).toEqual([]);
  });

  it('change nothing until they show it: where promises come true, hardly ever', () => {
    const shown = Array.from({ length: 20 }, (_, seed) => shiftOf({ buys: RAW, visits: 60 }, seed + 1)!.isShown);
    expect(shown.filter(Boolean).length).toBeLessThanOrEqual(2);
    expect(shiftOf({ buys: 0.1, visits: 150 })!.isShown).toBe(true);
    const learning = new ModelLearning({
      documents: {},
      noteOf: ({ intent }) => ({ raw: intent, by: 'live' }),
      wouldOffer: () => false,
    });
    for (const turn of turns({ buys: RAW, visits: 60 }, 2)) learning.note(turn);
    expect(learning.recalibrate(MODEL, learning.takeRows(), 7 * DAY_MS).adopted).toBe(false);
  });

  it('outlive the process', () => {
    const said = turns({ buys: 0.1 });
    const first = new ReceiptEvidence();
    for (const turn of said) first.note(turn, () => RAW);
    const second = new ReceiptEvidence(JSON.parse(JSON.stringify(first.document)));
    expect(second.daysOf(MODEL)).toEqual(first.daysOf(MODEL));
  });

  it('lower what a model in use promises where tills name nobody, and say so in a sentence', () => {
    const learning = new ModelLearning({
      documents: {},
      noteOf: ({ intent }) => ({ raw: intent, by: 'live' }),
      wouldOffer: () => false,
    });
    for (const turn of turns({ buys: 0.1, visits: 150 })) learning.note(turn);
    const made = learning.recalibrate(MODEL, learning.takeRows(), 7 * DAY_MS);
    expect(made).toEqual({
      adopted: true,
      sentence: expect.stringMatching(/^Matched to receipts without a name: of \d+ products taken up/),
    });
    expect(calibrated(RAW, learning.calibrations.get(MODEL)!)).toBeLessThan(0.2);
    expect(learning.calibrationOf(MODEL)?.byReceipts).toBe(made.sentence);
    expect(learning.recalibrate(MODEL, [], 7 * DAY_MS).adopted).toBe(false);
    const again = new ModelLearning({ documents: structuredClone(learning.documents), noteOf: () => undefined, wouldOffer: () => false });
    expect(again.calibrations).toEqual(learning.calibrations);
  });
});

const anyDay: fc.Arbitrary<ReceiptDay> = fc
  .record({
    day: fc.nat(60),
    counts: fc.array(fc.nat(200), { minLength: SHIFT_BINS, maxLength: SHIFT_BINS }),
    excess: fc.integer({ min: -500, max: 5_000 }),
    noise: fc.nat(5_000),
  })
  .map(({ day, counts, excess, noise }) => ({
    day,
    pairs: counts,
    logOdds: counts.map((count, i) => count * (-5.75 + 0.5 * i)),
    excess,
    noise,
  }));

describe('the shift', () => {
  it('is bounded, never upwards, and lowers what is promised no further than what was sold', () => {
    fc.assert(
      fc.property(fc.array(anyDay, { minLength: 3, maxLength: 10 }), (days) => {
        const found = receiptShift(days, 60 * DAY_MS);
        if (found === undefined) return;
        expect(found.shift).toBeGreaterThanOrEqual(RECEIPT_SHIFT.lowest);
        expect(found.shift).toBeLessThanOrEqual(0);
        expect(found.promisedAfter).toBeGreaterThanOrEqual(Math.min(found.promised, found.sold) - 0.01 * found.promised);
      }),
    );
  });

  it('puts every log-odds into a bin', () => {
    expect([-100, -6, -5.6, 0, 5.9, 100].map(shiftBin)).toEqual([0, 0, 0, 12, 23, 23]);
  });
});
