import sharp from 'sharp';
import { CameraEye } from '../../../models/vision/camera-eye.ts';
import { type Eyes, look } from '../../../models/vision/eyes.ts';
import { decodeFrame, prepareDecoder } from '../../../models/vision/frame.ts';
import { loadPose } from '../../../models/vision/pose.ts';
import { figureOf, median } from '../figure.ts';
import type { VisionFigures } from '../vision.ts';
import { clipFrames, ONE_BY_ONE } from './clip.ts';
import { manifestOf, openShipped } from './detectors.ts';

const ROUNDS = 5;
const PICTURES = 30;
/** Beside whoever stands at the table of the clip. */
const SHELF = [
  { x: 0.2, y: 0.1 },
  { x: 0.4, y: 0.1 },
  { x: 0.4, y: 0.8 },
  { x: 0.2, y: 0.8 },
];
const WATCH = { update: () => [], reached: () => [], forget: () => undefined };

/** From the bytes of a picture to what the store hears, by stage; both detectors in turn, so that a busy machine hurts both. */
export async function measureLatency(): Promise<VisionFigures> {
  prepareDecoder();
  const clip = clipFrames(ONE_BY_ONE.path, { rate: 1, size: '1280:720' })?.slice(6, 6 + PICTURES);
  const pictures = clip ?? [await drawn()];
  const [int8, half, distant] = [
    await openShipped('ssdlite-person-int8'),
    await openShipped('ssdlite-person'),
    await openShipped('nanodet-person-int8'),
  ];
  const pose = await loadPose(manifestOf('movenet-lightning'));
  if (!pose.ok) throw new Error(pose.error.sentence);
  const variants = {
    int8: { detector: int8, shelves: [] },
    half: { detector: half, shelves: [] },
    distant: { detector: distant, shelves: [] },
    shelf: { detector: int8, shelves: [SHELF] },
  };
  const times = { int8: [] as number[], half: [] as number[], distant: [] as number[], shelf: [] as number[] };
  const [least, decode, track, spent]: [number[], number[], number[], number[]] = [[], [], [], []];
  for (let round = 0; round <= ROUNDS; round++) {
    for (const name of ['int8', 'half', 'distant', 'shelf'] as const) {
      const { detector, shelves } = variants[name];
      const eyes: Eyes = { detector, pose: pose.value, cameras: new Map() };
      const eye = new CameraEye(WATCH, 0, { fixtures: shelves.map((_, i) => `${i}`) });
      const [whole, decodes, tracks]: [number[], number[], number[]] = [[], [], []];
      let processorMs = 0;
      for (let i = 0; i < PICTURES; i++) {
        const bytes = pictures[i % pictures.length] ?? new Uint8Array();
        const [began, cpu] = [performance.now(), process.cpuUsage()];
        const seen = await look(
          eyes,
          { id: i, camera: 'c', atMs: 200 * (i + 1), rotateDegrees: 0, shelves, followed: eye.asks().followed ?? [] },
          bytes,
        );
        const looked = performance.now();
        if (seen.kind !== 'seen') throw new Error('A picture of the clip cannot be read');
        eye.see(seen, 200 * (i + 1));
        const ended = performance.now();
        const { user, system } = process.cpuUsage(cpu);
        processorMs += (user + system) / 1_000;
        whole.push(ended - began);
        tracks.push(ended - looked);
        if (name !== 'int8') continue;
        await decodeFrame(bytes, { fit: detector.fit });
        decodes.push(performance.now() - ended);
      }
      // The first round warms up.
      if (round === 0) continue;
      times[name].push(median(whole));
      if (name !== 'int8') continue;
      spent.push(processorMs / PICTURES);
      least.push(Math.min(...whole));
      decode.push(median(decodes));
      track.push(median(tracks));
    }
  }
  await Promise.all([int8.close(), half.close(), distant.close(), pose.value.close()]);
  return {
    figures: [
      figureOf(
        { what: 'picture to events, int8, median', unit: 'ms' },
        { values: times.int8, baseline: { name: 'half precision', values: times.half } },
        { atMost: 20 },
      ),
      figureOf({ what: 'processor time of it, mean', unit: 'ms' }, { values: spent }, { atMost: 20 }),
      figureOf({ what: 'the fastest of each round', unit: 'ms' }, { values: least }),
      figureOf({ what: 'of that decoding and scaling', unit: 'ms' }, { values: decode }),
      figureOf({ what: 'of that tracking and zones', unit: 'ms' }, { values: track }, { atMost: 0.3 }),
      figureOf({ what: 'for distant people (NanoDet int8)', unit: 'ms' }, { values: times.distant }),
      figureOf({ what: 'with a shelf watched and hands looked for beside it', unit: 'ms' }, { values: times.shelf }),
    ],
    remarks: [
      clip === undefined ? 'on a drawn picture: the clip or ffmpeg is not here' : `on ${PICTURES} pictures of a clip, ${ROUNDS} rounds`,
    ],
  };
}

function drawn(): Promise<Buffer> {
  return sharp({ create: { width: 1280, height: 720, channels: 3, background: '#888', noise: { type: 'gaussian', mean: 128, sigma: 30 } } })
    .jpeg()
    .toBuffer();
}
