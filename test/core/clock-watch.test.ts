import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { hasToldOf, measured, newClockWatch, sendsBatches, watchClock } from '../../agent/core/clock-watch.ts';

interface Sent {
  readonly atMs: number;
  readonly nowMs: number;
}

/** A device that measures every 250 ms and sends every `everyMs`, by a clock that is `offsetMs(time)` ahead. */
function sent(untilMs: number, everyMs: number, offsetMs: (nowMs: number) => number = () => 0): readonly Sent[] {
  return Array.from({ length: untilMs / 250 }, (_, at) => {
    const heardMs = 1_000_000 + at * 250;
    return { atMs: heardMs + offsetMs(heardMs), nowMs: Math.ceil(heardMs / everyMs) * everyMs + 20 };
  });
}

function watched(readings: readonly Sent[]) {
  const watch = newClockWatch(readings[0]?.nowMs ?? 0);
  for (const { atMs, nowMs } of readings) watchClock(watch, atMs, nowMs);
  return watch;
}

describe('when a reading was measured', () => {
  it('is known of a device that sends in batches, however wrong its date is', () => {
    for (const offsetMs of [0, -3_600_000, 86_400_000]) {
      const readings = sent(70_000, 5_000, () => offsetMs);
      const watch = watched(readings);
      const { nowMs } = readings.at(-1)!;
      expect(sendsBatches(watch, nowMs)).toBe(true);
      const when = measured(watch, nowMs - 3_020 + offsetMs, nowMs);
      expect(when.kind).toBe('earlier');
      // The fastest of each batch took 20 ms.
      expect(when.kind === 'earlier' && when.lagMs).toBe(3_000);
    }
  });

  it.each([
    ['sends at once', sent(70_000, 250)],
    ['has no clock, so that its readings carry the time of arrival', sent(70_000, 5_000).map(({ nowMs }) => ({ atMs: nowMs, nowMs }))],
    ['was heard for less than half a minute', sent(20_000, 5_000)],
    ['has a clock that was set forward a moment ago', sent(70_000, 5_000, (now) => (now > 1_065_000 ? 60_000 : 0))],
    ['has a clock that was set back a while ago', sent(85_000, 5_000, (now) => (now > 1_061_000 ? -12_000 : 0))],
    ['has a clock that stands still', sent(70_000, 5_000, (now) => 1_000_000 - now)],
  ])('is when it came in from a device that %s', (_what, readings) => {
    const watch = newClockWatch(readings[0]!.nowMs);
    for (const { atMs, nowMs } of readings) watchClock(watch, atMs, nowMs);
    const { atMs, nowMs } = readings.at(-1)!;
    expect(measured(watch, atMs - 4_000, nowMs)).toEqual({ kind: 'now' });
  });

  it('is too long ago for what waited more than ten seconds', () => {
    const readings = sent(70_000, 5_000);
    const { nowMs } = readings.at(-1)!;
    expect(measured(watched(readings), nowMs - 10_500, nowMs)).toEqual({ kind: 'too-old' });
  });

  it('is never in the future, and a device has told of nothing later than its newest reading', () => {
    fc.assert(
      fc.property(
        fc.array(fc.record({ aheadMs: fc.integer({ min: -20_000, max: 20_000 }), passedMs: fc.integer({ min: 0, max: 4_000 }) }), {
          minLength: 1,
          maxLength: 200,
        }),
        (steps) => {
          let nowMs = 1_000_000;
          const watch = newClockWatch(nowMs);
          for (const { aheadMs, passedMs } of steps) {
            nowMs += passedMs;
            watchClock(watch, nowMs + aheadMs, nowMs);
            const when = measured(watch, nowMs + aheadMs, nowMs);
            if (when.kind === 'earlier') {
              expect(when.lagMs).toBeGreaterThan(0);
              expect(when.lagMs).toBeLessThanOrEqual(10_000);
              expect(hasToldOf(watch, nowMs - when.lagMs, nowMs)).toBe(true);
            }
          }
        },
      ),
    );
  });
});
