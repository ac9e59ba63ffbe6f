import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { DetectedPerson } from '../../../agent/core/reading.ts';
import { decodeDetections } from '../../../models/vision/decode.ts';
import { suppressOverlaps } from '../../../models/vision/nms.ts';
import { DEFAULT_TRACKER, PersonTracker } from '../../../models/vision/tracker.ts';
import { IouTracker } from '../../bench/vision/iou-tracker.ts';
import { crossingScene, scoreTracker, seeScene } from './walkers.ts';

const SOMEBODY: DetectedPerson = { x: 0.4, y: 0.3, w: 0.1, h: 0.4, confidence: 0.8 };

describe('PersonTracker', () => {
  it('counts somebody from the second box on', () => {
    const tracker = new PersonTracker();
    expect(tracker.update([SOMEBODY], 1_000)).toEqual([]);
    expect(tracker.update([SOMEBODY], 1_200)).toMatchObject([{ id: 't1', sinceMs: 1_000, seenAtMs: 1_200 }]);
  });

  it('sees no ghost in boxes that come once or never get strong', () => {
    const tracker = new PersonTracker();
    const seen = Array.from({ length: 50 }, (_, i) => {
      const flicker = i % 10 === 0 ? [{ ...SOMEBODY, x: (i % 7) / 10 }] : [];
      return tracker.update([...flicker, { ...SOMEBODY, x: 0.8, confidence: 0.3 }], 1_000 + 200 * i).length;
    });
    expect(Math.max(...seen)).toBe(0);
  });

  it('keeps somebody who stands apart and is seen weakly', () => {
    const tracker = new PersonTracker();
    tracker.update([SOMEBODY], 1_000);
    for (let i = 1; i < 100; i++) {
      const tracks = tracker.update([{ ...SOMEBODY, confidence: i < 3 ? 0.8 : 0.2 }], 1_000 + 200 * i);
      expect(tracks.map(({ id }) => id)).toEqual(['t1']);
    }
  });

  it('forgets somebody who is gone within a second at five pictures a second', () => {
    const tracker = new PersonTracker();
    for (let i = 0; i < 5; i++) tracker.update([SOMEBODY], 1_000 + 200 * i);
    const after = Array.from({ length: 6 }, (_, i) => tracker.update([], 2_000 + 200 * i).length);
    expect(after[0]).toBe(1);
    expect(after.at(-1)).toBe(0);
  });

  it('waits longer for somebody who is hidden behind somebody else than for one who was free to be seen', () => {
    const behind = { ...SOMEBODY, x: 0.39, y: 0.28, w: 0.08, h: 0.36 };
    const standing = (hides: boolean) => {
      const tracker = new PersonTracker();
      const front = { ...SOMEBODY, x: 0.42, w: 0.11, y: 0.3, h: 0.45 };
      for (let i = 0; i < 8; i++) tracker.update([behind, { ...front, x: hides ? 0.42 + 0.01 * (7 - i) : 0.8 }], 1_000 + 100 * i);
      return Array.from({ length: 12 }, (_, i) => tracker.update([{ ...front, x: hides ? 0.42 : 0.8 }], 1_800 + 100 * i).length);
    };
    expect(standing(true).at(-1)).toBe(2);
    expect(standing(false).at(-1)).toBe(1);
  });

  it('lets go at once of somebody who walks out at the side', () => {
    const tracker = new PersonTracker();
    for (let i = 0; i < 8; i++) tracker.update([{ ...SOMEBODY, x: 0.35 - 0.05 * i }], 1_000 + 67 * i);
    const after = Array.from({ length: 4 }, (_, i) => tracker.update([], 1_536 + 67 * i).length);
    expect(after.slice(-2)).toEqual([0, 0]);
  });

  it('takes a person who is found twice for one', () => {
    const tracker = new PersonTracker();
    const upperHalf = { ...SOMEBODY, h: 0.22, confidence: 0.6 };
    const counts = Array.from({ length: 20 }, (_, i) => tracker.update([SOMEBODY, upperHalf], 1_000 + 200 * i).length);
    expect(Math.max(...counts)).toBe(1);
  });

  it('ignores a picture that is not newer than the last one', () => {
    const tracker = new PersonTracker();
    tracker.update([SOMEBODY], 1_000);
    tracker.update([SOMEBODY], 1_200);
    expect(tracker.update([], 1_100)).toHaveLength(1);
    expect(tracker.update([], 1_200)).toHaveLength(1);
  });

  it.each([
    [2, 0],
    [5, 0],
    [5, 0.3],
    [10, 0],
    [15, 0],
    [15, 0.3],
  ])('at %d pictures a second, %d of them lost, is better than plain overlap', (framesPerSecond, lostFrames) => {
    const sums = { exact: 0, switches: 0, plainExact: 0, plainSwitches: 0 };
    for (const seed of [11, 22, 33, 44, 55]) {
      const frames = seeScene(crossingScene({ framesPerSecond, lostFrames, seed }));
      const [tracker, plain] = [new PersonTracker(), new IouTracker()];
      const ours = scoreTracker(frames, ({ boxes, atMs }) => tracker.update(boxes, atMs));
      const theirs = scoreTracker(frames, ({ boxes }) => plain.update(boxes));
      sums.exact += ours.exact / 5;
      sums.switches += ours.switches;
      sums.plainExact += theirs.exact / 5;
      sums.plainSwitches += theirs.switches;
    }
    expect(sums.exact).toBeGreaterThan(sums.plainExact);
    expect(sums.switches).toBeLessThanOrEqual(sums.plainSwitches);
    expect(sums.exact).toBeGreaterThan(0.6);
  });

  it('holds no more tracks than it may, whatever it is given, and never fails', () => {
    const number = fc.double({ min: 0, max: 1, noNaN: true });
    const box = fc.record({ x: number, y: number, w: number, h: number, confidence: number });
    fc.assert(
      fc.property(fc.array(fc.array(box, { maxLength: 12 }), { maxLength: 20 }), fc.integer({ min: 1, max: 3_000 }), (frames, gapMs) => {
        const tracker = new PersonTracker({ ...DEFAULT_TRACKER, maxTracks: 5 });
        for (const [i, boxes] of frames.entries()) {
          const tracks = tracker.update(boxes, 1_000 + gapMs * i);
          expect(tracks.length).toBeLessThanOrEqual(5);
          expect(new Set(tracks.map(({ id }) => id)).size).toBe(tracks.length);
        }
      }),
      { numRuns: 100 },
    );
  });
});

describe('decodeDetections', () => {
  it('clips boxes to the picture, leaves weak ones and nonsense out, and orders by score', () => {
    const people = decodeDetections({
      scores: Float32Array.of(0.5, 0.9, 0.05, Number.NaN, 0.8),
      boxes: Float32Array.of(-0.1, -0.1, 0.5, 0.2, 0.5, 0.5, 0.9, 0.7, 0, 0, 1, 1, 0, 0, 1, 1, 0.4, 0.4, 0.4, Number.NaN),
    });
    expect(people.map(({ confidence }) => confidence.toFixed(1))).toEqual(['0.9', '0.5']);
    expect(people[1]).toMatchObject({ x: 0, y: 0, h: 0.5 });
  });

  it('stays fast when every anchor claims a person', () => {
    const scores = new Float32Array(1917).fill(0.9);
    const boxes = Float32Array.from({ length: 4 * 1917 }, (_, i) => (i % 4 < 2 ? (i % 97) / 200 : 0.5 + (i % 89) / 200));
    expect(decodeDetections({ scores, boxes }).length).toBeLessThanOrEqual(100);
  });
});

describe('suppressOverlaps', () => {
  it('keeps one of two that overlap and both of two that do not', () => {
    const shifted = { ...SOMEBODY, x: 0.41, confidence: 0.5 };
    const other = { ...SOMEBODY, x: 0.6, confidence: 0.4 };
    expect(suppressOverlaps([other, shifted, SOMEBODY], { limit: 0.5, most: 10 })).toEqual([SOMEBODY, other]);
  });
});
