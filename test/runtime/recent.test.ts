import { describe, expect, it } from 'vitest';
import { Recent } from '../../agent/runtime/recent.ts';

const MINUTE = 60_000;
const STARTED = 1_000 * MINUTE + 20_000;

describe('the last hour', () => {
  it.each([
    { name: 'two minutes at once, so that there is a line', afterMs: 0, points: 2 },
    { name: 'the minutes since the start and no others', afterMs: 5 * MINUTE, points: 6 },
    { name: 'an hour at most', afterMs: 300 * MINUTE, points: 60 },
  ])('has $name', ({ afterMs, points }) => {
    const { startMs, visits } = new Recent(STARTED).series(STARTED + afterMs);
    expect(startMs).toHaveLength(points);
    expect(visits).toHaveLength(points);
    expect(startMs.at(-1)).toBe(1_000 * MINUTE + afterMs);
    if (points > 2) expect(startMs[0]).toBeGreaterThanOrEqual(1_000 * MINUTE);
  });

  it('is empty of nothing when the clock falls back behind the start', () => {
    expect(new Recent(STARTED).series(STARTED - 10 * MINUTE).startMs).toHaveLength(2);
  });
});
