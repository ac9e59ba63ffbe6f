import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { defineFeatureSpec } from '../../../models/feature-spec.ts';
import { encode, fitEncoding } from '../../../models/training/encoding.ts';
import { holdOut } from '../../../models/training/hold-out.ts';
import { type LabelledRow, readRows, TableBuilder } from '../../../models/training/rows.ts';
import { foldsByGroup, foldsByStore, splitByStores, splitByTime } from '../../../models/training/splits.ts';
import { selectRows, type Table } from '../../../models/training/table.ts';

const SPEC = defineFeatureSpec('test', [
  { name: 'seconds', unit: 's', min: 0, max: 100, missing: -1, meaning: 'time' },
  { name: 'colour', unit: 'level', min: 0, max: 2, levels: ['red', 'green', 'blue'], meaning: 'a name' },
  { name: 'size', unit: 'level', min: 0, max: 2, levels: ['s', 'm', 'l'], ordered: true, meaning: 'an order' },
]);

function table(rows: readonly Partial<LabelledRow>[]): Table {
  const builder = new TableBuilder(SPEC);
  for (const row of rows) expect(builder.add({ features: {}, label: 0, ...row })).toBeUndefined();
  return builder.build();
}

describe('rows', () => {
  let folder: string;
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'rows-'));
  });
  afterEach(() => rm(folder, { recursive: true, force: true }));

  it('come by name or in the order of the spec, and mean the same', async () => {
    const path = join(folder, 'rows.jsonl');
    const lines = [
      { features: { seconds: 5, colour: 'green', size: 'l' }, label: 1, store: 'a', group: 'v1', atMs: 7, weight: 2 },
      { values: [5, 'green', 'l'], featureSpec: SPEC.id, label: 0, store: 'b', group: 'v1' },
      { features: { seconds: -1, colour: 'violet' }, label: 0 },
      { values: [null, null, null], featureSpec: SPEC.hash, label: 0 },
      { values: [5, 1, 2], featureSpec: SPEC.id, label: 0 },
      { values: [-1, 3, -2], featureSpec: SPEC.id, label: 0 },
    ];
    await writeFile(path, `${lines.map((line) => JSON.stringify(line)).join('\n')}\n\n`);
    const read = await readRows(path, SPEC);
    if (!read.ok) throw new Error(read.error.fact);
    const nan = Number.NaN;
    expect(read.value.columns.map((column) => [...column])).toEqual([
      [5, 5, nan, nan, 5, nan],
      [1, 1, nan, nan, 1, nan],
      [2, 2, nan, nan, 2, nan],
    ]);
    expect([[...read.value.labels], [...read.value.weights], [...read.value.atMs]]).toEqual([
      [1, 0, 0, 0, 0, 0],
      [2, 1, 1, 1, 1, 1],
      [7, nan, nan, nan, nan, nan],
    ]);
    expect([read.value.storeNames, [...read.value.groups]]).toEqual([
      ['a', 'b', ''],
      [0, 0, 1, 2, 3, 4],
    ]);
  });

  it.each([
    ['is not JSON', '{'],
    ['label', '{"features":{},"label":2}'],
    ['no feature "other"', '{"features":{"other":1},"label":1}'],
    ['"seconds" is "x"', '{"features":{"seconds":"x"},"label":1}'],
    ['feature spec "other@1"', '{"values":[1,2,3],"featureSpec":"other@1","label":1}'],
    ['2 values', `{"values":[1,2],"featureSpec":"${SPEC.id}","label":1}`],
    ['neither', '{"label":1}'],
  ])('are refused with line and fact: %s', async (fact, line) => {
    const path = join(folder, 'rows.jsonl');
    await writeFile(path, `{"features":{},"label":0}\n${line}\n`);
    const read = await readRows(path, SPEC);
    expect(read).toMatchObject({ ok: false, error: { line: 2, fact: expect.stringContaining(fact) } });
  });
});

describe('encoding', () => {
  it('gives numbers and orders one column, names one per frequent level, and zeros for what is rare, new or not known', () => {
    const rows = ['red', 'red', 'blue', 'blue', 'green', 'violet', null].map((colour, i) => ({
      features: { seconds: i, colour, size: 'm' },
    }));
    const all = table(rows);
    const encoding = fitEncoding(all, { minLevelRows: 2 });
    expect(encoding.map((column) => column.name)).toEqual(['seconds', 'colour=red', 'colour=blue', 'size']);
    expect(encode(all, encoding).map((column) => [...column])).toEqual([
      [0, 1, 2, 3, 4, 5, 6],
      [1, 1, 0, 0, 0, 0, 0],
      [0, 0, 1, 1, 0, 0, 0],
      [1, 1, 1, 1, 1, 1, 1],
    ]);
    expect(fitEncoding(all, { minLevelRows: 2, ignore: ['colour'] }).map((column) => column.name)).toEqual(['seconds', 'size']);
  });
});

describe('splits', () => {
  const anyTable = fc
    .array(
      fc.record({
        label: fc.constantFrom(0, 1),
        store: fc.constantFrom('a', 'b', 'c', 'd'),
        group: fc.nat(15).map(String),
        atMs: fc.nat(50),
      }),
      { minLength: 5, maxLength: 80 },
    )
    .map(table);

  it('by visit and by store judge every row once and never part what belongs together', () => {
    fc.assert(
      fc.property(anyTable, fc.nat(9), (drawn, seed) => {
        for (const [splits, together] of [
          [foldsByGroup(drawn, { folds: 4, seed }), drawn.groups],
          [foldsByStore(drawn, { folds: 4, seed }), drawn.stores],
        ] as const) {
          const judged = splits.flatMap((split) => [...split.test]).sort((a, b) => a - b);
          expect(judged).toEqual(Array.from({ length: drawn.rows }, (_, row) => row));
          for (const split of splits) {
            const learnt = new Set([...split.train].map((row) => together[row]));
            expect([...split.test].some((row) => learnt.has(together[row]))).toBe(false);
            expect(split.train.length + split.test.length).toBe(drawn.rows);
          }
        }
      }),
      { numRuns: 50 },
    );
  });

  it('by time never learn from the future nor judge a visit that was learnt from', () => {
    fc.assert(
      fc.property(anyTable, fc.nat(50), (drawn, atMs) => {
        const { train, test } = splitByTime(drawn, atMs);
        const learnt = new Set([...train].map((row) => drawn.groups[row]));
        for (const row of train) expect(drawn.atMs[row]).toBeLessThan(atMs);
        for (const row of test) expect([drawn.atMs[row]! >= atMs, learnt.has(drawn.groups[row]!)]).toEqual([true, false]);
      }),
      { numRuns: 50 },
    );
  });

  it('are the same from the same seed', () => {
    const drawn = table(Array.from({ length: 40 }, (_, i) => ({ label: i % 2 === 0 ? 1 : 0 }) as const));
    expect(foldsByGroup(drawn, { folds: 5, seed: 3 })).toEqual(foldsByGroup(drawn, { folds: 5, seed: 3 }));
    expect(foldsByGroup(drawn, { folds: 5, seed: 3 })).not.toEqual(foldsByGroup(drawn, { folds: 5, seed: 4 }));
  });

  it('deal positives out evenly', () => {
    const drawn = table(Array.from({ length: 100 }, (_, i) => ({ label: i < 10 ? 1 : 0 }) as const));
    for (const split of foldsByGroup(drawn, { folds: 5, seed: 1 })) {
      expect([...selectRows(drawn, split.test).labels].filter((label) => label === 1)).toHaveLength(2);
    }
  });
});

describe('holding out', () => {
  const rows = (store: (i: number) => string, more: Partial<LabelledRow> = {}) =>
    table(Array.from({ length: 50 }, (_, i) => ({ store: store(i), atMs: i, ...more })));

  it('takes the named stores, else a fifth of the stores, else the latest time, else visits at random', () => {
    const five = rows((i) => `s${i % 5}`);
    expect(holdOut(five, { seed: 1, testStores: ['s1', 's2'] })).toMatchObject({
      ok: true,
      value: { meaning: 'stores never seen: s1, s2' },
    });
    expect(holdOut(five, { seed: 1 })).toMatchObject({ ok: true, value: { meaning: 'stores never seen: s4' } });
    const late = holdOut(
      rows(() => 'only'),
      { seed: 1 },
    );
    expect(late).toMatchObject({ ok: true, value: { meaning: 'the latest fifth by time' } });
    if (late.ok) expect([...late.value.split.test]).toEqual(Array.from({ length: 10 }, (_, i) => 40 + i));
    expect(
      holdOut(
        rows(() => 'only', { atMs: 5 }),
        { seed: 1 },
      ),
    ).toMatchObject({ ok: true, value: { meaning: 'a fifth of the visits, at random' } });
  });

  it('says why it cannot', () => {
    expect(holdOut(table([]), { seed: 1 })).toEqual({ ok: false, error: 'there are no rows' });
    expect(
      holdOut(
        rows(() => 'a'),
        { seed: 1, testStores: ['b'] },
      ),
    ).toEqual({ ok: false, error: 'no row is of store "b"' });
    expect(
      holdOut(
        rows(() => 'a'),
        { seed: 1, testStores: ['a'] },
      ),
    ).toMatchObject({ ok: false, error: expect.stringContaining('none is left') });
    expect([
      ...splitByStores(
        rows(() => 'a'),
        ['x'],
      ).test,
    ]).toEqual([]);
  });
});
