import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { localTime } from '../../agent/core/local-time.ts';
import { rehearse } from '../../agent/runtime/rehearsal.ts';
import { loadConfig } from '../../config/load.ts';
import { createEngine, type Engine } from '../../devices/simulator/engine.ts';
import { type Scenario, scenarioSchema } from '../../devices/simulator/scenario.ts';
import type { SimEvent } from '../../devices/simulator/sim-event.ts';
import { RuleScorer } from '../../models/rule-scorer.ts';
import { facts, messages, run, START_MS } from './support.ts';

const root = join(import.meta.dirname, '../..');
const folder = join(root, 'config/scenarios');
const files = readdirSync(folder).filter((file) => file.endsWith('.yaml'));

function scenarioOf(file: string): Scenario {
  return scenarioSchema.parse(parse(readFileSync(join(folder, file), 'utf8')));
}

function exampleStore() {
  const outcome = loadConfig({ file: 'config/store.example.yaml', environment: {}, workingDirectory: root });
  if (outcome.kind !== 'loaded') throw new Error(JSON.stringify(outcome.problems));
  return outcome.loaded.store;
}

describe('the scenario files', () => {
  it('are at least five', () => {
    expect(files.length).toBeGreaterThanOrEqual(5);
  });

  it.each(files)('%s is a scenario, named after its file, in which people come, pick, pay and leave', (file) => {
    const scenario = scenarioOf(file);
    expect(`${scenario.name}.yaml`).toBe(file);
    expect(scenario.description).not.toBe('');
    const { events, truth } = run({ ...scenario, durationMinutes: 60 }, { store: exampleStore() });
    for (const kind of ['arrived', 'pick', 'return', 'purchase', 'left'] as const)
      expect(facts(truth, kind).length, kind).toBeGreaterThan(0);
    expect(messages(events).length).toBeGreaterThan(1_000);
  });
});

/** An engine in the time of whoever watches it at the scenario's speed. */
function watched(engine: Engine, speed: number): Engine {
  return {
    ...engine,
    nowMs: START_MS,
    inStore: 0,
    next(): SimEvent | undefined {
      const event = engine.next();
      if (event === undefined) return undefined;
      const atMs = Math.round(START_MS + (event.atMs - START_MS) / speed);
      if (event.kind !== 'message' || 'text' in event.message) return { ...event, atMs };
      return { ...event, atMs, message: { ...event.message, deviceAtMs: atMs + event.message.deviceAtMs - event.atMs } };
    },
    visitOpened: (shopper, visit) => engine.visitOpened(shopper, visit),
    offerReceived: (shopper, offer) => engine.offerReceived(shopper, offer),
    offerWithdrawn: (shopper, offer) => engine.offerWithdrawn(shopper, offer),
    codeRefused: (shopper, code) => engine.codeRefused(shopper, code),
  };
}

describe('demo.yaml with the sample store', () => {
  /** What whoever starts it sees, in seconds since the start. */
  async function watch(seed: number, minutes: number) {
    const store = exampleStore();
    const scenario = scenarioOf('demo.yaml');
    const { minuteOfDay } = localTime(store.timeZone);
    const offers: number[] = [];
    const redemptions: number[] = [];
    const engine = createEngine(store, { ...scenario, durationMinutes: minutes * scenario.speed }, { startMs: START_MS, seed });
    const { state } = await rehearse({
      store,
      engine: watched(engine, scenario.speed),
      scorer: new RuleScorer({ minuteOfDay }),
      startMs: START_MS,
      onStep({ atMs }, effects) {
        for (const effect of effects) {
          if (effect.kind === 'row.offer') offers.push((atMs - START_MS) / 1_000);
          if (effect.kind === 'row.redemption') redemptions.push((atMs - START_MS) / 1_000);
        }
      },
    });
    const zones = new Set([...state.visits.values()].flatMap(({ place }) => (place === undefined ? [] : [place.zone])));
    return { offers, redemptions, visits: state.visits.size, zones };
  }

  it('shows visits in several zones and an offer within a minute, and redemptions within a few', async () => {
    const { seed } = scenarioOf('demo.yaml');
    const minute = await watch(seed, 1);
    expect(minute.visits).toBeGreaterThanOrEqual(5);
    expect(minute.zones.size).toBeGreaterThanOrEqual(2);
    expect(minute.offers.length).toBeGreaterThanOrEqual(1);
    const { redemptions } = await watch(seed, 3);
    expect(redemptions.length).toBeGreaterThanOrEqual(1);
  });

  it('stays lively whatever the dice say', async () => {
    for (const seed of [1, 2, 3]) {
      const { offers, redemptions } = await watch(seed, 6);
      expect(offers.length).toBeGreaterThanOrEqual(6);
      expect(redemptions.length).toBeGreaterThanOrEqual(1);
    }
  });
});
