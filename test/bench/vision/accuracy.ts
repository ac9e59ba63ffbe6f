import { existsSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import type { Box } from '../../../models/vision/boxes.ts';
import { decodeFrame, type Fit, prepareDecoder } from '../../../models/vision/frame.ts';
import { scaleTo } from '../../../models/vision/picture.ts';
import { figureOf } from '../figure.ts';
import type { VisionFigures } from '../vision.ts';
import { averagePrecision50, type JudgedPhoto, NEAR_HEIGHT } from './average-precision.ts';
import { openShipped, type ShippedName } from './detectors.ts';

/** Every score counts for the curve, not only those a tracker would use. */
const ALL = { minScore: 0.02, nmsIou: 0.5, maxPeople: 100 };
/** As the process decodes pictures of cameras that watch shelves. */
const VIEW: Fit = { kind: 'inside', longest: 640 };

interface Photo {
  readonly bytes: Uint8Array;
  readonly truth: readonly Box[];
}

/** Average precision of the shipped detectors on the photographs with known people of a data folder. */
export async function measureAccuracy(folder: string): Promise<VisionFigures> {
  const list = join(folder, 'people/boxes.jsonl');
  if (!existsSync(list)) return { figures: [], remarks: [`left out: the photographs of ${folder}/people are not here`] };
  prepareDecoder();
  const photos: Photo[] = [];
  for (const line of readFileSync(list, 'utf8').trim().split('\n')) {
    const { image, people } = JSON.parse(line) as { readonly image: string; readonly people: readonly Box[] };
    photos.push({ truth: people, bytes: readFileSync(join(dirname(list), 'images', image)) });
  }
  const [half, int8, shelf, distant] = [
    await judge('ssdlite-person', photos),
    await judge('ssdlite-person-int8', photos),
    await judge('ssdlite-person-int8', photos, VIEW),
    await judge('nanodet-person-int8', photos),
  ];
  const everybody = (judged: readonly JudgedPhoto[]) => averagePrecision50(judged, 0);
  const near = (judged: readonly JudgedPhoto[]) => averagePrecision50(judged, NEAR_HEIGHT);
  const beside = (judged: readonly JudgedPhoto[], of: (all: readonly JudgedPhoto[]) => number) => ({
    values: [of(judged)],
    baseline: { name: 'half precision', values: [of(half)] },
  });
  return {
    figures: [
      figureOf({ what: 'AP50, half precision, everybody', unit: '%' }, { values: [everybody(half)] }),
      figureOf({ what: 'AP50, half precision, near people', unit: '%' }, { values: [near(half)] }, { atLeast: 87 }),
      figureOf({ what: 'AP50, int8, everybody', unit: '%' }, beside(int8, everybody), { atLeast: everybody(half) - 1 }),
      figureOf({ what: 'AP50, int8, near people', unit: '%' }, beside(int8, near), { atLeast: Math.max(87, near(half) - 1) }),
      figureOf({ what: 'AP50, int8 where shelves are watched too, near people', unit: '%' }, beside(shelf, near), {
        atLeast: near(int8) - 1.5,
      }),
      figureOf({ what: 'AP50, for distant people (NanoDet int8), everybody', unit: '%' }, beside(distant, everybody), {
        atLeast: everybody(int8) + 3,
      }),
      figureOf({ what: 'AP50, for distant people (NanoDet int8), near people', unit: '%' }, beside(distant, near), { atLeast: 87 }),
    ],
    remarks: [
      `${photos.length} photographs, ${photos.reduce((sum, { truth }) => sum + truth.length, 0)} people; differences under about 4 points are noise`,
    ],
  };
}

async function judge(name: ShippedName, photos: readonly Photo[], fit?: Fit): Promise<JudgedPhoto[]> {
  const detector = await openShipped(name, { ...ALL, nmsIou: name === 'nanodet-person-int8' ? 0.6 : 0.5 });
  const judged: JudgedPhoto[] = [];
  for (const { truth, bytes } of photos) {
    const decoded = await decodeFrame(bytes, { fit: fit ?? detector.fit });
    if (!decoded.ok) throw new Error(`Cannot read a photograph: ${decoded.error.sentence}`);
    const { picture } = decoded.value;
    const wanted = detector.fit.kind === 'stretch' ? scaleTo(picture, detector.fit) : picture;
    judged.push({ truth, found: await detector.detect(wanted) });
  }
  await detector.close();
  return judged;
}
