import { describe, expect, it } from 'vitest';
import type { MinuteTally } from '../../agent/core/effect.ts';
import { TALLY_NAMES } from '../../agent/core/effect.ts';
import { type AggregateSettings, createAggregateState, foldMinute } from '../../sync/aggregate.ts';
import { type AggregateRow, TILL_COUNTS, VISIT_COUNTS } from '../../sync/aggregate-row.ts';
import { cell, minuteAt, totalsOf } from '../support/sync-fixtures.ts';

const settings: AggregateSettings = { minVisits: 10, timeZone: 'UTC' };

function foldAll(minutes: readonly MinuteTally[], options = settings) {
  let state = createAggregateState();
  const rows: AggregateRow[] = [];
  for (const minute of minutes) {
    const folded = foldMinute(state, minute, options);
    state = folded.state;
    rows.push(...folded.rows);
  }
  return { state, rows };
}

/** Two days on: every window of the tests' first day has ended. */
const theEnd = minuteAt(2 * 24 * 60, []);

describe('what leaves the store', () => {
  it('lets a zone of ten visits out by the minute', () => {
    const { rows } = foldAll([minuteAt(0, [cell('coffee', 10, { interactions: 4 })])]);
    expect(rows).toEqual([
      {
        kind: 'visits',
        level: 'zone-minute',
        zone: 'coffee',
        startMs: Date.UTC(2026, 2, 2, 9),
        day: '2026-03-02',
        visits: 10,
        counts: { interactions: 4 },
      },
    ]);
  });

  it('keeps a zone of nine visits back, alone or beside large ones', () => {
    expect(foldAll([minuteAt(0, [cell('coffee', 9, { interactions: 4 })])]).rows).toEqual([]);
    const beside = foldAll([minuteAt(0, [cell('coffee', 9), cell('care', 30, { offers: 1 })])]);
    expect(beside.rows.map((row) => row.kind === 'visits' && row.zone)).toEqual(['care']);
  });

  it('does not take the same few visits for many because they were seen in several zones or minutes', () => {
    const minutes = Array.from({ length: 50 }, (_, at) =>
      minuteAt(at, [cell('coffee', 3), cell('care', 3), cell('tea', 3), cell('wine', 3)]),
    );
    expect(foldAll([...minutes, theEnd]).rows).toEqual([]);
  });

  it('merges small zones into the store-minute when the tally proves ten distinct visits', () => {
    const { rows } = foldAll([minuteAt(0, [cell('coffee', 6, { interactions: 2 }), cell('care', 7, { interactions: 1 })], 12)]);
    expect(rows).toMatchObject([{ level: 'store-minute', visits: 12, counts: { interactions: 3 } }]);
    expect(rows[0]).not.toHaveProperty('zone');
  });

  it('counts as distinct in the rest only those that no emitted zone can have seen', () => {
    const { rows } = foldAll([minuteAt(0, [cell('coffee', 20), cell('care', 7), cell('tea', 7)], 29)]);
    expect(rows.map((row) => row.level)).toEqual(['zone-minute']);
  });

  it('merges into the quarter hour by the visits that began in it', () => {
    const minutes = Array.from({ length: 15 }, (_, at) => minuteAt(at, [cell('coffee', 2, { visitsOpened: 1, interactions: 1 })]));
    const { rows } = foldAll([...minutes, minuteAt(15, [])]);
    expect(rows).toEqual([
      {
        kind: 'visits',
        level: 'store-quarter',
        startMs: minuteAt(0, []).startMs,
        day: '2026-03-02',
        visits: 15,
        counts: { visitsOpened: 15, interactions: 15 },
      },
    ]);
  });

  it('merges on into the hour, then the day, each time with what was left over only', () => {
    const quarterly = (opened: number) =>
      Array.from({ length: 4 }, (_, at) => minuteAt(at * 15, [cell('coffee', 3, { visitsOpened: opened })]));
    expect(foldAll([...quarterly(3), minuteAt(60, [])]).rows).toMatchObject([{ level: 'store-hour', visits: 12 }]);
    const perHour = Array.from({ length: 12 }, (_, at) => minuteAt(at * 60, [cell('coffee', 1, { visitsOpened: 1 })]));
    expect(foldAll([...perHour, theEnd]).rows).toMatchObject([{ level: 'store-day', visits: 12, day: '2026-03-02' }]);
  });

  it('suppresses a day that is still too small, and counts it in the store only', () => {
    const { rows, state } = foldAll([minuteAt(0, [cell('coffee', 9, { visitsOpened: 9, interactions: 5 })]), theEnd]);
    expect(rows).toEqual([]);
    expect(state.suppressed).toEqual({ days: 1, counts: { visitsOpened: 9, interactions: 5 } });
  });

  it('never goes below five visits, whatever the settings say', () => {
    const { rows } = foldAll([minuteAt(0, [cell('coffee', 4), cell('care', 5)])], { ...settings, minVisits: 1 });
    expect(rows).toMatchObject([{ zone: 'care' }]);
  });

  it('emits visits that no zone has seen without a zone', () => {
    const { rows } = foldAll([minuteAt(0, [cell(undefined, 11, { visitsOpened: 11 })])]);
    expect(rows[0]).toMatchObject({ level: 'zone-minute', visits: 11 });
    expect(rows[0]).not.toHaveProperty('zone');
  });
});

describe('tills and doors', () => {
  it('leave by the quarter hour, not by the minute', () => {
    const minutes = Array.from({ length: 10 }, (_, at) => minuteAt(at, [cell('checkout', 0, { sales: 1, salesCents: 500, doorIn: 2 })]));
    expect(foldAll(minutes).rows).toEqual([]);
    expect(foldAll([...minutes, minuteAt(15, [])]).rows).toEqual([
      {
        kind: 'tills',
        level: 'store-quarter',
        startMs: minuteAt(0, []).startMs,
        day: '2026-03-02',
        counts: { sales: 10, salesCents: 5_000, doorIn: 20 },
      },
    ]);
  });

  it('do not show a single receipt in a quarter hour', () => {
    const { rows } = foldAll([minuteAt(0, [cell('checkout', 0, { sales: 1, salesCents: 4_999, doorIn: 40 })]), minuteAt(15, [])]);
    expect(rows).toEqual([]);
  });

  it('show door counts without receipts once there are enough people', () => {
    const rows = (doorIn: number) => foldAll([minuteAt(0, [cell(undefined, 0, { doorIn })]), minuteAt(15, [])]).rows;
    expect(rows(9)).toEqual([]);
    expect(rows(10)).toMatchObject([{ kind: 'tills', counts: { doorIn: 10 } }]);
  });

  it('account for every sale by the end of the day', () => {
    const { rows } = foldAll([minuteAt(0, [cell('checkout', 0, { sales: 2, salesCents: -300 })]), theEnd]);
    expect(rows).toMatchObject([{ kind: 'tills', level: 'store-day', counts: { sales: 2, salesCents: -300 } }]);
  });
});

describe('windows', () => {
  const few = (minute: number) => minuteAt(minute, [cell('coffee', 3, { visitsOpened: 3 })]);

  it('are local days: midnight in Tokyo ends one', () => {
    // 09:00Z is 18:00 in Tokyo; six hours later the local day is over.
    const { state } = foldAll([few(0), few(5 * 60 + 59)], { ...settings, timeZone: 'Asia/Tokyo' });
    expect(state.suppressed.days).toBe(0);
    const after = foldAll([few(0), few(5 * 60 + 59), few(6 * 60)], { ...settings, timeZone: 'Asia/Tokyo' });
    expect(after.state.suppressed).toEqual({ days: 1, counts: { visitsOpened: 6 } });
  });

  it('are local hours where the offset is half an hour', () => {
    // 09:30Z is 15:00 in Kolkata.
    const rows = foldAll([15, 29, 30, 45, 59, 90].map(few), { ...settings, timeZone: 'Asia/Kolkata' }).rows;
    expect(rows).toEqual([]);
    const four = foldAll([30, 45, 60, 75, 90].map(few), { ...settings, timeZone: 'Asia/Kolkata' }).rows;
    expect(four).toMatchObject([{ level: 'store-hour', startMs: minuteAt(30, []).startMs, visits: 12 }]);
  });

  it('hold both of the two hours between two and three when summer time ends', () => {
    const start = Date.UTC(2026, 9, 25, 0, 0);
    const at = (minutes: number): MinuteTally => ({ startMs: start + minutes * 60_000, cells: [cell('coffee', 3, { visitsOpened: 3 })] });
    // 00:00Z is 02:00 CEST, 01:00Z is 02:00 CET.
    const { rows } = foldAll([at(0), at(45), at(60), at(105), at(120)], { ...settings, timeZone: 'Europe/Berlin' });
    expect(rows).toMatchObject([{ level: 'store-hour', startMs: start, visits: 12 }]);
  });

  it('count a minute that comes too late with the newest one', () => {
    const { state, rows } = foldAll([few(30), few(10), theEnd]);
    expect(totalsOf([...rows, { counts: state.suppressed.counts }]).visitsOpened).toBe(6);
  });
});

describe('the state', () => {
  it('is plain JSON and carries on from its copy', () => {
    const minutes = Array.from({ length: 40 }, (_, at) =>
      minuteAt(at, [cell('coffee', at % 12, { visitsOpened: 1, sales: 1, salesCents: at })], at % 14),
    );
    let state = createAggregateState();
    const rows: AggregateRow[] = [];
    for (const minute of minutes) {
      const folded = foldMinute(JSON.parse(JSON.stringify(state)), minute, settings);
      expect(JSON.parse(JSON.stringify(folded.state))).toEqual(folded.state);
      state = folded.state;
      rows.push(...folded.rows);
    }
    expect({ state, rows }).toEqual(foldAll(minutes));
  });

  it('is not changed by folding', () => {
    const before = foldAll([minuteAt(0, [cell('coffee', 3, { visitsOpened: 3 })])]).state;
    const copy = JSON.stringify(before);
    foldMinute(before, minuteAt(61, [cell('coffee', 30)]), settings);
    expect(JSON.stringify(before)).toBe(copy);
  });
});

it('every count is either about visits or about tills and doors', () => {
  expect([...VISIT_COUNTS, ...TILL_COUNTS].sort()).toEqual([...TALLY_NAMES].sort());
});
