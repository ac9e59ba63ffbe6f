import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type FloorPoint, floorFrom, isInside } from '../../../agent/core/cameras/floor-plane.ts';
import { heatGrid } from '../../../agent/core/cameras/heat-grid.ts';
import { CameraEye } from '../../../models/vision/camera-eye.ts';
import type { CameraPlace } from '../../../models/vision/camera-place.ts';
import { FloorWatch, type TrackWatch } from '../../../models/vision/floor-watch.ts';
import type { FrameOutcome } from '../../../models/vision/supervisor.ts';
import type { Track } from '../../../models/vision/tracker.ts';
import { childMessageSchema } from '../../../models/vision/wire.ts';

const FLOOR: readonly [FloorPoint, FloorPoint, FloorPoint, FloorPoint] = [
  { x: 0.3, y: 0.4, xM: 0, yM: 0 },
  { x: 0.7, y: 0.4, xM: 8, yM: 0 },
  { x: 1, y: 1, xM: 8, yM: 6 },
  { x: 0, y: 1, xM: 0, yM: 6 },
];
const LEFT = {
  id: 'left',
  outline: [
    { xM: 0, yM: 0 },
    { xM: 4, yM: 0 },
    { xM: 4, yM: 6 },
    { xM: 0, yM: 6 },
  ],
};
const RIGHT = {
  id: 'right',
  outline: [
    { xM: 4, yM: 0 },
    { xM: 8, yM: 0 },
    { xM: 8, yM: 6 },
    { xM: 4, yM: 6 },
  ],
};

describe('floorFrom', () => {
  it('puts the four points where they were clicked', () => {
    const toFloor = floorFrom(FLOOR);
    for (const { x, y, xM, yM } of FLOOR) {
      const place = toFloor?.(x, y);
      expect(place?.xM).toBeCloseTo(xM, 6);
      expect(place?.yM).toBeCloseTo(yM, 6);
    }
  });

  it('gives back what a known camera sees', () => {
    const number = fc.double({ min: 0.05, max: 0.95, noNaN: true });
    fc.assert(
      fc.property(number, number, (u, v) => {
        // A camera with a tilt: the plan as the picture shows it.
        const see = (xM: number, yM: number) => ({
          x: (0.1 + 0.1 * xM + 0.02 * yM) / (1 + 0.05 * yM),
          y: (0.2 + 0.12 * yM) / (1 + 0.05 * yM),
        });
        const corner = (xM: number, yM: number) => ({ ...see(xM, yM), xM, yM });
        const toFloor = floorFrom([corner(0, 0), corner(6, 0), corner(6, 5), corner(0, 5)]);
        const seen = see(6 * u, 5 * v);
        const place = toFloor?.(seen.x, seen.y);
        expect(place?.xM).toBeCloseTo(6 * u, 5);
        expect(place?.yM).toBeCloseTo(5 * v, 5);
      }),
    );
  });

  it('refuses points on a line and says that the sky is no floor', () => {
    expect(floorFrom([FLOOR[0], { ...FLOOR[1], x: 0.4 }, { ...FLOOR[2], x: 0.5, y: 0.4 }, FLOOR[3]])).toBeUndefined();
    expect(floorFrom(FLOOR)?.(0.5, -5)).toBeUndefined();
  });

  it('knows inside from outside', () => {
    expect([
      isInside({ xM: 1, yM: 1 }, LEFT.outline),
      isInside({ xM: 5, yM: 1 }, LEFT.outline),
      isInside({ xM: 1, yM: 7 }, LEFT.outline),
    ]).toEqual([true, false, false]);
  });
});

describe('one camera on a floor', () => {
  it('counts where feet stand, says who went where, and how long they stayed', () => {
    const toFloor = floorFrom(FLOOR);
    if (toFloor === undefined) throw new Error('The floor of the test is none');
    const watch = alone({ kind: 'floor', toFloor, zones: [LEFT, RIGHT] });
    expect(watch.update([at(0.3, 0)], 1_000)).toEqual([
      { kind: 'presence', zone: 'left', count: 1 },
      { kind: 'presence', zone: 'right', count: 0 },
    ]);
    // A step over the border and back is no move.
    expect([...watch.update([at(0.55, 0)], 3_000), ...watch.update([at(0.45, 0)], 3_300)]).toEqual([]);
    expect(watch.update([at(0.7, 0)], 5_000)).toEqual([]);
    expect(watch.update([at(0.7, 0)], 5_800)).toEqual([
      { kind: 'dwell', zone: 'left', ms: 5_000 },
      { kind: 'flow', from: 'left', to: 'right', count: 1 },
      { kind: 'presence', zone: 'left', count: 0 },
      { kind: 'presence', zone: 'right', count: 1 },
    ]);
    expect(watch.update([], 9_000)).toMatchObject([{ kind: 'presence', zone: 'right', count: 0 }]);
  });

  it('repeats an unchanged count every ten seconds', () => {
    const watch = alone({ kind: 'zone', zone: 'left' });
    const said = Array.from({ length: 101 }, (_, i) => watch.update([], 1_000 + 200 * i).length).reduce((sum, n) => sum + n, 0);
    expect(said).toBe(3);
  });
});

describe('CameraEye', () => {
  const eye = () => new CameraEye(alone({ kind: 'zone', zone: 'left' }), 0);

  it('calls a camera that shows one picture frozen, and stops counting with it', () => {
    const camera = eye();
    for (let atMs = 200; atMs < 41_000; atMs += 200) camera.see(seen(7), atMs);
    expect(camera.fault(41_000)).toEqual({ kind: 'frozen', sentence: 'same picture for 40 s' });
    expect(camera.see(seen(7), 41_200)).toEqual([]);
    expect(camera.see(seen(8), 41_400)).toMatchObject([{ kind: 'presence', zone: 'left' }]);
    expect(camera.fault(41_400)).toBeUndefined();
  });

  it('says why there are no pictures, or what is wrong with them', () => {
    const camera = eye();
    camera.sourceSays('it refuses connections');
    expect(camera.fault(9_000)).toBeUndefined();
    expect(camera.fault(12_000)?.sentence).toBe('no picture for 12 s (it refuses connections)');
    camera.see(
      { kind: 'unreadable', id: 1, problem: 'colours', sentence: "the picture's colours are cmyk", busyMs: 1, rssBytes: 1 },
      12_100,
    );
    expect(camera.fault(12_200)).toEqual({ kind: 'unreadable', sentence: "the picture's colours are cmyk" });
  });
});

describe('what crosses the pipe', () => {
  it('has no field that a picture would fit in', () => {
    const message = seen(1);
    expect(childMessageSchema.safeParse(message).success).toBe(true);
    const smuggled = ['jpeg', 'data', 'image', 'embedding'].map((field) => ({ ...message, [field]: 'x'.repeat(100) }));
    expect(smuggled.filter((words) => childMessageSchema.safeParse(words).success)).toEqual([]);
    expect(childMessageSchema.safeParse({ ...message, people: [{ x: 0, y: 0, w: 1, h: 1, confidence: 1, crop: 'x' }] }).success).toBe(
      false,
    );
  });
});

function alone(place: CameraPlace): TrackWatch {
  return new FloorWatch({ grid: heatGrid({ widthM: 8, depthM: 6 }), fixtures: [], firstSeat: 0 }).view('camera', place);
}

function at(x: number, sinceMs: number): Track {
  return { id: 't1', box: { x: x - 0.05, y: 0.3, w: 0.1, h: 0.4 }, confidence: 0.9, sinceMs, seenAtMs: sinceMs };
}

function seen(fingerprint: number): FrameOutcome {
  return { kind: 'seen', id: 1, people: [], fingerprint, busyMs: 1, rssBytes: 1 };
}
