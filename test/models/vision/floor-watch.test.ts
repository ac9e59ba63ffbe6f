import { describe, expect, it } from 'vitest';
import { floorFrom } from '../../../agent/core/cameras/floor-plane.ts';
import { heatGrid } from '../../../agent/core/cameras/heat-grid.ts';
import type { ReadingBody } from '../../../agent/core/reading.ts';
import type { CameraPlace } from '../../../models/vision/camera-place.ts';
import { FloorWatch, type TrackWatch } from '../../../models/vision/floor-watch.ts';
import type { Track } from '../../../models/vision/tracker.ts';

const PLAN = { widthM: 10, depthM: 10 };
const SHELVES = [
  { id: 'coffee', xM: 2, yM: 1 },
  { id: 'tea', xM: 8, yM: 1 },
];

/** The picture is the plan seen from above, 10 m to a side. */
const toFloor = floorFrom([
  { x: 0, y: 0, xM: 0, yM: 0 },
  { x: 1, y: 0, xM: 10, yM: 0 },
  { x: 1, y: 1, xM: 10, yM: 10 },
  { x: 0, y: 1, xM: 0, yM: 10 },
]);
if (toFloor === undefined) throw new Error('The floor of the test is none');
const ABOVE: CameraPlace = { kind: 'floor', toFloor, zones: [] };
const DOOR = {
  id: 'door',
  zone: 'hall',
  line: [
    { x: 0.2, y: 0.5 },
    { x: 0.8, y: 0.5 },
  ],
  inside: { x: 0.5, y: 0.2 },
} as const;
const QUEUE = {
  till: 'till-2',
  area: [
    { x: 0, y: 0 },
    { x: 1, y: 0 },
    { x: 1, y: 0.5 },
    { x: 0, y: 0.5 },
  ],
};

/** Feet at a point of the picture; a person is a fifth of it high. */
function feet(id: string, x: number, y: number, nowMs: number): Track {
  return { id, box: { x: x - 0.03, y: y - 0.2, w: 0.06, h: 0.2 }, confidence: 0.9, sinceMs: nowMs, seenAtMs: nowMs };
}

function watchOver(place: CameraPlace, floor = floorOf()): TrackWatch {
  return floor.view('cam', place);
}

function floorOf(unmeasured: { xM: number; yM: number }[][] = []): FloorWatch {
  return new FloorWatch({ grid: heatGrid(PLAN), fixtures: SHELVES, firstSeat: 7, unmeasured });
}

/** Plays ways of feet, one point each 200 ms for as long as each takes, and gives all that was said. */
function walk(watch: TrackWatch, ways: Readonly<Record<string, readonly (readonly [number, number] | undefined)[]>>, fromMs = 1_000) {
  const steps = Math.max(...Object.values(ways).map((way) => way.length));
  const said: ReadingBody[] = [];
  for (let step = 0; step < steps; step++) {
    const nowMs = fromMs + 200 * step;
    const tracks = Object.entries(ways).flatMap(([id, way]) => {
      const at = way[step];
      return at === undefined ? [] : [feet(id, at[0], at[1], nowMs)];
    });
    said.push(...watch.update(tracks, nowMs));
  }
  return said;
}

/** `n` points on the straight way from one to the other. */
function along(from: readonly [number, number], to: readonly [number, number], n: number): (readonly [number, number])[] {
  return Array.from({ length: n }, (_, i) => [from[0] + ((to[0] - from[0]) * i) / (n - 1), from[1] + ((to[1] - from[1]) * i) / (n - 1)]);
}

function stand(at: readonly [number, number], seconds: number): (readonly [number, number])[] {
  return Array.from({ length: 5 * seconds }, (_, i) => [at[0] + 0.003 * Math.sin(i), at[1] + 0.003 * Math.cos(1.7 * i)]);
}

function doors(said: readonly ReadingBody[]): readonly string[] {
  return said.flatMap((reading) => (reading.kind === 'door.count' ? [`${reading.in} in ${reading.out} out ${reading.zone}`] : []));
}

describe('an entrance', () => {
  const place: CameraPlace = { kind: 'zone', zone: 'hall', entrances: [DOOR] };
  const IN = '1 in 0 out hall';
  const OUT = '0 in 1 out hall';

  it.each<[string, (readonly [number, number] | undefined)[], readonly string[]]>([
    ['who comes in', along([0.5, 0.9], [0.5, 0.1], 20), [IN]],
    ['who goes out', along([0.4, 0.2], [0.5, 0.9], 20), [OUT]],
    ['who comes in and goes out again', [...along([0.5, 0.9], [0.5, 0.2], 15), ...along([0.5, 0.2], [0.5, 0.9], 15)], [IN, OUT]],
    ['nobody who stands on the threshold', stand([0.5, 0.5], 20), []],
    [
      'once who trembles over the line',
      [
        ...along([0.5, 0.8], [0.5, 0.51], 8),
        ...Array.from({ length: 60 }, (_, i) => [0.5, 0.5 + 0.012 * Math.sin(i)] as const),
        ...along([0.5, 0.49], [0.5, 0.2], 8),
      ],
      [IN],
    ],
    ['nobody who walks along before it', along([0.1, 0.6], [0.9, 0.6], 20), []],
    ['nobody who goes round its end', [...along([0.05, 0.8], [0.05, 0.2], 20), ...along([0.05, 0.2], [0.5, 0.2], 10)], []],
  ])('counts %s', (_, way, expected) => {
    expect(doors(walk(watchOver(place), { t1: way }))).toEqual(expected);
  });

  it('counts once who is lost for a second in the doorway and is another track then', () => {
    const before = along([0.5, 0.8], [0.5, 0.56], 10);
    const after = along([0.5, 0.44], [0.5, 0.2], 10);
    const gap = Array.from({ length: 5 }, () => undefined);
    expect(doors(walk(watchOver(place), { t1: before, t2: [...before.map(() => undefined), ...gap, ...after] }))).toEqual([IN]);
  });

  it('that two cameras see counts everybody once', () => {
    const floor = floorOf();
    const cameras = [floor.view('a', { ...ABOVE, entrances: [DOOR] }), floor.view('b', { ...ABOVE, entrances: [DOOR] })];
    const said: ReadingBody[] = [];
    for (const [i, [x, y]] of along([0.5, 0.9], [0.5, 0.1], 25).entries()) {
      for (const [n, camera] of cameras.entries()) said.push(...camera.update([feet(`t${n}`, x, y, 1_000 + 200 * i)], 1_000 + 200 * i));
    }
    expect(doors(said)).toEqual([IN]);
  });
});

describe('a queue', () => {
  const place: CameraPlace = { kind: 'zone', zone: 'tills', queues: [QUEUE] };
  const lengths = (said: readonly ReadingBody[]) => said.flatMap((reading) => (reading.kind === 'queue' ? [reading.length] : []));

  it('is who stands in it, not who walks through', () => {
    const said = walk(watchOver(place), {
      t1: stand([0.3, 0.3], 30),
      t2: stand([0.5, 0.3], 30),
      t3: along([0.1, 0.1], [0.9, 0.4], 25),
      t4: stand([0.5, 0.8], 30),
    });
    expect(Math.max(...lengths(said))).toBe(2);
  });

  it('says how long those who left had waited, and learns what serving one takes', () => {
    const away = (seconds: number) => along([0.5, 0.45], [0.5, 0.95], 10).concat(stand([0.5, 0.95], seconds));
    const said = walk(watchOver(place), {
      t1: [...stand([0.2, 0.3], 20), ...away(80)],
      t2: [...stand([0.4, 0.3], 40), ...away(60)],
      t3: [...stand([0.6, 0.3], 60), ...away(40)],
      t4: stand([0.8, 0.3], 102),
    });
    const left = said.flatMap((reading) =>
      reading.kind === 'queue' && reading.left !== undefined ? [Math.round((reading.leftMs ?? 0) / 1_000)] : [],
    );
    expect(left).toHaveLength(3);
    for (const [i, seconds] of left.entries()) expect(Math.abs(seconds - 20 * (i + 1))).toBeLessThan(5);
    const last = said.findLast((reading) => reading.kind === 'queue');
    expect(last).toMatchObject({ till: 'till-2', length: 1 });
    // Somebody is served every twenty seconds.
    expect(last?.kind === 'queue' && Math.abs(last.waitMs - 20_000)).toBeLessThan(6_000);
  });

  it('whose picture is not believed any more is said anew', () => {
    const watch = watchOver(place);
    walk(watch, { t1: stand([0.3, 0.3], 10) });
    watch.forget();
    expect(lengths(watch.update([], 20_000))).toEqual([0]);
  });
});

describe('stops and reaches', () => {
  it('have one seat while somebody is in view, and it is freed when they are gone', () => {
    const watch = watchOver(ABOVE);
    const said = walk(watch, { t1: [...stand([0.2, 0.15], 6), ...along([0.2, 0.15], [0.8, 0.15], 30), ...stand([0.8, 0.15], 6)] });
    const reach = watch.reached({ track: 't1', fixture: 'tea', active: true, confidence: 0.9, basis: 'both' });
    const gone = [...watch.update([], 40_000), ...watch.update([], 44_000)];
    const stops = [...said, ...gone].filter(({ kind }) => kind === 'stop');
    expect(stops).toEqual([
      { kind: 'stop', seat: 7, active: true, fixture: 'coffee' },
      { kind: 'stop', seat: 7, active: false, fixture: 'coffee' },
      { kind: 'stop', seat: 7, active: true, fixture: 'tea' },
      { kind: 'stop', seat: 7, active: false },
    ]);
    expect(reach).toEqual([{ kind: 'reach', seat: 7, fixture: 'tea', active: true, confidence: 0.9, basis: 'both' }]);
    // The next person has another seat, and nobody passing by has one.
    const next = walk(watch, { t9: [...along([0.2, 0.9], [0.2, 0.15], 10), ...stand([0.2, 0.15], 5)] }, 60_000);
    expect(next.filter(({ kind }) => kind === 'stop')).toEqual([{ kind: 'stop', seat: 8, active: true, fixture: 'coffee' }]);
  });

  it('of nobody who is followed have no seat', () => {
    expect(watchOver(ABOVE).reached({ track: undefined, fixture: 'tea', active: true })).toEqual([
      { kind: 'reach', fixture: 'tea', active: true },
    ]);
  });

  it('say no track of a camera', () => {
    const watch = watchOver({ ...ABOVE, entrances: [DOOR], queues: [QUEUE] });
    const said = walk(watch, { 'secret-track': [...along([0.5, 0.9], [0.2, 0.15], 25), ...stand([0.2, 0.15], 70)] });
    expect(said.map(({ kind }) => kind)).toEqual(expect.arrayContaining(['stop', 'queue', 'heat', 'door.count']));
    expect(JSON.stringify(said)).not.toContain('secret');
  });
});

describe('heat', () => {
  it('is seconds by square, once a minute', () => {
    const said = walk(watchOver(ABOVE), { t1: stand([0.52, 0.52], 62) });
    const [heat] = said.filter((reading) => reading.kind === 'heat');
    const { columns } = heatGrid(PLAN);
    expect(heat?.cells.map(({ cell }) => [cell % columns, Math.floor(cell / columns)])).toEqual([[10, 10]]);
    expect(heat?.cells[0]?.people).toBe(1);
    expect(Math.abs((heat?.cells[0]?.seconds ?? 0) - 60)).toBeLessThan(2);
  });

  it('and stops leave out the part of the floor where nothing is measured', () => {
    const corner = [
      { xM: 0, yM: 0 },
      { xM: 5, yM: 0 },
      { xM: 5, yM: 5 },
      { xM: 0, yM: 5 },
    ];
    const said = walk(watchOver(ABOVE, floorOf([corner])), { t1: stand([0.2, 0.15], 70) });
    expect(said.filter(({ kind }) => kind === 'heat' || kind === 'stop')).toEqual([]);
  });
});
