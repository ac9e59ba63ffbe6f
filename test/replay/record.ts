import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import type { LoggedInput } from '../../agent/core/input.ts';
import { rehearse } from '../../agent/runtime/rehearsal.ts';
import { loadConfig } from '../../config/load.ts';
import { createEngine } from '../../devices/simulator/engine.ts';
import { scenarioSchema } from '../../devices/simulator/scenario.ts';
import { RuleScorer } from '../../models/rule-scorer.ts';

/** A Saturday in the sample store, ten minutes before eleven, UTC. */
const START_MS = Date.UTC(2026, 2, 14, 9, 50);

/** Busy enough that everything happens, beacons heard seldom so that the log stays small. */
const MORNING = {
  name: 'morning',
  seed: 7,
  durationMinutes: 50,
  arrivals: { perHour: new Array<number>(24).fill(90), initialShoppers: 3 },
  shoppers: { phoneShare: 0.8, cartTagShare: 0.4, eraseShare: 0.1, patienceMinutes: { mean: 12, sd: 4 } },
  habits: { scanShelfShare: 0.4 },
  devices: { strangers: { mean: 0 }, sightingsPerSecond: 0.25, presenceIntervalSeconds: 60, restockMinutes: 90 },
};

/** Records a simulated morning as JSON Lines of log entries, gzipped: the truth that later versions are replayed against. */
export async function recordMorning(file: string): Promise<void> {
  const root = join(import.meta.dirname, '../..');
  const loaded = loadConfig({ file: 'config/store.example.yaml', environment: {}, workingDirectory: root });
  if (loaded.kind !== 'loaded') throw new Error(JSON.stringify(loaded.problems));
  // So few of each that shelves run out.
  const store = { ...loaded.loaded.store, slots: loaded.loaded.store.slots.map((slot) => ({ ...slot, capacity: 3 })) };
  const lines: string[] = [];
  await rehearse({
    store,
    engine: createEngine(store, scenarioSchema.parse(MORNING), { startMs: START_MS, seed: MORNING.seed }),
    scorer: new RuleScorer(),
    startMs: START_MS,
    onStep: (logged: LoggedInput) => void lines.push(JSON.stringify(logged)),
  });
  writeFileSync(file, gzipSync(`${lines.join('\n')}\n`, { level: 9 }));
}
