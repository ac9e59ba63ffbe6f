import { describe, expect, it } from 'vitest';
import { compareRound, evidenceOfLoss, newWatch, ROUND_MS, usualAt, type Watch } from '../../../agent/core/health/usual.ts';
import { countFalseAlarms, detectionDelayH, lowNow } from '../../bench/health/score.ts';
import { simulateTraffic, TWENTY } from '../../bench/health/traffic.ts';
import { CoreDriver } from '../../support/core-driver.ts';

function live(watch: Watch, days: number, countOf: (day: number, round: number) => number): void {
  for (let day = 0; day < days; day++) {
    for (let round = 0; round < 144; round++) {
      const nowMs = (day * 144 + round) * ROUND_MS;
      compareRound(watch, countOf(day, round), { at: { dayKind: 0, minute: round * 10 + 5 }, nowMs, storeShare: 1, brokenShare: 0.2 });
    }
  }
}

const isOpen = (round: number) => round >= 48 && round < 120;

describe('what is usual', () => {
  it('is known by the hour after three days', () => {
    const watch = newWatch();
    live(watch, 2, (_day, round) => (isOpen(round) ? 12 : 0));
    expect(usualAt(watch, { dayKind: 0, minute: 720 }).isKnown).toBe(false);
    live(watch, 1, (_day, round) => (isOpen(round) ? 12 : 0));
    expect(usualAt(watch, { dayKind: 0, minute: 720 })).toEqual({ count: 12, isKnown: true });
    expect(usualAt(watch, { dayKind: 0, minute: 180 }).count).toBe(0);
    expect(usualAt(watch, { dayKind: 2, minute: 720 }).isKnown).toBe(false);
  });

  it('is not less because it is night, or because the store opens', () => {
    const watch = newWatch();
    live(watch, 20, (_day, round) => (isOpen(round) ? 12 : 0));
    expect(watch.lowSinceMs).toBeUndefined();
  });

  it('is missed within an hour and a half when most is lost, and the alarm clears itself when it is mended', () => {
    const watch = newWatch();
    live(watch, 10, (_day, round) => (isOpen(round) ? 12 : 0));
    live(watch, 1, (_day, round) => (isOpen(round) ? (round >= 70 ? 2 : 12) : 0));
    expect(watch.lowSinceMs).toBeDefined();
    live(watch, 1, (_day, round) => (isOpen(round) ? 12 : 0));
    expect(watch.lowSinceMs).toBeUndefined();
  });

  it('stays small in a snapshot', () => {
    const watch = newWatch();
    live(watch, 10, (_day, round) => (isOpen(round) ? 12.345 * round : 0));
    expect(JSON.stringify(watch).length).toBeLessThan(2_000);
  });
});

describe('evidence of loss', () => {
  it('speaks for loss when little came, against it when the usual came, and less of both the more the counts vary', () => {
    const sure = { usual: 20, dispersion: 0.05, brokenShare: 0.2 };
    const vague = { ...sure, dispersion: 1 };
    expect(evidenceOfLoss(4, sure)).toBeGreaterThan(evidenceOfLoss(4, vague));
    expect(evidenceOfLoss(4, vague)).toBeGreaterThan(0);
    expect(evidenceOfLoss(20, sure)).toBeLessThan(evidenceOfLoss(20, vague));
    expect(evidenceOfLoss(20, vague)).toBeLessThan(0);
  });
});

describe('twenty devices over sixty simulated days', { timeout: 120_000 }, () => {
  it('are called broken at most once a month while they are well, holidays and slow days included', () => {
    expect(countFalseAlarms([1]).perMonth).toBeLessThanOrEqual(1);
  });

  it.each([
    ['scan-e', 3],
    ['scan-a', 3],
    ['climate-1', 2],
  ])('%s is noticed within %d hours when it loses four fifths', (device, hours) => {
    expect(detectionDelayH({ device, share: 0.8, seed: 2, hour: 14, day: 15 })).toBeLessThanOrEqual(hours);
  });

  it('a sensor that repeats itself is called stuck, one that only rests at night is not', () => {
    const state = simulateTraffic({ days: 8, seed: 3, devices: TWENTY, onRound: () => undefined });
    expect([...lowNow(state)].filter((who) => who.startsWith('stuck'))).toEqual([]);
  });
});

describe('a value that stands still', () => {
  it('is called stuck where it usually moves, while it is still sent, and no longer once it moves', () => {
    const driver = new CoreDriver();
    const say = (grams: (round: number) => number, rounds: number) => {
      for (let round = 0; round < rounds; round++) {
        for (let n = 0; n < 10; n++)
          driver.wait(60_000).reading('shelf-03', { kind: 'shelf.weight', slot: '03-1', grams: grams(round * 10 + n) });
      }
    };
    const low = () => driver.state.health.devices.get('shelf-03')?.channels.get('03-1')?.watch.lowSinceMs;
    say((n) => 2_000 + (n % 3), 4 * 144);
    expect(low()).toBeUndefined();
    say(() => 2_000, 18);
    expect(low()).toBeDefined();
    say((n) => 2_000 + (n % 3), 2);
    expect(low()).toBeUndefined();
  });
});
