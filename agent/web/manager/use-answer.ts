import { type Signal, useSignal } from '@preact/signals';
import { useEffect } from 'preact/hooks';
import type { Answer } from '../shared/request.ts';

/** Something that is asked for once a minute while it is on the page; the last answer stays when one fails. */
export function useAnswer<T>(ask: () => Promise<Answer<T>>): {
  readonly value: Signal<T | undefined>;
  readonly hasFailed: Signal<boolean>;
  readonly again: () => Promise<void>;
} {
  const value = useSignal<T | undefined>(undefined);
  const hasFailed = useSignal(false);
  async function again(): Promise<void> {
    const answer = await ask();
    hasFailed.value = answer.kind !== 'ok';
    if (answer.kind === 'ok') value.value = answer.value;
  }
  useEffect(() => {
    void again();
    const timer = setInterval(() => void again(), ASK_EVERY_MS);
    return () => clearInterval(timer);
  }, []);
  return { value, hasFailed, again };
}

const ASK_EVERY_MS = 60_000;
