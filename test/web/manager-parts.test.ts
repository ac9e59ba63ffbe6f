import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { HOLD_REASONS } from '../../agent/core/decision.ts';
import {
  alternativeWords,
  decisionSentences,
  featureValue,
  HOLD_WORDS,
  percent,
  propensityWords,
} from '../../agent/web/manager/decision-sentences.ts';
import { type DeviceQuery, devicePage } from '../../agent/web/manager/device-list.ts';
import { stillNeeded } from '../../agent/web/manager/lift-words.ts';
import { MARK_PX, placeLabel, planScale, shortCount } from '../../agent/web/manager/plan-geometry.ts';
import { verdictOf } from '../../agent/web/manager/verdict.ts';
import { pathOf } from '../../agent/web/shared/qr-code.tsx';
import { sampleDecisions } from './support/insight-samples.ts';
import { bigOverview, emptyOverview, sampleOverview, troubledOverview } from './support/manager-samples.ts';

describe('devicePage', () => {
  const query: DeviceQuery = { search: '', state: 'all', sort: 'state', page: 0, pageSize: 20 };

  it('puts what does not work first', () => {
    const { rows } = devicePage(troubledOverview(), query);
    expect(rows.slice(0, 3).map(({ state }) => state)).toEqual(['offline', 'quiet', 'never']);
  });

  it('finds by name, place and kind, all words together', () => {
    const overview = sampleOverview();
    expect(devicePage(overview, { ...query, search: 'COFFEE camera' }).rows.map(({ id }) => id)).toEqual(['cam-coffee']);
    expect(devicePage(overview, { ...query, search: 'no such thing' }).found).toBe(0);
  });

  it('shows only one state, or everything that does not work', () => {
    const overview = troubledOverview();
    expect(devicePage(overview, { ...query, state: 'offline' }).found).toBe(1);
    expect(devicePage(overview, { ...query, state: 'trouble' }).found).toBe(3);
  });

  it('shows every device on exactly one page', () => {
    const overview = bigOverview(137);
    const pages = Array.from({ length: 7 }, (_, page) => devicePage(overview, { ...query, page }));
    const ids = pages.flatMap(({ rows }) => rows.map(({ id }) => id));
    expect(new Set(ids).size).toBe(137);
    expect(ids).toHaveLength(137);
  });

  it('shows the last page when asked for one beyond', () => {
    expect(devicePage(bigOverview(41), { ...query, page: 99 })).toMatchObject({ page: 2, pages: 3 });
    expect(devicePage(emptyOverview(), { ...query, page: 99 })).toMatchObject({ page: 0, pages: 1, rows: [] });
  });
});

describe('the banner', () => {
  it('says that the store works and offers no task', () => {
    expect(verdictOf(sampleOverview())).toMatchObject({ title: 'Store is working', next: undefined });
  });

  it('names the worst problem and what to do about it', () => {
    const overview = troubledOverview();
    expect(verdictOf(overview)).toMatchObject({
      title: 'Needs attention',
      sentence: overview.problems[0]?.sentence,
      next: overview.problems[0]?.hint,
    });
  });

  it('is urgent when the store is down', () => {
    expect(verdictOf({ ...troubledOverview(), health: { state: 'down', sentence: 'x' } })).toMatchObject({ tone: 'bad', icon: 'error' });
  });

  it('tells a new store what comes first', () => {
    expect(verdictOf(emptyOverview()).next).toContain('endcap device add');
  });

  it('says when offers are paused', () => {
    expect(verdictOf({ ...sampleOverview(), offersPaused: true }).sentence).toContain('paused');
  });
});

describe('decision sentences', () => {
  const names = {
    product: (sku: string) => `product ${sku}`,
    fixture: (id: string) => `fixture ${id}`,
    campaign: (id: string) => `campaign ${id}`,
    amount: (cents: number) => `${cents} cents`,
  };
  const [offered, held, unscored] = sampleDecisions();

  it('an offer says what happened, what was thought, and what was done', () => {
    expect(offered && decisionSentences(offered, names)).toEqual([
      'A shopper picked up product coffee-03 at fixture shelf-03; it was this visit with 83% certainty.',
      'The chance of a purchase was put at 46%, and that answer was trusted to 81%.',
      '“campaign coffee-20” was offered: it promised the most, 96 cents of profit.',
    ]);
  });

  it('a hold says why', () => {
    expect(held && decisionSentences(held, names)[2]).toBe(`No offer was made, because ${HOLD_WORDS['low-intent']}.`);
  });

  it('a decision without a score says so', () => {
    expect(unscored && decisionSentences(unscored, names)[1]).toBe('It was decided before anything was scored.');
  });

  it.each(HOLD_REASONS)('%s has words of its own', (reason) => {
    expect(HOLD_WORDS[reason].length).toBeGreaterThan(10);
    expect(alternativeWords({ campaign: 'c', sku: 's', valueCents: 1, excluded: reason })).toContain(HOLD_WORDS[reason]);
  });

  it('chance is put in words only where there is some', () => {
    expect(propensityWords(1)).toContain('always');
    expect(propensityWords(0.9)).toContain('90%');
  });

  it('percentages never claim certainty that is not there', () => {
    expect([0, 0.001, 0.5, 0.999, 1].map(percent)).toEqual(['0%', 'under 1%', '50%', 'over 99%', '100%']);
  });

  it('feature values carry their units, and the unknown is called so', () => {
    expect(featureValue(-2, 's')).toBe('not known');
    expect(featureValue(12.345, 's')).toBe('12.35 s');
    expect(featureValue(0.25, 'probability')).toBe('25%');
    expect(featureValue(3, 'count')).toBe('3');
  });
});

describe('money in words', () => {
  it.each([
    [0, 0, 'The first answer'],
    [0, 78, '78 more visits without offers must end'],
    [1, 0, '1 more visit that may get offers must end'],
    [5, 9, '5 more visits that may get offers and 9 more visits without'],
  ])('%i treated and %i held out are missing', (treated, holdout, text) => {
    expect(stillNeeded(treated, holdout)).toContain(text);
  });
});

describe('the plan', () => {
  it('fills the width', () => {
    const { plan, fixtures } = sampleOverview();
    expect(planScale({ plan, fixtures }, 832) * plan.widthM).toBeCloseTo(800);
  });

  it('grows rather than lets two marks cover each other', () => {
    const { plan, fixtures } = sampleOverview();
    const close = fixtures.slice(0, 2).map((fixture, at) => ({ ...fixture, xM: 3 + at, yM: 3 }));
    expect(planScale({ plan, fixtures: close }, 432)).toBeGreaterThanOrEqual(MARK_PX);
  });

  it('stays finite for one fixture, none, and stacked ones', () => {
    const { plan, fixtures } = sampleOverview();
    const one = fixtures.slice(0, 1);
    for (const some of [[], one, [...one, ...one]]) expect(planScale({ plan, fixtures: some }, 400)).toBeLessThan(100);
  });

  it('a label hides no mark while there is a free place, and stays inside its zone', () => {
    const zone = { x: 0, y: 0, width: 240, height: 160 };
    const mark = fc.record({ x: fc.integer({ min: 0, max: 240 }), y: fc.integer({ min: 0, max: 160 }) });
    fc.assert(
      fc.property(fc.array(mark, { maxLength: 3 }), (marks) => {
        const label = placeLabel(zone, [['Zone: 1']], marks);
        expect(label.x).toBeGreaterThanOrEqual(0);
        expect(label.y + 16).toBeLessThanOrEqual(160);
        const width = 7 * 'Zone: 1'.length;
        // Five rows and three columns of places: three marks cannot take them all.
        const hidden = marks.filter(
          ({ x, y }) => x > label.x - 13 && x < label.x + width + 13 && y > label.y - 13 && y < label.y + 14 + 13,
        );
        expect(hidden).toEqual([]);
      }),
    );
  });

  it('a label that does not fit gives way to the shorter one', () => {
    const zone = { x: 0, y: 0, width: 90, height: 30 };
    expect(placeLabel(zone, [['A long name of a zone', '3 visits now'], ['Zone: 3']], []).lines).toEqual(['Zone: 3']);
  });

  it.each([
    [0, '0'],
    [999, '999'],
    [1_204, '1.2k'],
    [9_999, '9.9k'],
    [15_600, '15k'],
  ])('%i fits on a mark as %s', (value, text) => {
    expect(shortCount(value)).toBe(text);
  });
});

describe('pathOf', () => {
  it('draws exactly the dark modules', () => {
    fc.assert(
      fc.property(fc.array(fc.array(fc.boolean(), { minLength: 5, maxLength: 5 }), { minLength: 1, maxLength: 5 }), (rows) => {
        const drawn = rows.map((row) => row.map(() => false));
        for (const [, x, y, width] of pathOf(rows).matchAll(/M(\d+) (\d+)h(\d+)v1h-\d+z/g)) {
          for (let at = 0; at < Number(width); at += 1) {
            const row = drawn[Number(y)];
            if (row !== undefined) row[Number(x) + at] = true;
          }
        }
        expect(drawn).toEqual(rows);
      }),
    );
  });
});
