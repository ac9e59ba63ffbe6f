import type { DurationMs } from '../core/units.ts';

/** Keeps an answer that is costly to get for a while. */
export function cached<T>(forMs: DurationMs, parts: { readonly monotonicMs: () => number; readonly read: () => T }): () => T {
  let kept: { readonly value: T; readonly readAtMs: number } | undefined;
  return () => {
    const now = parts.monotonicMs();
    if (kept === undefined || now - kept.readAtMs >= forMs) kept = { value: parts.read(), readAtMs: now };
    return kept.value;
  };
}
