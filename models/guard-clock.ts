import type { GuardClock } from './guarded-scorer.ts';

/** Real timers beside a given monotonic clock; a waiting deadline keeps no process alive. */
export function guardClock(clock: { monotonicMs(): number }): GuardClock {
  return {
    monotonicMs: () => clock.monotonicMs(),
    after(delayMs, callback) {
      const timer = setTimeout(callback, delayMs);
      timer.unref();
      return () => clearTimeout(timer);
    },
  };
}
