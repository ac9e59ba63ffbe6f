import { sampleConfigFile } from '../../../agent/cli/package.ts';
import { bundledScenarioFile, requireScenario } from '../../../agent/cli/scenario-file.ts';
import type { Effect } from '../../../agent/core/effect.ts';
import { rehearse } from '../../../agent/runtime/rehearsal.ts';
import { loadConfig } from '../../../config/load.ts';
import { createEngine } from '../../../devices/simulator/engine.ts';
import { RuleScorer } from '../../../models/rule-scorer.ts';
import { type AggregateSettings, createAggregateState, foldMinute } from '../../../sync/aggregate.ts';
import { encodeBatchBodies } from '../../../sync/protocol.ts';
import { uploadRequest } from '../../../sync/upload-request.ts';
import type { BenchContext, Section } from '../bench-context.ts';
import { figureOf, formatNumber } from '../figure.ts';

/** What a crowded store says to the cloud in a day. */
export const cloud: Section = { name: 'cloud', title: 'To the cloud: a simulated Saturday of the sample store', measure };

/** A request without batches, sent when nothing happens. */
const SIGNS_OF_LIFE_A_DAY = 24 * 12;
/** Request line and headers that the HTTP client adds. */
const HEADER_BYTES = 200;
const QUICK_MINUTES = 60;

async function measure(context: BenchContext): Promise<void> {
  const loaded = loadConfig({ file: sampleConfigFile(), environment: {}, workingDirectory: '/' });
  if (loaded.kind !== 'loaded') throw new Error('Cannot read the sample store');
  const { store } = loaded.loaded;
  const whole = requireScenario(bundledScenarioFile('saturday'), '/');
  const scenario = context.isQuick ? { ...whole, durationMinutes: QUICK_MINUTES } : whole;
  // A Saturday; the quick look is at its busiest hours.
  const startMs = Date.UTC(2026, 2, 7, context.isQuick ? 11 : 8);
  context.say(`cloud: playing ${scenario.durationMinutes} minutes`);
  const minutes = new Minutes({ minVisits: 10, timeZone: store.timeZone });
  const engine = createEngine(store, scenario, { startMs });
  const played = await rehearse({ store, engine, scorer: new RuleScorer(), startMs, onStep: (_logged, effects) => minutes.fold(effects) });
  const bytes = await minutes.bytesSent(store.storeId);
  const share = scenario.durationMinutes / whole.durationMinutes;
  const note = `${formatNumber(minutes.visits)} visits, ${formatNumber(played.inputs)} log entries, ${minutes.requests} requests with rows and ${SIGNS_OF_LIFE_A_DAY} without, gzip, headers included${share < 1 ? `; scaled up from ${scenario.durationMinutes} of ${whole.durationMinutes} minutes` : ''}`;
  const idle = SIGNS_OF_LIFE_A_DAY * (HEADER_BYTES + (await minutes.idleBytes(store.storeId)));
  context.add(figureOf({ what: 'a store day', unit: 'MB', note }, { values: [(bytes / share + idle) / 1e6] }, { atMost: 5 }));
}

/** Folds finished minutes as the agent does, and sends each minute's rows in a request of its own, which is the most requests there can be. */
class Minutes {
  readonly #settings: AggregateSettings;
  readonly #requests: (readonly string[])[] = [];
  #aggregate = createAggregateState();
  visits = 0;

  constructor(settings: AggregateSettings) {
    this.#settings = settings;
  }

  get requests(): number {
    return this.#requests.length;
  }

  fold(effects: readonly Effect[]): void {
    for (const effect of effects) {
      if (effect.kind === 'row.visit' && effect.visit.closedAtMs === undefined) this.visits += 1;
      if (effect.kind !== 'row.minute') continue;
      const folded = foldMinute(this.#aggregate, effect.minute, this.#settings);
      this.#aggregate = folded.state;
      const bodies = encodeBatchBodies(folded.rows);
      if (bodies.length > 0) this.#requests.push(bodies);
    }
  }

  async bytesSent(store: string): Promise<number> {
    let [bytes, seq] = [0, 0];
    for (const bodies of this.#requests) {
      const batches = bodies.map((body) => ({ seq: ++seq, createdAtMs: Date.UTC(2026, 2, 7), body }));
      bytes += HEADER_BYTES + (await sizeOf(batches, store));
    }
    return bytes;
  }

  idleBytes(store: string): Promise<number> {
    return sizeOf([], store);
  }
}

async function sizeOf(batches: Parameters<typeof uploadRequest>[0], store: string): Promise<number> {
  const sender = { url: 'https://hub.example', store, epoch: 'epoch-0123456789', apiKey: 'k'.repeat(43), sign: undefined };
  const request = await uploadRequest(batches, sender);
  return request.body.length + request.url.length + JSON.stringify(request.headers).length;
}
