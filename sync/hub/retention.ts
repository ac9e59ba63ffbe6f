import { DAY_MS, HOUR_MS } from '../../agent/core/units.ts';
import type { HubStore, PruneCounts } from './hub-store.ts';

/** How long the hub keeps details. Daily totals and the knowledge of which batches came are kept for ever. */
export interface Retention {
  /** Rows by zone and minute. Default 400 days. */
  readonly cellDays?: number;
  /** One mark a batch, and bodies that were put aside. Default 90 days; a repeat older than that is still known, a conflict no longer. */
  readonly batchDays?: number;
}

/** Deletes what is older than the retention says. */
export function pruneOnce(
  store: HubStore,
  { cellDays = 400, batchDays = 90, nowMs }: Retention & { readonly nowMs: number },
): Promise<PruneCounts> {
  return store.prune({
    batchesBeforeMs: nowMs - batchDays * DAY_MS,
    cellsBeforeDay: new Date(nowMs - cellDays * DAY_MS).toISOString().slice(0, 10),
  });
}

/** Prunes now and every six hours until the returned function is called. Failures are told and do not end it. */
export function keepPruned(
  store: HubStore,
  options: { readonly retention: Retention; readonly now: () => number; readonly onFailure: (error: unknown) => void },
): () => Promise<void> {
  let last: Promise<unknown> = Promise.resolve();
  const prune = (): void => {
    last = pruneOnce(store, { ...options.retention, nowMs: options.now() }).catch(options.onFailure);
  };
  prune();
  const timer = setInterval(prune, 6 * HOUR_MS);
  timer.unref();
  return async () => {
    clearInterval(timer);
    await last;
  };
}
