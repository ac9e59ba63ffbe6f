import { statfsSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { AgentChild } from '../agent-child.ts';
import { type BenchContext, pause, type Section } from '../bench-context.ts';
import { type BenchStore, type BenchStoreSize, createBenchStore } from '../bench-store.ts';
import { figureOf, formatNumber } from '../figure.ts';
import { firstAccepted } from '../first-message.ts';
import { LoadProcess } from '../load/load.ts';
import { seedLog } from '../log-seed.ts';

/** How cost grows with the store: not goals but a warning where something grows faster than it should. */
export const scale: Section = {
  name: 'scale',
  title: 'How cost grows: start to the first accepted message, memory, CPU at 2,000 messages/s',
  measure,
};

const MB = 1_048_576;
/** A row of the log with its share of the file, generously. */
const BYTES_A_ROW = 400;
const PER_SECOND = 2_000;

async function measure(context: BenchContext): Promise<void> {
  for (const devices of context.isQuick ? [50, 500] : [50, 500, 5_000]) {
    await measureStore(context, {
      name: `${formatNumber(devices)} devices, ${formatNumber(Math.max(1_000, devices))} products`,
      size: { devices, products: Math.max(1_000, devices) },
    });
  }
  // A thousand products are what the smallest store above has.
  for (const products of context.isQuick ? [10_000] : [10_000, 100_000]) {
    await measureStore(context, { name: `50 devices, ${formatNumber(products)} products`, size: { devices: 50, products } });
  }
  const rows = context.isQuick ? [200_000] : [1_000_000, 10_000_000, ...(context.isFull ? [100_000_000] : [])];
  for (const count of rows) {
    const free = statfsSync(tmpdir()).bavail * statfsSync(tmpdir()).bsize;
    if (free < count * BYTES_A_ROW * 1.5) {
      context.remark(`${formatNumber(count)} log entries: not measured, ${formatNumber(free / 1e9)} GB free in ${tmpdir()} are not enough`);
      continue;
    }
    await measureStore(context, { name: `${formatNumber(count)} log entries`, size: { devices: 500, products: 1_000 }, rows: count });
  }
  if (!context.isFull) context.remark('100,000,000 log entries: only with --full, they take about 30 GB');
}

async function measureStore(
  context: BenchContext,
  what: { readonly name: string; readonly size: BenchStoreSize; readonly rows?: number },
): Promise<void> {
  context.say(`scale: ${what.name}`);
  const store = createBenchStore(context.newFolder('scale'), what.size);
  if (what.rows !== undefined) seedLog(store, { rows: what.rows, tail: 50_000 });
  const startedMs = performance.now();
  await using agent = await AgentChild.start(store, context.run);
  const startS = ((await firstAccepted(agent.mqttPort)) - startedMs) / 1_000;
  const { cpuMicros, rssMb } = await underLoad(context, { agent, store });
  context.add(figureOf({ what: `${what.name}: start`, unit: 's' }, { values: [startS] }));
  context.add(figureOf({ what: `${what.name}: resident`, unit: 'MB' }, { values: [rssMb] }));
  context.add(figureOf({ what: `${what.name}: CPU`, unit: 'us a message' }, { values: [cpuMicros] }));
}

async function underLoad(
  context: BenchContext,
  { agent, store }: { readonly agent: AgentChild; readonly store: BenchStore },
): Promise<{ readonly cpuMicros: number; readonly rssMb: number }> {
  const devices = store.devices.length;
  await using load = await LoadProcess.start({
    port: agent.mqttPort,
    connections: devices,
    firstDevice: 0,
    devices,
    qos: 1,
    kind: 'weight',
    pickEvery: 0,
    pace: { kind: 'rate', perSecond: PER_SECOND },
  });
  load.begin();
  await pause(1_000);
  const before = { load: await load.mark(), cpuMs: agent.figures().cpuMs };
  await pause(context.isQuick ? 1_500 : 2_000);
  const after = { load: await load.mark(), cpuMs: agent.figures().cpuMs };
  const rssMb = agent.figures().rssBytes / MB;
  await load.end();
  return { cpuMicros: ((after.cpuMs - before.cpuMs) * 1_000) / (after.load.acked - before.load.acked), rssMb };
}
