import { describe, expect, it } from 'vitest';
import { StoreClock } from '../../agent/runtime/clock.ts';

function setUp(startMs = 1_000_000) {
  const machine = { wall: startMs, monotonic: 0 };
  const clock = new StoreClock({ wallMs: () => machine.wall, monotonicMs: () => machine.monotonic }, 0);
  function pass(seconds: number, jumpMs = 0): string[] {
    machine.wall += jumpMs;
    return Array.from({ length: seconds }, () => {
      machine.wall += 1_000;
      machine.monotonic += 1_000;
      return clock.check().kind;
    });
  }
  return { clock, pass, machine };
}

describe('the store clock', () => {
  it('goes with the wall clock while that is steady', () => {
    const { clock, pass, machine } = setUp();
    pass(100);
    expect(clock.nowMs()).toBe(machine.wall);
    expect(clock.trusted).toBe(true);
  });

  it.each([10 * 86_400_000, -10 * 86_400_000, 3_600_000, -3_600_000])(
    'does not follow a jump of %i ms at once and does not trust it',
    (jumpMs) => {
      const { clock, pass } = setUp(10 ** 12);
      pass(10);
      const before = clock.nowMs();
      expect(pass(5, jumpMs)).toEqual(Array(5).fill('jumped'));
      expect(clock.nowMs()).toBe(before + 5_000);
      expect(clock.trusted).toBe(false);
    },
  );

  it('forgets a jump that is taken back', () => {
    const { clock, pass } = setUp(10 ** 12);
    pass(5, 3_600_000);
    pass(5, -3_600_000);
    expect(clock.trusted).toBe(true);
  });

  it('adopts a jump that has lasted for a minute, in both directions', () => {
    for (const jumpMs of [86_400_000, -86_400_000]) {
      const { clock, pass, machine } = setUp(10 ** 12);
      expect(pass(61, jumpMs).at(-1)).toBe('adopted');
      expect(Math.abs(clock.nowMs() - machine.wall)).toBeLessThanOrEqual(1);
      expect(clock.trusted).toBe(true);
    }
  });

  it('never starts before the end of the log', () => {
    const clock = new StoreClock({ wallMs: () => 0, monotonicMs: () => 0 }, 5_000_000);
    expect(clock.nowMs()).toBe(5_000_000);
  });
});
