import sharp from 'sharp';
import { heatGrid } from '../../../agent/core/cameras/heat-grid.ts';
import { CameraEye } from '../../../models/vision/camera-eye.ts';
import { FloorWatch } from '../../../models/vision/floor-watch.ts';
import { decodeFrame, prepareDecoder } from '../../../models/vision/frame.ts';
import { figureOf, median } from '../figure.ts';
import type { VisionFigures } from '../vision.ts';
import { clipFrames, ONE_BY_ONE } from './clip.ts';
import { openShipped } from './detectors.ts';

const ROUNDS = 5;
const PICTURES = 30;

/** From the bytes of a picture to what the store hears, by stage; both detectors in turn, so that a busy machine hurts both. */
export async function measureLatency(): Promise<VisionFigures> {
  prepareDecoder();
  const floor = new FloorWatch({ grid: heatGrid({ widthM: 10, depthM: 10 }), fixtures: [], firstSeat: 0 });
  const clip = clipFrames(ONE_BY_ONE.path, { rate: 1, size: '1280:720' })?.slice(6, 6 + PICTURES);
  const pictures = clip ?? [await drawn()];
  const detectors = { int8: await openShipped('ssdlite-person-int8'), half: await openShipped('ssdlite-person') };
  const rounds = { int8: [] as number[], half: [] as number[], decode: [] as number[], track: [] as number[], least: [] as number[] };
  for (let round = 0; round <= ROUNDS; round++) {
    for (const name of ['int8', 'half'] as const) {
      const eye = new CameraEye(floor.view('camera', { kind: 'zone', zone: 'zone' }), 0);
      const [whole, decode, track]: [number[], number[], number[]] = [[], [], []];
      for (let i = 0; i < PICTURES; i++) {
        const began = performance.now();
        const pixels = await decodeFrame(pictures[i % pictures.length] ?? new Uint8Array(), {
          fit: { kind: 'stretch', width: 300, height: 300 },
        });
        if (!pixels.ok) throw new Error(pixels.error.sentence);
        const decoded = performance.now();
        const people = await detectors[name].detect(pixels.value.picture);
        const detected = performance.now();
        eye.see({ kind: 'seen', id: i, people, fingerprint: i, busyMs: 0, rssBytes: 0 }, 200 * (i + 1));
        const ended = performance.now();
        whole.push(ended - began);
        decode.push(decoded - began);
        track.push(ended - detected);
      }
      // The first round warms up.
      if (round === 0) continue;
      rounds[name].push(median(whole));
      if (name === 'half') continue;
      rounds.least.push(Math.min(...whole));
      rounds.decode.push(median(decode));
      rounds.track.push(median(track));
    }
  }
  await Promise.all([detectors.int8.close(), detectors.half.close()]);
  return {
    figures: [
      figureOf(
        { what: 'picture to events, int8, median', unit: 'ms' },
        { values: rounds.int8, baseline: { name: 'half precision', values: rounds.half } },
        { atMost: 20 },
      ),
      figureOf({ what: 'the fastest of each round', unit: 'ms' }, { values: rounds.least }),
      figureOf({ what: 'of that decoding and scaling', unit: 'ms' }, { values: rounds.decode }),
      figureOf({ what: 'of that tracking and zones', unit: 'ms' }, { values: rounds.track }, { atMost: 0.3 }),
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
