import { AgentChild } from '../agent-child.ts';
import { type BenchContext, pause, type Section } from '../bench-context.ts';
import { createBenchStore, SCANNER } from '../bench-store.ts';
import { figureOf, formatNumber, median, slope } from '../figure.ts';
import { LoadProcess } from '../load/load.ts';
import type { LoadSpec } from '../load/load-spec.ts';
import { OfferProbe } from '../probe/offer-probe.ts';

/** Memory of a busy store: 500 devices, 300 phones, 10,000 strangers that pass by. */
export const memory: Section = {
  name: 'memory',
  title: 'Memory: 500 devices, 300 live visits with their streams, 10,000 strangers heard',
  measure,
};

const PHONES = 300;
const DEVICES = 500;
const STRANGERS = 10_000;
const MB = 1_048_576;

async function measure(context: BenchContext): Promise<void> {
  const store = createBenchStore(context.newFolder('memory'), { devices: DEVICES, products: 1_000 });
  await using agent = await AgentChild.start(store, context.run);
  const atStart = agent.figures().rssBytes / MB;
  context.say(`memory: opening ${PHONES} visits, then watching for ${formatNumber(context.memoryMinutes)} min`);
  await using probe = await OfferProbe.ofAgent(agent, PHONES);
  const seconds = context.memoryMinutes * 60;
  const common = { port: agent.mqttPort, firstDevice: 0, qos: 1, pickEvery: 0 } as const;
  const sensors: LoadSpec = {
    ...common,
    connections: DEVICES,
    devices: DEVICES,
    kind: 'weight',
    pace: { kind: 'rate', perSecond: DEVICES },
  };
  const strangers: LoadSpec = {
    ...common,
    connections: 1,
    devices: 1,
    deviceName: SCANNER,
    kind: 'beacon',
    pace: { kind: 'rate', perSecond: STRANGERS / seconds },
  };
  await using sensorLoad = await LoadProcess.start(sensors);
  await using strangerLoad = await LoadProcess.start(strangers);
  sensorLoad.begin();
  strangerLoad.begin();
  // Few enough that a visit does not reach its cap of offers in a minute; afterwards picks are held, which is work as well.
  const picking = probe.measure({ perSecond: 20, durationMs: seconds * 1_000 });
  const samples: { readonly x: number; readonly y: number }[] = [];
  const startedMs = performance.now();
  while (performance.now() - startedMs < seconds * 1_000) {
    await pause(500);
    samples.push({ x: (performance.now() - startedMs) / 60_000, y: agent.figures().rssBytes / MB });
  }
  const { times } = await picking;
  const last = samples.slice(-10).map(({ y }) => y);
  const late = samples.slice(samples.length >> 1);
  context.add(
    figureOf(
      { what: 'resident at the end', unit: 'MB', note: `${times.length} offers made meanwhile` },
      { values: [median(last)] },
      { atMost: 250 },
    ),
  );
  context.add(figureOf({ what: 'largest', unit: 'MB' }, { values: [Math.max(...samples.map(({ y }) => y))] }));
  context.add(figureOf({ what: 'just started, nobody there', unit: 'MB' }, { values: [atStart] }));
  const growth = figureOf(
    { what: 'growth over the second half', unit: 'MB/min' },
    { values: [slope(late)] },
    context.memoryMinutes >= 5 ? { atMost: 0.5 } : {},
  );
  context.add(
    context.memoryMinutes >= 5 ? growth : { ...growth, note: 'too short to judge: --minutes 10 or more says whether it is flat' },
  );
}
