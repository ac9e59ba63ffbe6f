import { join } from 'node:path';
import sharp from 'sharp';
import { packageRoot } from '../../../agent/package-root.ts';
import { startVisionChild } from '../../../models/vision/child-process.ts';
import { encodeMessage, MessageReader } from '../../../models/vision/wire.ts';
import { figureOf } from '../figure.ts';
import { figuresOfProcess } from '../process-figures.ts';
import type { VisionFigures } from '../vision.ts';
import { manifestOf } from './detectors.ts';

/** Memory is read so often over the whole time. */
const READINGS = 30;

/**
 * Pictures of all kinds as fast as they are looked at, for some minutes: sizes that change, shelves, masks, broken ones. The growth is told
 * from the second fifth on, when every buffer has had its largest size.
 */
export async function measureLeak(minutes: number): Promise<VisionFigures> {
  const pictures = await allKinds();
  const reader = new MessageReader(1_000_000);
  let answered: () => void = () => undefined;
  const child = startVisionChild(
    {
      program: join(packageRoot(), 'dist/models/vision/child.js'),
      manifestPath: manifestOf('ssdlite-person-int8'),
      posePath: manifestOf('movenet-lightning'),
    },
    {
      data: (chunk) => {
        for (const _ of reader.push(chunk)) answered();
      },
      gone: () => answered(),
    },
  );
  const answer = () =>
    new Promise<void>((resolve) => {
      answered = resolve;
    });
  try {
    await answer();
    const rss: number[] = [];
    let looked = 0;
    const endMs = performance.now() + 60_000 * minutes;
    for (let reading = 1; reading <= READINGS; reading++) {
      const untilMs = endMs - (60_000 * minutes * (READINGS - reading)) / READINGS;
      while (performance.now() < untilMs) {
        const heard = answer();
        child.send(encodeMessage({ ...viewOf(looked), id: looked, atMs: 200 * looked }, pictures[looked % pictures.length]));
        await heard;
        looked += 1;
      }
      rss.push(figuresOfProcess(child.pid ?? 0).rssBytes / 1e6);
    }
    const settled = rss.slice(READINGS / 5);
    const third = Math.floor(settled.length / 3);
    const mean = (values: readonly number[]) => values.reduce((sum, value) => sum + value, 0) / values.length;
    const growth = mean(settled.slice(-third)) - mean(settled.slice(0, third));
    return {
      figures: [
        figureOf({ what: 'growth from the first third to the last', unit: 'MB' }, { values: [growth] }, { atMost: 10 }),
        figureOf({ what: 'memory at the end', unit: 'MB' }, { values: [rss.at(-1) ?? 0] }, { atMost: 512 }),
      ],
      remarks: [`${looked} pictures in ${minutes} minutes`],
    };
  } finally {
    child.kill();
  }
}

function viewOf(i: number) {
  const shelf = [
    { x: 0.1, y: 0.1 },
    { x: 0.4, y: 0.1 },
    { x: 0.4, y: 0.9 },
  ];
  return {
    camera: `camera-${i % 12}`,
    rotateDegrees: ([0, 90, 180, 270] as const)[Math.floor(i / 7) % 4] ?? 0,
    ...(i % 3 === 0 && { masks: [shelf] }),
    ...(i % 4 === 0 && { shelves: [shelf], followed: [{ track: `t${i}`, x: 0.35, y: 0.2, w: 0.2, h: 0.7 }] }),
  };
}

async function allKinds(): Promise<readonly Uint8Array[]> {
  const noise = (width: number, height: number) =>
    sharp({ create: { width, height, channels: 3, background: '#888', noise: { type: 'gaussian', mean: 120, sigma: 30 } } });
  const plain = await noise(1_280, 720).jpeg().toBuffer();
  return [
    plain,
    await noise(640, 480).jpeg({ progressive: true }).toBuffer(),
    await noise(320, 240).webp().toBuffer(),
    await noise(1_920, 1_080).jpeg().toBuffer(),
    plain.subarray(0, plain.length >> 1),
    await noise(200, 200).png().toBuffer(),
    new Uint8Array(),
    await noise(400, 300).toColourspace('cmyk').jpeg().toBuffer(),
  ];
}
