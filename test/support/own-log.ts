import type { LoggedInput } from '../../agent/core/input.ts';
import type { StoreMap } from '../../agent/core/store-map.ts';
import { rehearse } from '../../agent/runtime/rehearsal.ts';
import { openStore } from '../../agent/store/store.ts';
import { createEngine } from '../../devices/simulator/engine.ts';
import { scenarioSchema } from '../../devices/simulator/scenario.ts';
import type { Scorer } from '../../models/scorer.ts';

/** Entries of one transaction. */
const CHUNK = 5_000;

/** A store whose shoppers all agree to be measured and are mostly named at the till, with sensors that say little while nobody moves. */
export const TALKATIVE_TILLS = scenarioSchema.parse({
  startsAtHour: 8,
  arrivals: { factor: 5 },
  shoppers: { phoneShare: 1, offersConsentShare: 1, measurementConsentShare: 1, eraseShare: 0 },
  checkout: { showsVisitShare: 0.9, seesTagShare: 0.95 },
  devices: {
    sightingsPerSecond: 0.1,
    strangers: { mean: 0 },
    presenceIntervalSeconds: 600,
    climateIntervalSeconds: 3_600,
    heartbeatIntervalSeconds: 240,
    weightIntervalSeconds: 3_600,
  },
});

/** Plays simulated shoppers of a store through the core and keeps the log where an agent would: in the `core.db` of a data folder. */
export async function recordDays(
  dir: string,
  days: { readonly store: StoreMap; readonly scorer: Scorer; readonly hours: number; readonly startMs: number; readonly seed?: number },
): Promise<void> {
  const { store, scorer, hours, startMs, seed = 1 } = days;
  const inputs: LoggedInput[] = [];
  const engine = createEngine(store, { ...TALKATIVE_TILLS, durationMinutes: 60 * hours }, { startMs, seed });
  await rehearse({ store, engine, scorer, startMs, onStep: (logged) => inputs.push(structuredClone(logged)) });
  record(dir, inputs);
}

/** Keeps a log in the `core.db` of a data folder. */
export function record(dir: string, inputs: readonly LoggedInput[]): void {
  const opened = openStore({ dir, quotaBytes: 512_000_000, nowMs: inputs[0]?.atMs ?? 0 });
  if (!opened.ok) throw new Error(opened.error.message);
  using kept = opened.value;
  for (let from = 0; from < inputs.length; from += CHUNK) {
    const chunk = inputs.slice(from, from + CHUNK);
    kept.journal.commit({ inputs: chunk, rows: [], batches: [], atMs: chunk.at(-1)!.atMs });
  }
}
