import { readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import type { Box } from '../../../models/vision/boxes.ts';
import { decodeFrame, prepareDecoder } from '../../../models/vision/frame.ts';
import type { Picture } from '../../../models/vision/picture.ts';
import { figureOf } from '../figure.ts';
import type { VisionFigures } from '../vision.ts';
import { averagePrecision50, type JudgedPhoto, NEAR_HEIGHT } from './average-precision.ts';
import { dataFile, openShipped } from './detectors.ts';

/** Every score counts for the curve, not only those a tracker would use. */
const ALL = { minScore: 0.02, nmsIou: 0.5, maxPeople: 100 };

/** Average precision of both shipped detectors on photographs with known people. */
export async function measureAccuracy(): Promise<VisionFigures> {
  const list = dataFile('people/boxes.jsonl');
  if (list === undefined) return { figures: [], remarks: ['left out: the photographs of ../shared/data/people are not here'] };
  prepareDecoder();
  const photos: { readonly truth: readonly Box[]; readonly pixels: Picture }[] = [];
  for (const line of readFileSync(list, 'utf8').trim().split('\n')) {
    const { image, people } = JSON.parse(line) as { readonly image: string; readonly people: readonly Box[] };
    const pixels = await decodeFrame(readFileSync(join(dirname(list), 'images', image)), {
      fit: { kind: 'stretch', width: 300, height: 300 },
    });
    if (!pixels.ok) throw new Error(`Cannot read ${image}: ${pixels.error.sentence}`);
    photos.push({ truth: people, pixels: pixels.value.picture });
  }
  const judged = { half: await judge('ssdlite-person', photos), int8: await judge('ssdlite-person-int8', photos) };
  const score = (which: 'half' | 'int8', minHeight: number) => averagePrecision50(judged[which], minHeight);
  const people = photos.reduce((sum, { truth }) => sum + truth.length, 0);
  return {
    figures: [
      figureOf({ what: 'AP50, half precision, everybody', unit: '%' }, { values: [score('half', 0)] }),
      figureOf({ what: 'AP50, half precision, near people', unit: '%' }, { values: [score('half', NEAR_HEIGHT)] }, { atLeast: 87 }),
      figureOf(
        { what: 'AP50, int8, everybody', unit: '%' },
        { values: [score('int8', 0)], baseline: { name: 'half precision', values: [score('half', 0)] } },
        { atLeast: score('half', 0) - 1 },
      ),
      figureOf(
        { what: 'AP50, int8, near people', unit: '%' },
        { values: [score('int8', NEAR_HEIGHT)], baseline: { name: 'half precision', values: [score('half', NEAR_HEIGHT)] } },
        { atLeast: Math.max(87, score('half', NEAR_HEIGHT) - 1) },
      ),
    ],
    remarks: [`${photos.length} photographs, ${people} people; differences under about 4 points are noise`],
  };
}

async function judge(
  name: 'ssdlite-person' | 'ssdlite-person-int8',
  photos: readonly { readonly truth: readonly Box[]; readonly pixels: Picture }[],
): Promise<JudgedPhoto[]> {
  const detector = await openShipped(name, ALL);
  const judged: JudgedPhoto[] = [];
  for (const { truth, pixels } of photos) judged.push({ truth, found: await detector.detect(pixels) });
  await detector.close();
  return judged;
}
