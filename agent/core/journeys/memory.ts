import type { StepContext } from '../context.ts';
import type { Sku, VisitId } from '../ids.ts';
import { putBounded, STATE_LIMITS } from '../state.ts';
import { DAY_MS, type DurationMs, type TimestampMs } from '../units.ts';
import type { Recalled, Visit } from '../visit.ts';

/** What is kept for a phone whose owner said "remember me for 24 hours". */
export interface Memory {
  readonly untilMs: TimestampMs;
  readonly tried: Recalled['tried'];
  readonly visits: readonly VisitId[];
}

/** How long a phone is remembered. */
export const REMEMBER_MS: DurationMs = DAY_MS;
/** Taking up or scanning a product this often is a serious try. */
export const TRIED_TIMES = 3;
const MAX_TRIED = 4;
const MAX_VISITS = 16;

/** Products that a visit tried at least three times and left in the store, most recent first. */
export function triedAndLeft(visit: Readonly<Visit>): Recalled['tried'] {
  return [...visit.interest]
    .filter(([sku, { picks, scans, holding }]) => picks + scans >= TRIED_TIMES && holding === 0 && visit.bought?.has(sku) !== true)
    .sort(([, a], [, b]) => b.lastAtMs - a.lastAtMs)
    .slice(0, MAX_TRIED)
    .map(([sku, { picks, scans }]) => ({ sku, times: picks + scans }));
}

/** Keeps what an ended visit tried, while the consent stands. */
export function remember(context: StepContext, visit: Visit): void {
  const { state, nowMs } = context;
  const { rememberKey } = visit;
  if (rememberKey === undefined || !visit.consents.has('remember')) return;
  const visits = [...(visit.recalled?.visits ?? []), visit.id].slice(-MAX_VISITS);
  putBounded(state.memories, rememberKey, { untilMs: nowMs + REMEMBER_MS, tried: triedAndLeft(visit), visits }, STATE_LIMITS.memories);
}

/** Gives a visit what its phone is remembered by, once: from here on it is the visit's. */
export function recall(context: StepContext, visit: Visit, key: string): void {
  const { memories } = context.state;
  visit.rememberKey = key;
  const memory = memories.get(key);
  memories.delete(key);
  if (memory !== undefined && memory.untilMs > context.nowMs) visit.recalled = { tried: memory.tried, visits: memory.visits };
}

/** When the first phone is forgotten; undefined while none is remembered. */
export function memoryDueAtMs(memories: ReadonlyMap<string, Memory>): TimestampMs | undefined {
  return memories.values().next().value?.untilMs;
}

/** Forgets every phone whose 24 hours are over. */
export function dropOldMemories(context: StepContext): void {
  const { memories } = context.state;
  for (const [key, memory] of memories) {
    if (memory.untilMs > context.nowMs) return;
    memories.delete(key);
  }
}

/** The product that a returning phone is asked about: the last one it tried and left that the store still sells. */
export function followUpSku(context: StepContext, visit: Readonly<Visit>): Sku | undefined {
  return visit.recalled?.tried.find(({ sku }) => {
    const product = context.store.products.get(sku);
    return product !== undefined && context.store.campaignsFor(product).length > 0;
  })?.sku;
}
