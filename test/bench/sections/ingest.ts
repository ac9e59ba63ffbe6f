import { AgentChild, outcomesIn } from '../agent-child.ts';
import { BARE, BareChild } from '../bare/bare-child.ts';
import { type BenchContext, pause, type Section } from '../bench-context.ts';
import { createBenchStore } from '../bench-store.ts';
import { type Figure, figureOf, type Goal } from '../figure.ts';
import { LoadProcess, throughputBetween } from '../load/load.ts';
import type { LoadSpec } from '../load/load-spec.ts';
import { findMosquitto, MosquittoChild } from '../mosquitto-child.ts';
import type { ProcessFigures } from '../process-figures.ts';

/** Durable ingest through the whole core: QoS 1 events of about 190 bytes, every fiftieth a pick, acknowledged after their commit. */
export const ingest: Section = {
  name: 'ingest',
  title: 'Durable ingest, QoS 1, acknowledged after the commit',
  measure,
};

async function measure(context: BenchContext): Promise<void> {
  const store = createBenchStore(context.newFolder('ingest'), { devices: 500, products: 1_000 });
  {
    await using agent = await AgentChild.start(store, context.run);
    await using bare = await BareChild.start(context.newFolder('bare'));
    context.add(
      ...(await compare(context, {
        agent,
        bare,
        name: 'pipelined, 8 connections of 250 in flight',
        load: PIPELINED,
        goal: { atLeast: 20_000, ratioAtLeast: 0.5 },
      })),
    );
    context.add(
      ...(await compare(context, { agent, bare, name: '500 devices that wait for each ack', load: WAITING, goal: { atLeast: 12_000 } })),
    );
  }
  const mosquitto = findMosquitto();
  if (mosquitto === undefined) context.remark('External broker: not measured, mosquitto is not installed (apt-get install mosquitto)');
  else context.add(...(await measureExternal(context, mosquitto)));
}

type Load = Omit<LoadSpec, 'port'>;

const COMMON = { firstDevice: 0, qos: 1, kind: 'weight', pickEvery: 50 } as const;
const PIPELINED: Load = { ...COMMON, connections: 8, devices: 8, pace: { kind: 'window', messages: 250 } };
const WAITING: Load = { ...COMMON, connections: 500, devices: 500, pace: { kind: 'window', messages: 1 } };

interface Side {
  readonly mqttPort: number;
  figures(): ProcessFigures;
}

interface Round {
  readonly perSecond: number;
  /** CPU of the process that takes the messages. */
  readonly cpuMicros: number;
}

async function compare(
  context: BenchContext,
  what: { readonly agent: Side; readonly bare: Side; readonly name: string; readonly load: Load; readonly goal: Goal },
): Promise<readonly Figure[]> {
  const ours: Round[] = [];
  const theirs: Round[] = [];
  for (let round = 0; round < (context.isQuick ? 1 : 3); round += 1) {
    context.say(`ingest: ${what.name}, round ${round + 1}`);
    ours.push(await measureRound(context, { side: what.agent, load: what.load }));
    theirs.push(await measureRound(context, { side: what.bare, load: what.load }));
  }
  return figuresOf({ name: what.name, ours, theirs, goal: what.goal });
}

function figuresOf(what: {
  readonly name: string;
  readonly ours: readonly Round[];
  readonly theirs: readonly Round[];
  readonly goal: Goal;
}): readonly Figure[] {
  const { name, ours, theirs, goal } = what;
  const baseline = (of: (round: Round) => number) => ({ name: BARE, values: theirs.map(of) });
  return [
    figureOf(
      { what: name, unit: 'messages/s' },
      { values: ours.map(({ perSecond }) => perSecond), baseline: baseline(({ perSecond }) => perSecond) },
      goal,
    ),
    figureOf(
      { what: `  CPU of the agent, ${name}`, unit: 'us a message' },
      { values: ours.map(({ cpuMicros }) => cpuMicros), baseline: baseline(({ cpuMicros }) => cpuMicros) },
    ),
  ];
}

async function measureRound(context: BenchContext, what: { readonly side: Side; readonly load: Load }): Promise<Round> {
  await using load = await LoadProcess.start({ ...what.load, port: what.side.mqttPort });
  load.begin();
  await pause(context.isQuick ? 700 : 1_200);
  const before = await load.mark();
  const cpuBefore = what.side.figures().cpuMs;
  await pause(context.isQuick ? 1_500 : 2_200);
  const after = await load.mark();
  const cpuMs = what.side.figures().cpuMs - cpuBefore;
  const { perSecond, messages } = throughputBetween(before, after);
  const { lost } = await load.end();
  if (lost > 0) throw new Error(`Cannot trust the round: ${lost} connections were lost`);
  return { perSecond, cpuMicros: (cpuMs * 1_000) / messages };
}

async function measureExternal(context: BenchContext, mosquitto: string): Promise<readonly Figure[]> {
  const ours: Round[] = [];
  const theirs: Round[] = [];
  const messages = context.isQuick ? 25_000 : 60_000;
  for (let round = 0; round < (context.isQuick ? 1 : 2); round += 1) {
    context.say(`ingest: behind mosquitto, round ${round + 1}`);
    ours.push(await externalAgentRound(context, { mosquitto, messages }));
    theirs.push(await externalBareRound(context, { mosquitto, messages }));
  }
  const name = 'behind mosquitto, 8 publishers';
  const note = 'a burst, timed from its first message until the last one is committed; mosquitto shares the processor';
  const [rate, cpu] = figuresOf({ name, ours, theirs, goal: { atLeast: 12_000 } });
  return [...(rate === undefined ? [] : [{ ...rate, note }]), ...(cpu === undefined ? [] : [cpu])];
}

interface External {
  readonly mosquitto: string;
  readonly messages: number;
}

async function externalAgentRound(context: BenchContext, { mosquitto, messages }: External): Promise<Round> {
  await using broker = await MosquittoChild.start(mosquitto, context.newFolder('mosquitto'));
  const store = createBenchStore(context.newFolder('external'), { devices: 500, products: 1_000 });
  await using agent = await AgentChild.start(store, {
    ...context.run,
    settings: { ...context.run.settings, ENDCAP_MQTT_URL: `mqtt://127.0.0.1:${broker.port}` },
  });
  await untilSubscribed(agent);
  const committed = async () => outcomesIn(await agent.metrics()).get('accepted') ?? 0;
  // Awaited here: what it needs is disposed of when this function returns.
  return await burstRound({ port: broker.port, messages, committed, side: agent });
}

async function externalBareRound(context: BenchContext, { mosquitto, messages }: External): Promise<Round> {
  await using broker = await MosquittoChild.start(mosquitto, context.newFolder('mosquitto'));
  await using bare = await BareChild.start(context.newFolder('bare'), { kind: 'external', port: broker.port });
  await pause(300);
  // Awaited here: what it needs is disposed of when this function returns.
  return await burstRound({ port: broker.port, messages, committed: () => bare.committed(), side: bare });
}

/** Mosquitto acknowledges when it has a message, so what counts is when the other side has committed all of a burst. */
async function burstRound(what: {
  readonly port: number;
  readonly messages: number;
  readonly committed: () => Promise<number>;
  readonly side: { figures(): ProcessFigures };
}): Promise<Round> {
  await using load = await LoadProcess.start({
    ...COMMON,
    connections: 8,
    devices: 8,
    port: what.port,
    pace: { kind: 'burst', messages: what.messages },
  });
  const startedMs = performance.now();
  const cpuBefore = what.side.figures().cpuMs;
  load.begin();
  let [seen, seenAtMs] = [0, startedMs];
  while (seen < what.messages) {
    await pause(50);
    const now = await what.committed();
    if (now > seen) [seen, seenAtMs] = [now, performance.now()];
    else if (performance.now() - seenAtMs > 10_000)
      throw new Error(`Cannot finish: ${what.messages - seen} of ${what.messages} messages never came`);
  }
  const cpuMs = what.side.figures().cpuMs - cpuBefore;
  return { perSecond: what.messages / ((seenAtMs - startedMs) / 1_000), cpuMicros: (cpuMs * 1_000) / what.messages };
}

async function untilSubscribed(agent: AgentChild): Promise<void> {
  for (let attempt = 0; attempt < 200; attempt += 1) {
    if ((await agent.metrics()).get('endcap_mqtt_clients') === 1) return pause(200);
    await pause(50);
  }
  throw new Error('Cannot measure: the agent did not connect to mosquitto');
}
