import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type CellTrack, freshCell, MAX_BINS } from '../../../agent/core/shelf/cell.ts';
import { type Detection, detect } from '../../../agent/core/shelf/detect.ts';
import { explain, type PlateGoods } from '../../../agent/core/shelf/explain.ts';
import { sigmaOf } from '../../../agent/core/shelf/noise.ts';
import { Random } from '../../../devices/simulator/random.ts';

const UNIT = 500;

function goods(changes: Partial<PlateGoods> = {}): PlateGoods {
  return {
    sku: 'own',
    unit: { grams: UNIT, spreadGrams: 5 },
    units: 10,
    room: 6,
    about: 10,
    held: 0,
    isSeen: false,
    reach: 'unknown',
    others: [],
    guests: [],
    nowMs: 0,
    ...changes,
  };
}

/** A cell that reports at a rate, with white noise. */
class Feed {
  readonly cell: CellTrack = freshCell(0);
  readonly found: Detection[] = [];
  nowMs = 0;
  readonly #random = new Random('feed');
  readonly #everyMs: number;
  readonly #sigma: number;

  constructor(hz: number, sigma: number) {
    this.#everyMs = 1_000 / hz;
    this.#sigma = sigma;
  }

  hold(grams: number, seconds: number): this {
    for (const endMs = this.nowMs + seconds * 1_000; this.nowMs < endMs; ) {
      this.nowMs += this.#everyMs;
      this.say(grams + this.#random.normal(0, this.#sigma));
    }
    return this;
  }

  say(grams: number, atMs = this.nowMs): void {
    const detection = detect(this.cell, { atMs, grams }, { unitGrams: UNIT, explain: (change) => explain(change, goods()) });
    if (detection !== undefined) this.found.push(detection);
  }

  changes() {
    return this.found.flatMap((one) => (one.kind === 'change' ? [one.explanations[0]?.units] : []));
  }
}

describe('one cell', () => {
  it.each([1, 2, 5, 10, 60])('at %i Hz tells a take and a put-back, whole units each', (hz) => {
    const feed = new Feed(hz, 1).hold(5_000, 20).hold(4_500, 10).hold(3_500, 10).hold(4_000, 10);
    expect(feed.changes()).toEqual([-1, -2, 1]);
  });

  it.each([0.2, 1, 5, 20])('learns a noise of %d g and is not fooled by it', (sigma) => {
    const feed = new Feed(10, sigma).hold(5_000, 120);
    expect(feed.found.map(({ kind }) => kind)).toEqual(['level']);
    expect(sigmaOf(feed.cell.noise)).toBeGreaterThan(0.6 * sigma);
    expect(sigmaOf(feed.cell.noise)).toBeLessThan(Math.max(0.6, 1.6 * sigma));
  });

  it('follows a zero that drifts by more than a unit without a word', () => {
    const feed = new Feed(1, 1);
    for (let minute = 0; minute < 240; minute++) feed.hold(5_000 + minute * 3, 60);
    expect(feed.found.map(({ kind }) => kind)).toEqual(['level']);
  });

  it('calls a press that goes away a hand', () => {
    const feed = new Feed(10, 1).hold(5_000, 20);
    for (let n = 0; n < 20; n++) feed.hold(5_800 + 90 * Math.sin(n * 1.7), 0.1);
    feed.hold(5_000, 5);
    expect(feed.found.map(({ kind }) => kind)).toEqual(['level', 'hand']);
  });

  it('calls a thing nobody sells unexplained, and only when it stays', () => {
    const passing = new Feed(10, 1).hold(5_000, 20).hold(5_230, 10).hold(5_000, 5);
    expect(passing.changes()).toEqual([]);
    const staying = new Feed(10, 1).hold(5_000, 20).hold(5_230, 40);
    expect(staying.changes()).toEqual([undefined]);
  });

  it('takes a change across an outage for what it is, and says since when it may have been', () => {
    const feed = new Feed(10, 1).hold(5_000, 20);
    feed.nowMs += 600_000;
    feed.hold(4_500, 5);
    const change = feed.found.at(-1);
    expect(change).toMatchObject({ kind: 'change', explanations: [{ units: -1 }] });
    expect(change?.kind === 'change' && change.atMs - change.sinceMs).toBeGreaterThan(590_000);
  });

  it('drops stragglers and survives a clock set back', () => {
    const feed = new Feed(10, 1).hold(5_000, 20);
    feed.say(99_999, feed.nowMs - 5_000);
    expect(feed.cell.lastGrams).toBeLessThan(6_000);
    feed.nowMs -= 3_600_000;
    feed.hold(5_000, 5).hold(4_500, 5);
    expect(feed.changes()).toEqual([-1]);
  });
});

/** What broken, cheap or malicious scales send: never NaN, which no schema lets through. */
const HOSTILE = fc.array(
  fc.record({
    afterMs: fc.oneof(fc.integer({ min: 0, max: 200 }), fc.integer({ min: -100_000, max: 100_000_000 })),
    grams: fc.oneof(
      fc.double({ noNaN: true }),
      fc.double({ min: -10_000, max: 1_000_000, noNaN: true }),
      fc.constantFrom(0, -0, 1e308, -1e308, Number.MIN_VALUE, 500, 1_000, Number.POSITIVE_INFINITY),
    ),
  }),
  { maxLength: 300 },
);

describe('whatever a scale says', () => {
  it('nothing throws, memory has an end, and numbers stay numbers', () => {
    fc.assert(
      fc.property(HOSTILE, (readings) => {
        const feed = new Feed(10, 0);
        for (const { afterMs, grams } of readings) {
          feed.nowMs += afterMs;
          feed.say(grams);
        }
        expect(feed.cell.bins.length).toBeLessThanOrEqual(MAX_BINS);
        const text = JSON.stringify(feed.cell);
        expect(text.length).toBeLessThan(5_000);
        // JSON writes what is no number as null.
        expect(text).not.toContain('null');
        for (const found of feed.found) {
          if (found.kind !== 'change') continue;
          const sum = found.explanations.reduce((total, { probability }) => total + probability, 0);
          expect(sum).toBeLessThanOrEqual(1 + 1e-9);
        }
      }),
      { numRuns: 300 },
    );
  });

  it.each([
    ['constant', () => 700],
    ['a saw-tooth', (n: number) => (n % 50) * 40],
    ['two values in turn', (n: number) => (n % 2) * 10_000],
    ['ever more', (n: number) => n * 13],
  ])('%s for a day leaves a small state', (_name, gramsAt) => {
    const feed = new Feed(2, 0);
    for (let n = 0; n < 20_000; n++) {
      feed.nowMs += 500;
      feed.say(gramsAt(n));
    }
    expect(JSON.stringify(feed.cell).length).toBeLessThan(5_000);
  });
});

describe('the same readings', () => {
  it('give the same conclusions from a state that went through JSON in between', () => {
    fc.assert(
      fc.property(HOSTILE, fc.double({ min: 0, max: 1, noNaN: true }), (readings, share) => {
        const whole = new Feed(10, 0);
        let cell = freshCell(0);
        let nowMs = 0;
        const found: Detection[] = [];
        readings.forEach(({ afterMs, grams }, at) => {
          nowMs += afterMs;
          whole.nowMs = nowMs;
          whole.say(grams);
          if (at === Math.floor(share * readings.length)) cell = JSON.parse(JSON.stringify(cell));
          const detection = detect(cell, { atMs: nowMs, grams }, { unitGrams: UNIT, explain: (change) => explain(change, goods()) });
          if (detection !== undefined) found.push(detection);
        });
        expect(found).toEqual(whole.found);
      }),
      { numRuns: 100 },
    );
  });
});
