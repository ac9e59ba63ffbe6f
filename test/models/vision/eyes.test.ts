import sharp from 'sharp';
import { describe, expect, it } from 'vitest';
import type { PersonDetector } from '../../../models/vision/detector.ts';
import { type Eyes, look } from '../../../models/vision/eyes.ts';
import type { Picture } from '../../../models/vision/picture.ts';
import type { PoseModel } from '../../../models/vision/pose.ts';
import { childMessageSchema, type FrameJob } from '../../../models/vision/wire.ts';

const LEFT_HALF = [
  { x: 0, y: 0 },
  { x: 0.5, y: 0 },
  { x: 0.5, y: 1 },
  { x: 0, y: 1 },
];
const SOMEBODY = { x: 0.45, y: 0.1, w: 0.2, h: 0.8, confidence: 0.9 };

describe('look', () => {
  it.each([[[]], [[LEFT_HALF]]])('shows the detector nothing of what is blacked out, with shelves %j or without', async (shelves) => {
    const { eyes, shown } = build();
    await look(eyes, job({ masks: [LEFT_HALF], shelves }), await grey(120));
    const picture = shown[0];
    const at = (x: number) => picture?.rgb[3 * (150 * (picture?.width ?? 0) + x)] ?? -1;
    expect([picture?.width, picture?.height]).toEqual([300, 300]);
    expect([at(10), at(140), at(160), at(290)]).toEqual([0, 0, expect.closeTo(120, -1), expect.closeTo(120, -1)]);
  });

  it('shows the network that finds hands nothing of it either', async () => {
    const { eyes, posed } = build({ people: [SOMEBODY] });
    const followed = [{ track: 't1', x: 0.45, y: 0.1, w: 0.2, h: 0.8 }];
    await look(eyes, job({ masks: [LEFT_HALF], shelves: [LEFT_HALF], followed }), await grey(120));
    expect(posed.length).toBeGreaterThan(0);
    expect(posed.every((picture) => picture.rgb[3 * (20 * picture.width + 5)] === 0)).toBe(true);
  });

  it('looks for hands only in those who were followed and stand beside a shelf, in the same person at most seven times a second', async () => {
    const { eyes, posed } = build({ people: [SOMEBODY] });
    const followed = [{ track: 't1', ...SOMEBODY }].map(({ track, x, y, w, h }) => ({ track, x, y, w, h }));
    const farShelf = LEFT_HALF.map(({ x, y }) => ({ x: 0.1 * x, y: 0.1 * y }));
    await look(eyes, job({ shelves: [LEFT_HALF] }), await grey(100));
    await look(eyes, job({ camera: 'b', shelves: [farShelf], followed }), await grey(100));
    await look(eyes, job({ camera: 'c', followed }), await grey(100));
    expect(posed).toHaveLength(0);
    for (let i = 0; i < 10; i++) await look(eyes, job({ atMs: 1_000 + 50 * i, shelves: [LEFT_HALF], followed }), await grey(100));
    // Twice a look, because the first tells little.
    expect(posed).toHaveLength(2 * 4);
  });

  it('lets the detector rest in an empty place that stays as it is, and only when it is told that it may', async () => {
    const { eyes, shown } = build();
    const answers: unknown[] = [];
    for (let i = 0; i < 5; i++) answers.push(await look(eyes, job({ atMs: 1_000 + 200 * i, mayRest: i !== 3 }), await grey(100)));
    expect(answers.map((answer) => (answer as { rested?: boolean }).rested ?? false)).toEqual([false, true, true, false, true]);
    expect(shown).toHaveLength(2);
  });

  it('answers in a form that may cross the pipe', async () => {
    const { eyes } = build({ people: [SOMEBODY] });
    const followed = [{ track: 't1', x: 0.45, y: 0.1, w: 0.2, h: 0.8 }];
    const answers = [
      await look(eyes, job({ shelves: [LEFT_HALF], followed }), await grey(100)),
      await look(eyes, job({}), new Uint8Array()),
      await look(eyes, job({ mayRest: true }), await grey(100)),
    ];
    expect(answers.map((answer) => childMessageSchema.safeParse(answer).success)).toEqual([true, true, true]);
    expect(answers[0]).toMatchObject({ reach: [{ track: 't1', shelf: 0 }] });
  });

  it('remembers a bounded number of cameras', async () => {
    const { eyes } = build();
    for (let i = 0; i < 200; i++) await look(eyes, job({ camera: `camera-${i}` }), await grey(100, 40));
    expect(eyes.cameras.size).toBeLessThanOrEqual(64);
  });
});

function build({ people = [] as readonly (typeof SOMEBODY)[] } = {}) {
  const shown: Picture[] = [];
  const posed: Picture[] = [];
  const detector = {
    fit: { kind: 'stretch', width: 300, height: 300 },
    detect: async (picture: Picture) => {
      shown.push(picture);
      return [...people];
    },
    close: async () => undefined,
  } satisfies Omit<PersonDetector, 'manifest'>;
  const pose: PoseModel = {
    joints: async (picture, _, wanted) => {
      posed.push(picture);
      return wanted.map(() => ({ x: 0.5, y: 0.5, score: 0.1 }));
    },
    close: async () => undefined,
  };
  // The manifest is not looked at here.
  const eyes: Eyes = { detector: detector as unknown as PersonDetector, pose, cameras: new Map() };
  return { eyes, shown, posed };
}

function job(changes: Partial<FrameJob>): FrameJob {
  return { id: 1, camera: 'a', atMs: 1_000, rotateDegrees: 0, ...changes };
}

function grey(value: number, side = 320): Promise<Buffer> {
  return sharp({ create: { width: side, height: side, channels: 3, background: { r: value, g: value, b: value } } })
    .jpeg()
    .toBuffer();
}
