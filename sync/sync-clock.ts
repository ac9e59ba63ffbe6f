import type { DurationMs, TimestampMs } from '../agent/core/units.ts';

/** Time as the cloud link needs it; a test passes its own. */
export interface SyncClock {
  wallMs(): TimestampMs;
  monotonicMs(): number;
  /** Resolves after `ms` or as soon as the signal aborts; never rejects. */
  sleep(ms: DurationMs, signal: AbortSignal): Promise<void>;
}

/** The machine's clock. Its sleeps do not keep the process alive. */
export function systemSyncClock(): SyncClock {
  return {
    wallMs: () => Date.now(),
    monotonicMs: () => performance.now(),
    sleep(ms, signal) {
      return new Promise((resolve) => {
        if (signal.aborted) return resolve();
        const done = (): void => {
          clearTimeout(timer);
          signal.removeEventListener('abort', done);
          resolve();
        };
        const timer = setTimeout(done, ms);
        timer.unref();
        signal.addEventListener('abort', done, { once: true });
      });
    },
  };
}
