import type { Input, LoggedInput } from '../../agent/core/input.ts';
import type { ReadingBody } from '../../agent/core/reading.ts';
import { createState } from '../../agent/core/state.ts';
import { step } from '../../agent/core/step.ts';
import type { StoreMap } from '../../agent/core/store-map.ts';
import { rehearse } from '../../agent/runtime/rehearsal.ts';
import { openStore } from '../../agent/store/store.ts';
import { createEngine } from '../../devices/simulator/engine.ts';
import { scenarioSchema } from '../../devices/simulator/scenario.ts';
import type { Scorer } from '../../models/scorer.ts';
import { createRandom } from '../../models/training/random.ts';

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

/** Entries of a log, one after the other, with the answers of a scorer to what the core asks. */
class Script {
  readonly inputs: LoggedInput[] = [];
  readonly #state = createState();
  readonly #scorer: Scorer;
  nowMs: number;

  constructor(scorer: Scorer, nowMs: number) {
    this.#scorer = scorer;
    this.nowMs = nowMs;
  }

  async log(input: Input): Promise<void> {
    const logged: LoggedInput = { seq: this.inputs.length + 1, atMs: this.nowMs, input };
    this.inputs.push(structuredClone(logged));
    for (const effect of step(this.#state, logged)) {
      if (effect.kind !== 'score') continue;
      const [scores = []] = await this.#scorer.score([effect]);
      await this.log({ kind: 'scored', request: effect.request, visit: effect.visit.id, scores });
    }
  }

  /** What a device says now. */
  async reading(device: string, body: ReadingBody): Promise<void> {
    await this.log({ kind: 'reading', reading: { id: `m${this.inputs.length}`, device, atMs: this.nowMs, ...body } });
  }
}

/** Shelves of the sample store where somebody tries something: fixture, slot, product. */
const SHELVES = [
  ['shelf-03', '03-2', 'coffee-02'],
  ['shelf-05', '05-1', 'tea-01'],
  ['shelf-07', '07-3', 'shampoo-03'],
  ['shelf-09', '09-2', 'cream-02'],
] as const;

/** Time from one visit to the next: the last one has ended by then. */
const APART_MS = 11 * 60_000;

/**
 * A small and quick log of the sample store: visits one after the other, who tries a product more often buys it more often, and the till names every
 * buyer. The last one ends at `endMs`.
 */
export async function recordVisits(
  dir: string,
  made: { readonly store: StoreMap; readonly scorer: Scorer; readonly visits: number; readonly endMs: number },
): Promise<void> {
  const { store, scorer, visits, endMs } = made;
  const random = createRandom(7);
  const script = new Script(scorer, endMs - visits * APART_MS);
  await script.log({ kind: 'store.configured', store });
  for (let n = 0; n < visits; n++) {
    const visit = `v_${n}`;
    const [shelf, slot, sku] = SHELVES[random.below(SHELVES.length)]!;
    const beganMs = script.nowMs;
    const consents = { offers: true, measurement: true };
    await script.log({ kind: 'visit.opened', visit, consents, textVersion: '1', tokenHash: `hash-${n}`, fixture: shelf });
    const tries = 1 + random.below(3);
    const isBuyer = random.next() < 0.15 + 0.25 * (tries - 1);
    for (let i = 1; i <= tries; i++) {
      script.nowMs += 20_000;
      await script.reading(shelf, { kind: 'shelf.pick', slot, count: 1 });
      script.nowMs += 10_000;
      if (i < tries || !isBuyer) await script.reading(shelf, { kind: 'shelf.return', slot, count: 1 });
    }
    if (isBuyer) {
      script.nowMs += 60_000;
      const lines = [{ sku, quantity: 1, cents: store.products.find((product) => product.sku === sku)?.priceCents ?? 0 }];
      await script.reading('till-1', { kind: 'pos.sale', receipt: `r${n}`, lines, codes: [], visit });
    }
    script.nowMs = beganMs + APART_MS - 1;
    await script.log({ kind: 'tick' });
    script.nowMs = beganMs + APART_MS;
  }
  record(dir, script.inputs);
}
