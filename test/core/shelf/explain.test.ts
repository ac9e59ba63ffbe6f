import { describe, expect, it } from 'vitest';
import { explain, type OtherGoods, type PlateGoods } from '../../../agent/core/shelf/explain.ts';

const OWN: PlateGoods = {
  sku: 'own',
  unit: { grams: 250, spreadGrams: 4 },
  units: 10,
  room: 4,
  about: 10,
  held: 0,
  isSeen: false,
  reach: 'unknown',
  others: [],
  guests: [],
  nowMs: 0,
};

function other(changes: Partial<OtherGoods> = {}): OtherGoods {
  return { sku: 'other', unit: { grams: 250, spreadGrams: 4 }, held: 0, isNeighbour: true, isSeen: false, ...changes };
}

describe('a change of weight', () => {
  it.each([
    ['one taken', -251, {}, 'own', -1],
    ['four taken', -1_004, {}, 'own', -4],
    ['one put back', 247, {}, 'own', 1],
    ["a neighbour's product", 410, { others: [other({ unit: { grams: 410, spreadGrams: 5 } })] }, 'other', 1],
    ["two of a neighbour's product", 820, { others: [other({ unit: { grams: 410, spreadGrams: 5 }, held: 1 })] }, 'other', 2],
    ['a guest that leaves', -410, { guests: [{ sku: 'other', grams: 411, probability: 1, sinceMs: 0 }] }, 'other', -1],
    ['an unknown guest that leaves', -333, { guests: [{ sku: undefined, grams: 333, probability: 1, sinceMs: 0 }] }, undefined, -1],
  ] as const)('%s is surely that', (_name, grams, changes, sku, units) => {
    const [best] = explain({ grams, sdGrams: 1.5 }, { ...OWN, ...changes });
    expect([best?.sku, best?.units]).toEqual([sku, units]);
    expect(best?.probability).toBeGreaterThan(0.9);
  });

  it.each([120, -130, 380, 20, -20])('of %d g is none of the goods', (grams) => {
    const sum = explain({ grams, sdGrams: 1.5 }, OWN).reduce((total, { probability }) => total + probability, 0);
    expect(sum).toBeLessThan(0.1);
  });

  it('of many light units leaves their number open', () => {
    const [best, next] = explain({ grams: -900, sdGrams: 4 }, { ...OWN, unit: { grams: 20, spreadGrams: 1.5 }, units: 100, about: 100 });
    expect(best?.probability).toBeLessThan(0.9);
    expect(Math.abs((best?.units ?? 0) - (next?.units ?? 0))).toBe(1);
  });

  it('by all that is there is believed more than by nearly all', () => {
    const share = (units: number) => explain({ grams: -2_500, sdGrams: 60 }, { ...OWN, units })[0]?.probability ?? 0;
    expect(share(10)).toBeGreaterThan(share(11));
  });

  it('that two products fit is theirs who took one last', () => {
    const share = (own: number, others: number) =>
      explain({ grams: 250, sdGrams: 1.5 }, { ...OWN, held: own, others: [other({ held: others })] })[0];
    expect(share(1, 0)).toMatchObject({ sku: 'own' });
    expect(share(1, 0)?.probability).toBeGreaterThan(0.95);
    expect(share(0, 1)?.probability).toBeLessThan(0.9);
    expect(share(1, 1)?.probability).toBeLessThan(share(1, 0)?.probability ?? 0);
  });

  it('that a tag reader saw arrive is that product', () => {
    const [best] = explain({ grams: 250, sdGrams: 1.5 }, { ...OWN, held: 0.1, others: [other({ held: 1, isSeen: true })] });
    expect(best?.sku).toBe('other');
  });

  it('is less likely goods where a sensor that sees hands saw none', () => {
    const change = { grams: 262, sdGrams: 3 };
    const share = (reach: PlateGoods['reach']) => explain(change, { ...OWN, reach })[0]?.probability ?? 0;
    expect(share('missing')).toBeLessThan(share('seen'));
    expect(share('unknown')).toBe(share('seen'));
  });

  it('by more than there is, or than fits, is believed less', () => {
    const share = (units: number) => explain({ grams: -500, sdGrams: 100 }, { ...OWN, units })[0];
    expect(share(10)).toMatchObject({ units: -2 });
    expect(share(1)).toMatchObject({ units: -1 });
  });
});
