import { type ReadonlySignal, signal } from '@preact/signals';

/** The current time as a signal that moves once a second while the page is visible. */
export interface Ticker {
  readonly nowMs: ReadonlySignal<number>;
  readonly stop: () => void;
}

/** Starts ticking; it rests while the page is hidden and catches up when shown. */
export function startTicker(): Ticker {
  const nowMs = signal(Date.now());
  const tick = () => {
    if (document.visibilityState === 'visible') nowMs.value = Date.now();
  };
  const timer = setInterval(tick, 1_000);
  document.addEventListener('visibilitychange', tick);
  return {
    nowMs,
    stop: () => {
      clearInterval(timer);
      document.removeEventListener('visibilitychange', tick);
    },
  };
}
