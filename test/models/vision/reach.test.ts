import { describe, expect, it } from 'vitest';
import type { PicturePoint } from '../../../models/vision/camera-place.ts';
import { findHands, handInside } from '../../../models/vision/hands.ts';
import type { Picture } from '../../../models/vision/picture.ts';
import type { Joint, PoseModel } from '../../../models/vision/pose.ts';
import { ReachWatch } from '../../../models/vision/reach-watch.ts';
import { ShelfBackground } from '../../../models/vision/shelf-background.ts';
import type { Track } from '../../../models/vision/tracker.ts';
import type { ReachSign } from '../../../models/vision/wire.ts';

const SIZE = { width: 320, height: 180 } as const;
const SHELF: readonly PicturePoint[] = [
  { x: 0.1, y: 0.1 },
  { x: 0.4, y: 0.1 },
  { x: 0.4, y: 0.9 },
  { x: 0.1, y: 0.9 },
];
/** Stands to the right of the shelf. */
const PERSON = { x: 0.45, y: 0.15, w: 0.15, h: 0.8 };
const SOMEBODY = { person: PERSON, trunk: { x: 0.48, y: 0.15, w: 0.09, h: 0.8 } };

describe('ReachWatch', () => {
  it('begins a reach at the second sign of three looks and ends it when none has come for a while', () => {
    const watch = new ReachWatch(['rack']);
    const told = play(watch, [none(), none(), none(), none(), hand(0.5), none(), hand(0.5), hand(0.6), none(), none(), none(), none()]);
    expect(told.map(({ atMs, reach }) => [atMs, reach.active, reach.fixture, reach.track])).toEqual([
      [1_200, true, 'rack', 't1'],
      [2_200, false, 'rack', 't1'],
    ]);
  });

  it('says what it rests on, and is surer of what it sees in two ways', () => {
    const begin = (sign: ReachSign) => play(new ReachWatch(['rack']), [none(), none(), none(), none(), sign, sign])[0]?.reach;
    const [byHand, byChange, byBoth] = [begin(hand(0.3)), begin(change(1)), begin({ ...hand(0.3), change: 1 })];
    expect([byHand?.basis, byChange?.basis, byBoth?.basis]).toEqual(['hand', 'change', 'both']);
    expect(byBoth?.confidence ?? 0).toBeGreaterThan(Math.max(byHand?.confidence ?? 1, byChange?.confidence ?? 1));
  });

  it('takes nobody for reaching who walks by, whatever their hands and the shelf show', () => {
    const watch = new ReachWatch(['rack']);
    const sign = { ...hand(0.8), change: 1 };
    expect(play(watch, Array(12).fill(sign), { step: 0.05 })).toEqual([]);
  });

  it('takes an arm that goes out for no walk: one side of the box stays where it is', () => {
    const watch = new ReachWatch(['rack']);
    const told = play(watch, [none(), none(), none(), none(), hand(0.5), hand(0.5)], { arm: 0.04 });
    expect(told).toHaveLength(1);
  });

  it('gives a change between two people to neither, unless a hand says whose it is', () => {
    const both = (signs: (track: string) => ReachSign) => {
      const watch = new ReachWatch(['rack']);
      return Array.from({ length: 8 }, (_, i) =>
        watch.update(i < 4 ? [] : [signs('t1'), signs('t2')], { tracks: [track('t1', 0), track('t2', 0.2)], nowMs: 200 * i }),
      ).flat();
    };
    expect(both((id) => ({ ...change(1), track: id }))).toEqual([]);
    expect(both((id) => ({ ...change(1), track: id, ...(id === 't2' && { hand: 0.5 }) })).map(({ track: id }) => id)).toEqual(['t2']);
  });

  it('ends the reach of somebody who is gone', () => {
    const watch = new ReachWatch(['rack']);
    play(watch, [none(), none(), none(), none(), hand(0.5), hand(0.5)]);
    expect(watch.update([], { tracks: [], nowMs: 1_200 })).toMatchObject([{ active: false, track: 't1' }]);
  });

  it('holds nothing of people who left', () => {
    const watch = new ReachWatch(['rack']);
    for (let i = 0; i < 5_000; i++) {
      const id = `t${i}`;
      const told = watch.update([{ ...hand(0.1), track: id }], { tracks: [track(id, 0)], nowMs: 200 * i });
      expect(told).toEqual([]);
    }
    expect(watch.forget()).toEqual([]);
  });
});

describe('ShelfBackground', () => {
  it('sees an arm that comes into the shelf beside somebody', () => {
    const { shelf, at } = settled();
    look(shelf, at(1), { arm: true });
    expect(shelf.changeBeside(SOMEBODY, [])).toBeGreaterThan(0.6);
  });

  it.each([
    ['brighter', { gain: 1.4 }],
    ['darker', { gain: 0.6 }],
    ['with the blacks lifted', { gain: 0.8, shift: 25 }],
    ['in warmer light', { tint: 0.05 }],
  ])('sees no reach in a picture that gets %s', (_, light) => {
    const { shelf, at } = settled();
    for (let i = 1; i < 10; i++) {
      look(shelf, at(i), light);
      expect(shelf.changeBeside(SOMEBODY, [])).toBeLessThan(0.5);
    }
  });

  it('sees none in a shadow', () => {
    const { shelf, at } = settled();
    look(shelf, at(1), { shadow: true });
    expect(shelf.changeBeside(SOMEBODY, [])).toBeLessThan(0.3);
  });

  it('sees none when somebody else stands before the shelf', () => {
    const { shelf, at } = settled();
    const other = { x: 0.12, y: 0.1, w: 0.2, h: 0.9 };
    look(shelf, at(1), { person: other });
    expect(shelf.changeBeside(SOMEBODY, [other])).toBeLessThan(0.3);
    expect(shelf.changeBeside(SOMEBODY, [])).toBeGreaterThan(0.5);
  });

  it('takes goods that were moved and left for what the shelf looks like now', () => {
    const { shelf, at } = settled();
    for (let i = 1; i < 30; i++) look(shelf, at(i), { arm: true });
    expect(shelf.changeBeside(SOMEBODY, [])).toBe(0);
    look(shelf, at(31), {});
    // The way back is a change again, for a moment.
    expect(shelf.changeBeside(SOMEBODY, [])).toBeGreaterThan(0.5);
  });

  it('still sees an arm when the light has changed a minute ago', () => {
    const { shelf, at } = settled();
    for (let i = 1; i < 300; i++) look(shelf, at(i), { gain: 1.3 });
    look(shelf, at(301), { gain: 1.3, arm: true });
    expect(shelf.changeBeside(SOMEBODY, [])).toBeGreaterThan(0.6);
  });
});

describe('findHands', () => {
  const picture: Picture = { ...SIZE, rgb: new Uint8Array(3 * SIZE.width * SIZE.height) };

  it('takes the hand to be beyond the wrist, and looks once where that is sure', async () => {
    const { pose, looks } = posing({ elbow: [0.5, 0.4], wrist: [0.4, 0.4] }, () => 0.9);
    const hands = await findHands(pose, picture, SOMEBODY);
    expect([looks(), hands.length]).toEqual([1, 2]);
    expect(hands[0]?.x).toBeCloseTo(0.375, 5);
  });

  it('looks at the whole figure too where the upper body tells little', async () => {
    const { pose, looks } = posing({ elbow: [0.45, 0.4], wrist: [0.38, 0.4] }, (look) => (look === 1 ? 0.1 : 0.6));
    const hands = await findHands(pose, picture, SOMEBODY);
    expect([looks(), hands.length]).toEqual([2, 4]);
    expect(handInside(hands, SHELF, { slack: 0.02, aspect: SIZE.width / SIZE.height })).toBeCloseTo(0.6, 5);
  });

  it.each([
    ['an arm that hangs down', { elbow: [0.59, 0.4], wrist: [0.59, 0.55] }],
    ['a hand before the body, which hides what is behind it', { elbow: [0.58, 0.5], wrist: [0.54, 0.45] }],
  ] as const)('hardly counts %s', async (_, arm) => {
    const { pose } = posing(arm, () => 0.9);
    const hands = await findHands(pose, picture, SOMEBODY);
    expect(Math.max(...hands.map(({ score }) => score))).toBeLessThan(0.4);
  });

  it('says 0 where no hand is near the shelf', () => {
    expect(handInside([{ x: 0.9, y: 0.5, score: 1 }], SHELF, { slack: 0.03, aspect: 1.8 })).toBe(0);
    expect(handInside([{ x: 0.41, y: 0.5, score: 1 }], SHELF, { slack: 0.03, aspect: 1.8 })).toBe(1);
  });
});

function none(): ReachSign {
  return { track: 't1', shelf: 0, hand: 0, change: 0 };
}

function hand(score: number): ReachSign {
  return { ...none(), hand: score };
}

function change(share: number): ReachSign {
  return { ...none(), change: share };
}

function track(id: string, x: number): Track {
  return { id, box: { ...PERSON, x: PERSON.x + x }, confidence: 0.9, sinceMs: 0, seenAtMs: 0 };
}

/** One sign a picture, five a second; `step` moves the person, `arm` lets one side of their box grow. */
function play(watch: ReachWatch, signs: readonly ReachSign[], { step = 0, arm = 0 }: { step?: number; arm?: number } = {}) {
  return signs.flatMap((sign, i) => {
    const atMs = 200 * i;
    const reaching = arm * Math.max(0, i - 3);
    const box = { ...PERSON, x: PERSON.x - step * i - reaching, w: PERSON.w + reaching };
    const tracks = [{ id: 't1', box, confidence: 0.9, sinceMs: 0, seenAtMs: atMs }];
    return watch.update([sign], { tracks, nowMs: atMs }).map((reach) => ({ atMs, reach }));
  });
}

interface Look {
  readonly gain?: number;
  readonly shift?: number;
  readonly tint?: number;
  readonly arm?: boolean;
  readonly shadow?: boolean;
  readonly person?: { readonly x: number; readonly y: number; readonly w: number; readonly h: number };
}

/** A shelf of coloured goods that has been looked at for some seconds. */
function settled() {
  const shelf = new ShelfBackground(SHELF);
  for (let i = -20; i <= 0; i++) look(shelf, 10_000 + 200 * i, {});
  return { shelf, at: (i: number) => 10_000 + 200 * i };
}

function look(shelf: ShelfBackground, atMs: number, { gain = 1, shift = 0, tint = 0, arm, shadow, person }: Look): void {
  const { width, height } = SIZE;
  const rgb = new Uint8Array(3 * width * height);
  for (let y = 0; y < height; y++)
    for (let x = 0; x < width; x++) {
      const goods = (Math.floor(x / 12) * 7 + Math.floor(y / 24) * 13) % 11;
      let colour = [60 + 15 * goods, 200 - 14 * goods, 90 + ((goods * 37) % 100)];
      if (shadow === true && x > 80) colour = colour.map((value) => 0.7 * value);
      if (arm === true && x > 70 && y > 60 && y < 84) colour = [205, 158, 132];
      const inPerson = person !== undefined && x / width > person.x && x / width < person.x + person.w && y / height > person.y;
      if (inPerson) colour = [40, 42, 60];
      const noise = ((x * 31 + y * 17 + atMs / 200) % 7) - 3;
      for (const [c, value] of colour.entries())
        rgb[3 * (y * width + x) + c] = Math.min(
          255,
          Math.max(0, value * gain * (1 + (c === 0 ? tint : c === 2 ? -tint : 0)) + shift + noise),
        );
    }
  const people = person === undefined ? [] : [person];
  shelf.look({ ...SIZE, rgb }, { people, atMs });
}

/** Sees an arm at places of the picture, whatever part of it it is shown. */
function posing(
  { elbow, wrist }: { readonly elbow: readonly [number, number]; readonly wrist: readonly [number, number] },
  score: (look: number) => number,
) {
  let looks = 0;
  const pose: PoseModel = {
    joints: async (_, crop) => {
      looks += 1;
      const at = ([x, y]: readonly [number, number], sure: number): Joint => ({
        x: (x * SIZE.width - crop.left) / crop.width,
        y: (y * SIZE.height - crop.top) / crop.height,
        score: sure,
      });
      return [at(elbow, 0.9), at(elbow, 0.9), at(wrist, score(looks)), at(wrist, score(looks))];
    },
    close: async () => undefined,
  };
  return { pose, looks: () => looks };
}
