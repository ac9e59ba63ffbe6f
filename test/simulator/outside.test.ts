import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { rehearse } from '../../agent/runtime/rehearsal.ts';
import { createAdapterRegistry } from '../../devices/adapters/registry.ts';
import { createEngine } from '../../devices/simulator/engine.ts';
import { scenarioSchema } from '../../devices/simulator/scenario.ts';
import { nativeJson } from '../../devices/simulator/sim-event.ts';
import { at } from '../../models/confidence.ts';
import { RuleScorer } from '../../models/rule-scorer.ts';
import { UNKNOWN } from '../../models/visit-spec.ts';
import { sampleStore } from '../support/sample-store.ts';
import { facts, messages, quietScenario, run, START_MS } from './support.ts';

const RAIN = { weather: [{ value: 'rain', buy: 0.2, arrivals: 0.5, impulse: 3, patience: 0.5 }] };
const FAIR = { events: [{ value: 'street fair' }], quietHours: 0.5, eventHours: 0.5 };

function told(scenario: ReturnType<typeof quietScenario>) {
  return messages(run(scenario).events).filter(({ body }) => body.kind === 'context');
}

/** Ten hours in which hardly anybody comes and hardly any sensor speaks. */
function longDay(outside: object) {
  const devices = { strangers: { mean: 0 }, weightIntervalSeconds: 3_600, presenceIntervalSeconds: 3_600, climateIntervalSeconds: 3_600 };
  return quietScenario({ durationMinutes: 600, arrivals: { factor: 0.02 }, devices, outside });
}

describe('what goes on outside a simulated store', () => {
  it('is told through messages as any integration sends them, which the native adapter takes', () => {
    const { decode } = createAdapterRegistry({ store: 'demo' });
    const said = told(quietScenario({ outside: { ...RAIN, ...FAIR } }));
    expect(said.length).toBeGreaterThanOrEqual(6);
    for (const message of said) {
      const { device, deviceAtMs } = message;
      const payload = Buffer.from(nativeJson(message));
      const topic = `endcap/v1/demo/${device}/event`;
      const decoded = decode({ topic, payload, retain: false, receivedAtMs: deviceAtMs });
      expect(decoded).toMatchObject({ kind: 'readings', readings: [{ ...message.body, id: message.id, device }] });
    }
    const later = JSON.parse(nativeJson(said[0]!, START_MS + 86_400_000)) as { readonly at: string; readonly until: string };
    expect(Date.parse(later.until) - Date.parse(later.at)).toBe(40 * 60_000);
  });

  it('comes and goes, and events are said to be over', () => {
    const values = new Set(told(longDay(FAIR)).map(({ body }) => body.kind === 'context' && body.value));
    expect(values).toEqual(new Set(['none', 'street fair']));
  });

  it('is not always heard', () => {
    const always = told(longDay(RAIN)).length;
    const half = told(longDay({ ...RAIN, feed: { heardShare: 0.5 } })).length;
    expect(half).toBeGreaterThan(0.2 * always);
    expect(half).toBeLessThan(0.8 * always);
  });

  it('shifts what shoppers do', () => {
    const figures = (outside: object) => {
      const { truth } = run(quietScenario({ durationMinutes: 120, outside }));
      const decisions = facts(truth, 'decision');
      return {
        arrived: facts(truth, 'arrived').length,
        kept: decisions.filter(({ keeps }) => keeps).length / decisions.length,
        curious: facts(truth, 'stop').filter(({ reason }) => reason === 'impulse').length / facts(truth, 'arrived').length,
      };
    };
    const [plain, rainy] = [figures({}), figures(RAIN)];
    expect(rainy.arrived).toBeLessThan(0.7 * plain.arrived);
    expect(rainy.kept).toBeLessThan(0.5 * plain.kept);
    expect(rainy.curious).toBeGreaterThan(1.3 * plain.curious);
  });

  it('moves no dice where there is none: a feed that tells of weather without effect changes nobody', () => {
    const people = (outside: object) => run(quietScenario({ outside })).truth;
    expect(people({ weather: [{ value: 'rain' }], events: [{ value: 'fair' }] })).toEqual(people({}));
  });

  it.each(['noisy-sensors', 'other-habits'])('is nothing in %s: models prove there what "not known" costs', (name) => {
    const scenario = scenarioSchema.parse(parse(readFileSync(join(import.meta.dirname, `../../config/scenarios/${name}.yaml`), 'utf8')));
    expect([scenario.outside.weather, scenario.outside.events]).toEqual([[], []]);
  });

  it('reaches the features of scores through the core, and stays unknown without a feed', async () => {
    const seen = async (outside: object) => {
      const store = sampleStore();
      const values = new Set<number | undefined>();
      await rehearse({
        store,
        engine: createEngine(store, quietScenario({ durationMinutes: 15, outside }), { startMs: START_MS }),
        scorer: new RuleScorer(),
        startMs: START_MS,
        onStep({ input }) {
          if (input.kind === 'scored') for (const { features } of input.scores) values.add(features[at('weather')]);
        },
      });
      return values;
    };
    expect(await seen(RAIN)).toEqual(new Set([1]));
    expect(await seen({})).toEqual(new Set([UNKNOWN]));
  });
});
