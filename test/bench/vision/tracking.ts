import type { DetectedPerson } from '../../../agent/core/reading.ts';
import { decodeFrame, prepareDecoder } from '../../../models/vision/frame.ts';
import { PersonTracker } from '../../../models/vision/tracker.ts';
import { crossingScene, scoreTracker, seeScene } from '../../models/vision/walkers.ts';
import { type Figure, figureOf } from '../figure.ts';
import type { VisionFigures } from '../vision.ts';
import { clipFrames, ONE_BY_ONE } from './clip.ts';
import { openShipped } from './detectors.ts';
import { IouTracker } from './iou-tracker.ts';

const RATE = 5;
const SEEDS = [11, 22, 33, 44, 55];

/** The tracker beside the plain one, on a clip and on walkers with a known truth. */
export async function measureTracking(): Promise<VisionFigures> {
  const clip = await onClip();
  return {
    figures: [...(clip ?? []), ...onWalkers()],
    remarks: clip === undefined ? ['the clip is left out: it or ffmpeg is not here'] : [`the clip at ${RATE} pictures a second, int8`],
  };
}

async function onClip(): Promise<readonly Figure[] | undefined> {
  const frames = clipFrames(ONE_BY_ONE.path, { rate: RATE });
  if (frames === undefined) return undefined;
  prepareDecoder();
  const detector = await openShipped('ssdlite-person-int8');
  const seen: DetectedPerson[][] = [];
  for (const frame of frames) {
    const pixels = await decodeFrame(frame, { fit: { kind: 'stretch', width: 300, height: 300 } });
    seen.push(pixels.ok ? await detector.detect(pixels.value.picture) : []);
  }
  await detector.close();
  const [tracker, plain] = [new PersonTracker(), new IouTracker()];
  const ours = judge(seen.map((people, i) => tracker.update(people, (1_000 * (i + 1)) / RATE)));
  const theirs = judge(seen.map((people) => plain.update(people)));
  const beside = (pick: (of: typeof ours) => number) => ({
    values: [pick(ours)],
    baseline: { name: 'plain overlap', values: [pick(theirs)] },
  });
  return [
    figureOf(
      { what: 'seconds with the right count within one', unit: '%' },
      beside(({ near }) => near),
      { atLeast: 95 },
    ),
    figureOf(
      { what: 'seconds with exactly the right count', unit: '%' },
      beside(({ exact }) => exact),
      { atLeast: 95 },
    ),
    figureOf(
      { what: 'ghost seconds in the empty room', unit: 's' },
      beside(({ ghosts }) => ghosts),
      { atMost: 0 },
    ),
    figureOf(
      { what: `ids for ${ONE_BY_ONE.people} people`, unit: 'ids' },
      beside(({ ids }) => ids),
      { atMost: ONE_BY_ONE.people },
    ),
  ];
}

function judge(tracks: readonly (readonly { readonly id: string }[])[]) {
  let [near, exact, ghosts] = [0, 0, 0];
  for (let second = 0; second < ONE_BY_ONE.seconds; second++) {
    const counts = tracks.slice(second * RATE, (second + 1) * RATE).map(({ length }) => length);
    const count = counts.sort((a, b) => a - b)[counts.length >> 1] ?? 0;
    const truth = ONE_BY_ONE.present.some(([from, to]) => second >= from && second <= to) ? 1 : 0;
    if (Math.abs(count - truth) <= 1) near += 1;
    if (count === truth) exact += 1;
    // Who is just coming or going may be counted either way.
    if (count > 0 && ONE_BY_ONE.present.every(([from, to]) => second < from - 1 || second > to + 1)) ghosts += 1;
  }
  const percent = (of: number) => (100 * of) / ONE_BY_ONE.seconds;
  return { near: percent(near), exact: percent(exact), ghosts, ids: new Set(tracks.flat().map(({ id }) => id)).size };
}

function onWalkers(): Figure[] {
  const rates = [
    [2, 0],
    [5, 0],
    [5, 0.3],
    [15, 0.3],
  ] as const;
  return rates.flatMap(([framesPerSecond, lostFrames]) => {
    const scores = SEEDS.map((seed) => {
      const frames = seeScene(crossingScene({ framesPerSecond, lostFrames, seed }));
      const [tracker, plain] = [new PersonTracker(), new IouTracker()];
      return {
        ours: scoreTracker(frames, ({ boxes, atMs }) => tracker.update(boxes, atMs)),
        theirs: scoreTracker(frames, ({ boxes }) => plain.update(boxes)),
      };
    });
    const where = `${framesPerSecond} pictures a second${lostFrames === 0 ? '' : `, ${100 * lostFrames} % lost`}`;
    const both = (pick: (of: (typeof scores)[number]['ours']) => number) => ({
      values: scores.map(({ ours }) => pick(ours)),
      baseline: { name: 'plain overlap', values: scores.map(({ theirs }) => pick(theirs)) },
    });
    return [
      figureOf(
        { what: `walkers, ${where}: pictures with the right count`, unit: '%' },
        both(({ exact }) => 100 * exact),
        { ratioAtLeast: 1 },
      ),
      figureOf(
        { what: `walkers, ${where}: changed ids`, unit: 'ids' },
        both(({ switches }) => switches),
        { ratioAtMost: 1 },
      ),
    ];
  });
}
