import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type MinuteTally, TALLY_NAMES, type TallyName } from '../../agent/core/effect.ts';
import { createAggregateState, foldMinute } from '../../sync/aggregate.ts';
import type { AggregateRow } from '../../sync/aggregate-row.ts';
import { cell, minuteAt, totalsOf } from '../support/sync-fixtures.ts';

/** Who was where: the truth that the fold never sees. */
interface Presence {
  readonly visit: number;
  readonly minute: number;
  readonly zone: string;
}

interface Leaf {
  readonly minute: number;
  readonly zone: string;
  readonly visitors: ReadonlySet<number>;
}

/** Counts that a leaf can be marked with; one bit of one of them names the leaf. `visitsOpened` and money of tills are left alone. */
const MARKS = ['interactions', 'dwellMs', 'intents', 'offers', 'shown', 'dismissed', 'redeemed', 'holds', 'discountCents'] as const;
const BITS = 45;

const minVisits = 10;
const settings = { minVisits, timeZone: 'Europe/Berlin' };

/** Crowds, trickles and pauses: groups of visits that arrive around a time, stay a while and walk through zones. */
const presences: fc.Arbitrary<readonly Presence[]> = fc
  .array(
    fc.record({
      arrival: fc.integer({ min: 0, max: 3_000 }),
      spread: fc.constantFrom(1, 5, 60, 400),
      visits: fc.integer({ min: 1, max: 14 }),
      stay: fc.integer({ min: 1, max: 4 }),
      zones: fc.array(fc.constantFrom('coffee', 'care', 'tea', 'wine'), { minLength: 1, maxLength: 3 }),
      step: fc.integer({ min: 1, max: 20 }),
    }),
    { minLength: 1, maxLength: 5 },
  )
  .map((groups) =>
    groups.flatMap((group, at) =>
      Array.from({ length: group.visits }, (_, nth) => nth).flatMap((nth) =>
        Array.from({ length: group.stay }, (_, step) => ({
          visit: at * 100 + nth,
          minute: group.arrival + ((nth * 7) % group.spread) + step * group.step,
          zone: group.zones[(nth + step) % group.zones.length]!,
        })),
      ),
    ),
  );

function leavesOf(all: readonly Presence[]): readonly Leaf[] {
  const leaves = new Map<string, { minute: number; zone: string; visitors: Set<number> }>();
  for (const { visit, minute, zone } of all) {
    const key = `${minute}/${zone}`;
    const leaf = leaves.get(key) ?? { minute, zone, visitors: new Set() };
    leaf.visitors.add(visit);
    leaves.set(key, leaf);
  }
  return [...leaves.values()].sort((left, right) => left.minute - right.minute);
}

/** The tallies that the store would make, each leaf marked with its own bit. */
function talliesOf(leaves: readonly Leaf[], { tellVisits }: { readonly tellVisits: boolean }): readonly MinuteTally[] {
  const seen = new Set<number>();
  const byMinute = new Map<number, { cells: ReturnType<typeof cell>[]; visitors: Set<number> }>();
  for (const [index, leaf] of leaves.entries()) {
    const minute = byMinute.get(leaf.minute) ?? { cells: [], visitors: new Set() };
    const opened = [...leaf.visitors].filter((visit) => !seen.has(visit));
    for (const visit of leaf.visitors) {
      seen.add(visit);
      minute.visitors.add(visit);
    }
    const mark = MARKS[Math.floor(index / BITS)]!;
    minute.cells.push(cell(leaf.zone, leaf.visitors.size, { visitsOpened: opened.length, [mark]: 2 ** (index % BITS) }));
    byMinute.set(leaf.minute, minute);
  }
  const minutes = [...byMinute].map(([at, { cells, visitors }]) => minuteAt(at, cells, tellVisits ? visitors.size : undefined));
  return [...minutes, minuteAt(20_000, [])];
}

function foldAll(minutes: readonly MinuteTally[]) {
  let state = createAggregateState();
  const rows: AggregateRow[] = [];
  for (const minute of minutes) {
    const folded = foldMinute(state, minute, settings);
    state = folded.state;
    rows.push(...folded.rows);
  }
  return { rows, state };
}

function leavesIn(counts: { readonly [N in TallyName]?: number }): readonly number[] {
  return MARKS.flatMap((mark, at) => {
    const bits = BigInt(counts[mark] ?? 0);
    return Array.from({ length: BITS }, (_, bit) => bit)
      .filter((bit) => (bits >> BigInt(bit)) & 1n)
      .map((bit) => at * BITS + bit);
  });
}

function visitorsOf(indexes: Iterable<number>, leaves: readonly Leaf[]): ReadonlySet<number> {
  return new Set([...indexes].flatMap((index) => [...leaves[index]!.visitors]));
}

const SPANS_MS: Readonly<Record<string, number>> = {
  'zone-minute': 60_000,
  'store-minute': 60_000,
  'store-quarter': 900_000,
  'store-hour': 3_600_000,
  'store-day': 86_400_000,
};

const scenario = fc.record({ presences, tellVisits: fc.boolean() }).map(({ presences: all, tellVisits }) => {
  const leaves = leavesOf(all).slice(0, MARKS.length * BITS);
  const minutes = talliesOf(leaves, { tellVisits });
  return { leaves, minutes, ...foldAll(minutes) };
});

describe('whatever shoppers do', () => {
  it('every count is in exactly one row or in the suppressed counter', () => {
    void fc.assert(
      fc.property(scenario, ({ leaves, minutes, rows, state }) => {
        const found = [...rows.map((row) => row.counts), state.suppressed.counts].flatMap(leavesIn);
        expect(found.length).toBe(leaves.length);
        expect(new Set(found).size).toBe(leaves.length);
        expect(totalsOf([...rows, { counts: state.suppressed.counts }])).toEqual(totalsOf(minutes.flatMap(({ cells }) => cells)));
      }),
      { numRuns: 300 },
    );
  });

  it('no row is about fewer than ten real visits, and none claims more than there were', () => {
    void fc.assert(
      fc.property(scenario, ({ leaves, rows }) => {
        for (const row of rows) {
          if (row.kind !== 'visits') continue;
          const real = visitorsOf(leavesIn(row.counts), leaves).size;
          expect(real).toBeGreaterThanOrEqual(minVisits);
          expect(row.visits).toBeGreaterThanOrEqual(minVisits);
          expect(row.visits).toBeLessThanOrEqual(real);
        }
      }),
      { numRuns: 300 },
    );
  });

  it('subtracting any window from one around it, in one zone or in all, never isolates fewer than ten visits', () => {
    void fc.assert(
      fc.property(scenario, ({ leaves, rows }) => {
        const published = rows
          .filter((row) => row.kind === 'visits')
          .map((row) => ({ row, leaves: leavesIn(row.counts), span: SPANS_MS[row.level]! }));
        const windows = [...new Set(published.map(({ row, span }) => `${row.startMs}/${span}`))].map((text) => text.split('/').map(Number));
        const sums = windows.map(([startMs, span]) => {
          const inside = published.filter((one) => one.row.startMs >= startMs! && one.row.startMs + one.span <= startMs! + span!);
          return { startMs: startMs!, endMs: startMs! + span!, leaves: new Set(inside.flatMap((one) => one.leaves)) };
        });
        for (const outer of sums) {
          for (const inner of sums) {
            if (inner === outer || inner.startMs < outer.startMs || inner.endMs > outer.endMs) continue;
            const rest = [...outer.leaves].filter((leaf) => !inner.leaves.has(leaf));
            const exposed = visitorsOf(rest, leaves).size;
            expect(exposed === 0 || exposed >= minVisits).toBe(true);
          }
        }
      }),
      { numRuns: 200 },
    );
  });

  it('what the store could not hide in a crowd is nowhere in what left', () => {
    void fc.assert(
      fc.property(scenario, ({ rows, state }) => {
        const hidden = new Set(leavesIn(state.suppressed.counts));
        expect(rows.flatMap((row) => leavesIn(row.counts)).filter((leaf) => hidden.has(leaf))).toEqual([]);
      }),
      { numRuns: 100 },
    );
  });

  it('generates rows of every level, so that the laws above are about something', () => {
    const levels = fc.sample(scenario, { numRuns: 400, seed: 7 }).flatMap(({ rows }) => rows.map((row) => row.level));
    expect(new Set(levels)).toEqual(new Set(['zone-minute', 'store-minute', 'store-quarter', 'store-hour', 'store-day']));
  });
});

it('the marks leave no count out that could carry one', () => {
  expect(TALLY_NAMES).toEqual(expect.arrayContaining([...MARKS]));
});
