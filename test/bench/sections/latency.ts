import { AgentChild, decisionsIn, scoresIn } from '../agent-child.ts';
import { BARE, BareChild } from '../bare/bare-child.ts';
import { type BenchContext, pause, type Section } from '../bench-context.ts';
import { createBenchStore } from '../bench-store.ts';
import { figureOf, formatNumber, type Goal, percentile } from '../figure.ts';
import { LoadProcess } from '../load/load.ts';
import type { LoadSpec } from '../load/load-spec.ts';
import { OfferProbe } from '../probe/offer-probe.ts';

/** From a sensor's publish to the offer's event on the phone page: decode, commit, features, ONNX, decision, commit, stream. */
export const latency: Section = {
  name: 'latency',
  title: "Sensor's publish to the offer on the phone (whole path: ONNX score, decision, two commits)",
  measure,
};

/** Phones that stand at shelves, and sensors that are not theirs. */
const PHONES = 300;
const OTHERS = 200;
const PICKS_PER_SECOND = 90;
const WARM_UP_MS = 1_500;

interface Rate {
  readonly perSecond: number;
  readonly p50: Goal;
  readonly p99: Goal;
}

const RATES: readonly Rate[] = [
  { perSecond: 500, p50: { atMost: 4 }, p99: { atMost: 15, ratioAtMost: 3 } },
  { perSecond: 2_000, p50: { atMost: 4 }, p99: { atMost: 15, ratioAtMost: 3 } },
  { perSecond: 5_000, p50: {}, p99: { atMost: 21 } },
];

async function measure(context: BenchContext): Promise<void> {
  await using bare = await BareChild.start(context.newFolder('bare'));
  await using theirs = await OfferProbe.ofBare(bare, PHONES);
  // Two thousand lies between the others.
  const rates = context.isQuick ? RATES.filter(({ perSecond }) => perSecond !== 2_000) : RATES;
  for (const rate of rates) {
    // New visits for every rate: a shopper who already holds six of a product would buy it anyway and gets no offer.
    const store = createBenchStore(context.newFolder(`latency-${rate.perSecond}`), { devices: PHONES + OTHERS, products: 1_000 });
    await using agent = await AgentChild.start(store, context.run);
    context.say(`latency: opening ${PHONES} visits`);
    await using ours = await OfferProbe.ofAgent(agent, PHONES);
    // A process that has just started is compiling; a store's has run for weeks.
    await ours.measure({ perSecond: PICKS_PER_SECOND, durationMs: WARM_UP_MS });
    await measureRate(context, { rate, agent, bare, ours, theirs });
    const metrics = await agent.metrics();
    const list = (counts: ReadonlyMap<string, number>) => [...counts].map(([name, count]) => `${name} ${formatNumber(count)}`).join(', ');
    if (ours.receiptsRefused > 0) context.remark(`${ours.receiptsRefused} answers of phones to offers were refused`);
    context.remark(`At ${rate.perSecond}/s: decisions ${list(decisionsIn(metrics))}; scores by ${list(scoresIn(metrics))}`);
  }
}

interface Sides {
  readonly rate: Rate;
  readonly agent: AgentChild;
  readonly bare: BareChild;
  readonly ours: OfferProbe;
  readonly theirs: OfferProbe;
}

async function measureRate(context: BenchContext, { rate, agent, bare, ours, theirs }: Sides): Promise<void> {
  const [mine, other]: [number[][], number[][]] = [[], []];
  let unanswered = 0;
  for (let round = 0; round < (context.isQuick ? 1 : 2); round += 1) {
    context.say(`latency: ${rate.perSecond} messages/s, round ${round + 1}`);
    const us = await measureOne(context, { perSecond: rate.perSecond, port: agent.mqttPort, probe: ours });
    const them = await measureOne(context, { perSecond: rate.perSecond, port: bare.mqttPort, probe: theirs });
    mine.push([...us.times]);
    other.push([...them.times]);
    unanswered += us.unanswered;
  }
  const samples = mine.flat().length;
  const note = `${samples} offers${unanswered === 0 ? '' : `, ${unanswered} picks without one`}`;
  for (const [name, share, goal] of [
    ['p50', 0.5, rate.p50],
    ['p99', 0.99, rate.p99],
  ] as const) {
    const values = mine.map((times) => percentile(times, share));
    const baseline = { name: BARE, values: other.map((times) => percentile(times, share)) };
    context.add(
      figureOf(
        { what: `${name} at ${rate.perSecond} messages/s`, unit: 'ms', ...(name === 'p50' && { note }) },
        { values, baseline },
        goal,
      ),
    );
  }
}

async function measureOne(context: BenchContext, what: { readonly perSecond: number; readonly port: number; readonly probe: OfferProbe }) {
  const spec: LoadSpec = {
    port: what.port,
    connections: OTHERS,
    firstDevice: PHONES,
    devices: OTHERS,
    qos: 1,
    kind: 'weight',
    pickEvery: 0,
    pace: { kind: 'rate', perSecond: what.perSecond },
  };
  await using load = await LoadProcess.start(spec);
  load.begin();
  await pause(400);
  const times = await what.probe.measure({ perSecond: PICKS_PER_SECOND, durationMs: context.isQuick ? 2_500 : 4_500 });
  const { lost, heldBack } = await load.end();
  if (lost > 0) throw new Error(`Cannot trust the round: ${lost} connections were lost`);
  if (heldBack > 0)
    context.remark(`${heldBack} messages of the background at ${what.perSecond}/s were held back: the receiver did not keep up`);
  return times;
}
