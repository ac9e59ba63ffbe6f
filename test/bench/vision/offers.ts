import { appendFileSync, mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import sharp from 'sharp';
import { AgentChild } from '../agent-child.ts';
import { pause, Workspace } from '../bench-context.ts';
import { createBenchStore } from '../bench-store.ts';
import { figureOf, percentile } from '../figure.ts';
import { LoadProcess } from '../load/load.ts';
import { OfferProbe } from '../probe/offer-probe.ts';
import type { VisionFigures } from '../vision.ts';
import { clipFrames, ONE_BY_ONE } from './clip.ts';

const CAMERAS = 4;
const PHONES = 200;
const OTHERS = 100;
const PICKS_PER_SECOND = 60;
const MESSAGES_PER_SECOND = 500;
const ROUNDS = 3;
const WARM_UP_MS = 3_000;
const ROUND_MS = 8_000;

/** Whether offers wait for pictures: from a sensor's publish to the offer on the phone, without cameras and with four of them, by turns. */
export async function measureOffers(): Promise<VisionFigures> {
  using workspace = new Workspace();
  const pictures = clipFrames(ONE_BY_ONE.path, { rate: 1, size: '1280:720' })?.slice(0, 20) ?? [await drawn()];
  const times: { readonly without: number[][]; readonly beside: number[][] } = { without: [], beside: [] };
  let looked = 0;
  for (let round = 0; round < ROUNDS; round++) {
    // The other way round every second time, so that a machine that gets busier favours neither.
    for (const side of round % 2 === 0 ? (['without', 'beside'] as const) : (['beside', 'without'] as const)) {
      const store = createBenchStore(workspace.newFolder(`${side}-${round}`), { devices: PHONES + OTHERS, products: 1_000 });
      if (side === 'beside') addCameras(store.configFile, pictures);
      await using agent = await AgentChild.start(store);
      await using probe = await OfferProbe.ofAgent(agent, PHONES);
      await probe.measure({ perSecond: PICKS_PER_SECOND, durationMs: WARM_UP_MS });
      await using load = await LoadProcess.start({
        port: agent.mqttPort,
        connections: OTHERS,
        firstDevice: PHONES,
        devices: OTHERS,
        qos: 1,
        kind: 'weight',
        pickEvery: 0,
        pace: { kind: 'rate', perSecond: MESSAGES_PER_SECOND },
      });
      load.begin();
      await pause(400);
      times[side].push([...(await probe.measure({ perSecond: PICKS_PER_SECOND, durationMs: ROUND_MS })).times]);
      await load.end();
      if (side === 'beside') looked += presenceOf(await agent.metrics());
    }
  }
  const figure = (share: number, name: string, ratioAtMost?: number) =>
    figureOf(
      { what: `${name} at ${MESSAGES_PER_SECOND} messages/s beside ${CAMERAS} cameras`, unit: 'ms' },
      {
        values: times.beside.map((round) => percentile(round, share)),
        baseline: { name: 'without cameras', values: times.without.map((round) => percentile(round, share)) },
      },
      ratioAtMost === undefined ? {} : { ratioAtMost },
    );
  return {
    figures: [figure(0.5, 'p50'), figure(0.99, 'p99', 1.25)],
    remarks: [
      `${times.beside.flat().length} offers beside cameras, ${times.without.flat().length} without; cameras said how many people there are ${looked} times`,
    ],
  };
}

function addCameras(configFile: string, pictures: readonly Uint8Array[]): void {
  const lines = Array.from({ length: CAMERAS }, (_, n) => {
    const folder = join(dirname(configFile), `pictures-${n}`);
    mkdirSync(folder);
    for (const [at, picture] of pictures.entries()) writeFileSync(join(folder, `${String(at).padStart(3, '0')}.jpg`), picture);
    return `  - { id: cam-${n}, source: "folder:pictures-${n}", zone: z-${n} }`;
  });
  appendFileSync(configFile, `\ncameras:\n${lines.join('\n')}\n`);
}

function presenceOf(metrics: ReadonlyMap<string, number>): number {
  let sum = 0;
  for (const [name, value] of metrics) if (/^endcap_messages_total\{.*presence/.test(name)) sum += value;
  return sum;
}

function drawn(): Promise<Buffer> {
  return sharp({ create: { width: 1280, height: 720, channels: 3, background: '#888', noise: { type: 'gaussian', mean: 128, sigma: 30 } } })
    .jpeg()
    .toBuffer();
}
