import { AgentChild, outcomesIn } from '../agent-child.ts';
import { type BenchContext, pause, type Section } from '../bench-context.ts';
import { createBenchStore } from '../bench-store.ts';
import { figureOf, formatNumber, percentile } from '../figure.ts';
import { LoadProcess } from '../load/load.ts';
import type { LoadTotals } from '../load/load-spec.ts';
import { OfferProbe } from '../probe/offer-probe.ts';

/** Ten times the rated load in telemetry that promised nothing (QoS 0): offers stay quick, and every message is accounted for. */
export const overload: Section = { name: 'overload', title: 'Overload: telemetry at 10 times the rated 5,000 messages/s, QoS 0', measure };

const PHONES = 200;
const OTHERS = 300;
const WANTED_PER_SECOND = 50_000;
const PICKS_PER_SECOND = 60;
const LOADS = 2;

async function measure(context: BenchContext): Promise<void> {
  const store = createBenchStore(context.newFolder('overload'), { devices: PHONES + OTHERS, products: 1_000 });
  await using agent = await AgentChild.start(store, context.run);
  context.say(`overload: opening ${PHONES} visits`);
  await using probe = await OfferProbe.ofAgent(agent, PHONES);
  const before = outcomesIn(await agent.metrics());
  const loads = await Promise.all(Array.from({ length: LOADS }, (_, index) => startLoad(agent.mqttPort, index)));
  try {
    for (const load of loads) load.begin();
    const startedMs = performance.now();
    await pause(500);
    const { times, unanswered } = await probe.measure({ perSecond: PICKS_PER_SECOND, durationMs: context.isQuick ? 3_000 : 8_000 });
    const seconds = (performance.now() - startedMs) / 1_000;
    const totals = await Promise.all(loads.map((load) => load.end()));
    const sent = sum(totals, ({ sent }) => sent);
    const note = `${times.length} offers${unanswered === 0 ? '' : `, ${unanswered} picks without one`}; sensor's publish to the phone`;
    context.add(figureOf({ what: 'p99 of offers', unit: 'ms', note }, { values: [percentile(times, 0.99)] }, { atMost: 150 }));
    context.add(figureOf({ what: 'p50 of offers', unit: 'ms' }, { values: [percentile(times, 0.5)] }));
    context.add(figureOf({ what: 'telemetry sent', unit: 'messages/s' }, { values: [sent / seconds] }));
    if (sent / seconds < WANTED_PER_SECOND * 0.95) {
      const held = sum(totals, ({ heldBack }) => heldBack);
      context.remark(
        `The load did not reach ${formatNumber(WANTED_PER_SECOND)}/s: ${formatNumber(held)} messages were held back because the agent did not take them from its sockets`,
      );
    }
    // Picks of the probe are counted by the agent too, with the offers that they led to.
    await account(context, { agent, before, sent: sent + times.length + unanswered, lost: sum(totals, ({ lost }) => lost) });
  } finally {
    for (const load of loads) await load[Symbol.asyncDispose]();
  }
}

function startLoad(port: number, index: number): Promise<LoadProcess> {
  const devices = OTHERS / LOADS;
  return LoadProcess.start({
    port,
    connections: devices,
    firstDevice: PHONES + index * devices,
    devices,
    qos: 0,
    kind: 'weight',
    pickEvery: 0,
    pace: { kind: 'rate', perSecond: WANTED_PER_SECOND / LOADS },
  });
}

/** What was sent against every outcome that the agent counted, once it has finished with all of it. */
async function account(
  context: BenchContext,
  what: { readonly agent: AgentChild; readonly before: ReadonlyMap<string, number>; readonly sent: number; readonly lost: number },
): Promise<void> {
  let counted = new Map<string, number>();
  let total = -1;
  for (let attempt = 0; attempt < 100; attempt += 1) {
    await pause(200);
    const now = outcomesIn(await what.agent.metrics());
    counted = new Map([...now].map(([outcome, value]) => [outcome, value - (what.before.get(outcome) ?? 0)]));
    const seen = [...counted.values()].reduce((left, right) => left + right, 0);
    if (seen === total) break;
    total = seen;
  }
  const parts = [...counted].filter(([, value]) => value > 0).map(([outcome, value]) => `${formatNumber(value)} ${outcome}`);
  const note = `${formatNumber(what.sent)} sent = ${parts.join(' + ')}${what.lost === 0 ? '' : `; ${what.lost} connections were lost`}`;
  context.add(
    figureOf({ what: 'messages not accounted for', unit: 'messages', note }, { values: [Math.abs(what.sent - total)] }, { atMost: 0 }),
  );
  context.add(figureOf({ what: 'share shed', unit: '%' }, { values: [((counted.get('shed') ?? 0) * 100) / Math.max(1, total)] }));
}

function sum(totals: readonly LoadTotals[], of: (totals: LoadTotals) => number): number {
  return totals.reduce((all, one) => all + of(one), 0);
}
