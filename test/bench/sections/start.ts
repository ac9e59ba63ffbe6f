import { AgentChild } from '../agent-child.ts';
import { type BenchContext, pause, type Section } from '../bench-context.ts';
import { type BenchStore, createBenchStore } from '../bench-store.ts';
import { figureOf, type Goal } from '../figure.ts';
import { firstAccepted } from '../first-message.ts';
import { LoadProcess } from '../load/load.ts';
import { seedLog } from '../log-seed.ts';

/** From the start of the process to the acknowledgement of a first message: everything in between is a store that does not listen. */
export const start: Section = { name: 'start', title: 'Start of the process to the first accepted message', measure };

const SIZE = { devices: 500, products: 1_000 };

async function measure(context: BenchContext): Promise<void> {
  await timeStarts(context, { what: 'an empty store', store: createBenchStore(context.newFolder('empty'), SIZE), goal: { atMost: 2 } });
  await afterKill(context);
  for (const plan of [
    { rows: 100_001, tail: 100_000, what: 'snapshot and 100,000 entries after it' },
    ...(context.isQuick ? [] : [{ rows: 1_000_000, tail: 99_999, what: 'a day of 1,000,000 entries, 99,999 of them after the snapshot' }]),
  ]) {
    context.say(`start: writing ${plan.rows} log entries`);
    const store = createBenchStore(context.newFolder('log'), SIZE);
    seedLog(store, plan);
    await timeStarts(context, { what: plan.what, store, goal: { atMost: 5 } });
  }
}

async function timeStarts(
  context: BenchContext,
  timed: { readonly what: string; readonly store: BenchStore; readonly goal: Goal },
): Promise<void> {
  const values: number[] = [];
  for (let round = 0; round < (context.isQuick ? 1 : 3); round += 1) {
    context.say(`start: ${timed.what}, round ${round + 1}`);
    values.push(await timeStart(context, timed.store));
  }
  context.add(figureOf({ what: timed.what, unit: 's' }, { values }, timed.goal));
}

/** Killed afterwards, so that the next start finds the same log and no newer snapshot. */
async function timeStart(context: BenchContext, store: BenchStore): Promise<number> {
  const startedMs = performance.now();
  const agent = await AgentChild.start(store, context.run);
  try {
    return ((await firstAccepted(agent.mqttPort)) - startedMs) / 1_000;
  } finally {
    await agent.kill();
  }
}

async function afterKill(context: BenchContext): Promise<void> {
  const values: number[] = [];
  let rows = 0;
  for (let round = 0; round < (context.isQuick ? 1 : 2); round += 1) {
    context.say(`start: kill -9 under load, round ${round + 1}`);
    const store = createBenchStore(context.newFolder('killed'), SIZE);
    const agent = await AgentChild.start(store, context.run);
    await using load = await LoadProcess.start({
      port: agent.mqttPort,
      connections: 8,
      firstDevice: 0,
      devices: 8,
      qos: 1,
      kind: 'weight',
      pickEvery: 50,
      pace: { kind: 'window', messages: 250 },
    });
    load.begin();
    await pause(2_000);
    await agent.kill();
    rows = (await load.mark()).acked;
    values.push(await timeStart(context, store));
  }
  context.add(
    figureOf(
      { what: 'again after kill -9 under load', unit: 's', note: `${rows} entries since the last snapshot in the last round` },
      { values },
      { atMost: 5 },
    ),
  );
}
