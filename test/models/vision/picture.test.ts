import { describe, expect, it } from 'vitest';
import { MotionGate } from '../../../models/vision/motion-gate.ts';
import { blackOut, resample, scaleTo } from '../../../models/vision/picture.ts';
import { PictureDoubts } from '../../../models/vision/picture-doubts.ts';

describe('blackOut', () => {
  it('paints what lies inside an outline, and nothing else', () => {
    const picture = grey(40, 20, 200);
    blackOut(picture, [
      [
        { x: 0.25, y: 0 },
        { x: 0.5, y: 0 },
        { x: 0.5, y: 0.5 },
        { x: 0.25, y: 0.5 },
      ],
    ]);
    const black = (x: number, y: number) => picture.rgb[3 * (y * 40 + x)] === 0;
    expect([black(10, 0), black(19, 9), black(9, 0), black(20, 0), black(10, 10)]).toEqual([true, true, false, false, false]);
  });

  it('paints a hole of an outline that crosses itself as its rule says, and copes with outlines beyond the picture', () => {
    const picture = grey(20, 20, 200);
    blackOut(picture, [
      [
        { x: -1, y: -1 },
        { x: 2, y: -1 },
        { x: 2, y: 2 },
        { x: -1, y: 2 },
      ],
    ]);
    expect(picture.rgb.every((value) => value === 0)).toBe(true);
  });
});

describe('resample', () => {
  it('keeps a picture of the same size as it is, and the mean of one that shrinks', () => {
    const picture = ramp(32, 16);
    expect(scaleTo(picture, { width: 32, height: 16 })).toBe(picture);
    const half = scaleTo(picture, { width: 16, height: 8 });
    expect(mean(half.rgb)).toBeCloseTo(mean(picture.rgb), 0);
  });

  it('is black where there is no picture', () => {
    const part = resample(grey(10, 10, 100), { left: -10, top: 0, width: 20, height: 10 }, { width: 20, height: 10 });
    expect([part.rgb[0], part.rgb[3 * 15]]).toEqual([0, 100]);
  });
});

describe('MotionGate', () => {
  it('rests while an empty place stays as it is, whatever the light does, and looks when something comes', () => {
    const gate = new MotionGate();
    const empty = ramp(300, 300);
    expect(gate.isStill(empty, 0)).toBe(false);
    gate.looked(empty, { found: false, atMs: 0 });
    expect(gate.isStill(empty, 200)).toBe(true);
    expect(gate.isStill({ ...empty, rgb: empty.rgb.map((value) => value + 20) }, 400)).toBe(true);
    const entered = { ...empty, rgb: Uint8Array.from(empty.rgb) };
    // A figure of 9 by 30 pixels at the edge: somebody far away.
    for (let y = 100; y < 130; y++) for (let x = 0; x < 9; x++) entered.rgb.fill(20, 3 * (y * 300 + x), 3 * (y * 300 + x) + 3);
    expect(gate.isStill(entered, 600)).toBe(false);
  });

  it('looks every two seconds all the same, and always while somebody may be there', () => {
    const gate = new MotionGate();
    const empty = ramp(300, 300);
    gate.looked(empty, { found: false, atMs: 0 });
    expect(gate.isStill(empty, 1_800)).toBe(true);
    expect(gate.isStill(empty, 2_000)).toBe(false);
    gate.looked(empty, { found: true, atMs: 2_000 });
    expect(gate.isStill(empty, 2_200)).toBe(false);
  });
});

describe('PictureDoubts', () => {
  it('finds a camera out that plays the same minute over and over', () => {
    const doubts = new PictureDoubts(0);
    for (let i = 0; i < 600; i++) doubts.take(i % 150, { takenAt: undefined, atMs: 200 * i });
    expect(200 * 600 - doubts.repeatedSinceMs).toBeGreaterThan(60_000);
    const honest = new PictureDoubts(0);
    for (let i = 0; i < 600; i++) honest.take(i % 7 === 0 ? 1 : i + 10, { takenAt: undefined, atMs: 200 * i });
    expect(200 * 600 - honest.repeatedSinceMs).toBeLessThan(1_000);
  });

  it('finds pictures out that change and all say the same time', () => {
    const doubts = new PictureDoubts(0);
    for (let i = 0; i < 100; i++) doubts.take(i, { takenAt: '2026:01:30 09:05:00', atMs: 200 * i });
    expect(doubts.stopped).toEqual({ takenAt: '2026:01:30 09:05:00', sinceMs: 0 });
    doubts.take(101, { takenAt: '2026:01:31 10:00:00', atMs: 30_000 });
    expect(doubts.stopped?.sinceMs).toBe(30_000);
    doubts.take(102, { takenAt: undefined, atMs: 31_000 });
    expect(doubts.stopped).toBeUndefined();
  });

  it('remembers a bounded number of pictures', () => {
    const doubts = new PictureDoubts(0);
    for (let i = 0; i < 20_000; i++) doubts.take(i, { takenAt: undefined, atMs: i });
    // One that is long forgotten is new again.
    for (let i = 0; i < 30; i++) doubts.take(i, { takenAt: undefined, atMs: 20_000 + i });
    expect(doubts.repeatedSinceMs).toBe(20_029);
  });
});

function grey(width: number, height: number, value: number) {
  return { width, height, rgb: new Uint8Array(3 * width * height).fill(value) };
}

function ramp(width: number, height: number) {
  return { width, height, rgb: Uint8Array.from({ length: 3 * width * height }, (_, i) => 60 + (Math.floor(i / 3) % width) / 4) };
}

function mean(values: Uint8Array): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}
