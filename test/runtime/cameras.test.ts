import { describe, expect, it } from 'vitest';
import { heatGrid } from '../../agent/core/cameras/heat-grid.ts';
import { type CameraPlan, Cameras, type VisionAnswer } from '../../agent/runtime/cameras.ts';
import { Counters } from '../../agent/runtime/counters.ts';
import type { CameraFrame, FrameOutcome, VisionStatus } from '../../models/vision/supervisor.ts';
import { VisionPool } from '../../models/vision/vision-pool.ts';

const SHELF = [
  { x: 0.1, y: 0.1 },
  { x: 0.4, y: 0.1 },
  { x: 0.4, y: 0.9 },
];
const MASK = [
  { x: 0, y: 0 },
  { x: 1, y: 0 },
  { x: 1, y: 0.1 },
];
const SOMEBODY = { x: 0.45, y: 0.2, w: 0.15, h: 0.7, confidence: 0.9 };

describe('Cameras', () => {
  it('asks about shelves and masks with every picture, and about hands of those who were in view', () => {
    const rig = build([plan({ shelves: [{ fixture: 'rack', polygon: SHELF }], masks: [MASK] })]);
    rig.show('a');
    expect(rig.offered.at(-1)?.frame).toMatchObject({ shelves: [SHELF], masks: [MASK], mayRest: true });
    for (let i = 0; i < 3; i++) rig.see('a', { people: [SOMEBODY] });
    rig.show('a');
    expect(rig.offered.at(-1)?.frame.followed).toMatchObject([{ track: 't1' }]);
    expect(rig.offered.at(-1)?.frame.mayRest).toBeUndefined();
  });

  it('says a reach with what it rests on, its shelf and its person, when it begins and when it ends', () => {
    const rig = build([plan({ shelves: [{ fixture: 'rack', polygon: SHELF }] })]);
    for (let i = 0; i < 5; i++) rig.see('a', { people: [SOMEBODY], reach: [{ track: 't1', shelf: 0, hand: 0, change: 0 }] });
    for (let i = 0; i < 3; i++) rig.see('a', { people: [SOMEBODY], reach: [{ track: 't1', shelf: 0, hand: 0.6, change: 1 }] });
    for (let i = 0; i < 5; i++) rig.see('a', { people: [SOMEBODY], reach: [{ track: 't1', shelf: 0, hand: 0, change: 0 }] });
    const reaches = rig.said.filter(({ kind }) => kind === 'reach');
    expect(reaches).toMatchObject([
      { active: true, fixture: 'rack', basis: 'both' },
      { active: false, fixture: 'rack' },
    ]);
    expect(reaches[0]).toHaveProperty('seat');
  });

  it('takes no more pictures than its rate of a camera that sends a hundred a second, and counts the others', () => {
    const rig = build([plan({ rate: 5 })]);
    for (let i = 0; i < 100; i++) {
      rig.forward(10);
      rig.cameras.take('a', new Uint8Array(10));
    }
    expect(rig.offered.length).toBeLessThanOrEqual(7);
    expect(rig.counters.total('endcap_shed_total', 'camera-rate')).toBe(100 - rig.offered.length);
  });

  it('counts a picture that a newer one took the place of', () => {
    const rig = build([plan({})], { isBusy: true });
    rig.show('a');
    expect(rig.counters.total('endcap_shed_total', 'camera-busy')).toBe(1);
  });

  it('lets a camera with a model that fails take no other camera with it', () => {
    const rig = build([plan({}), plan({ id: 'b', name: 'B', model: '/own/manifest.json' })]);
    rig.status.set('/own/manifest.json', { state: 'waiting', sentence: 'The detector stopped', isFallback: false });
    rig.forward(20_000);
    expect(rig.cameras.findings().map(({ id }) => id)).toEqual(['vision:/own/manifest.json', 'camera:a']);
    for (let i = 0; i < 3; i++) rig.see('a', { people: [] });
    expect(rig.cameras.findings().map(({ id }) => id)).toEqual(['vision:/own/manifest.json']);
  });

  it('says when another detector looks in place of the configured one', () => {
    const rig = build([plan({ model: '/own/manifest.json' })]);
    rig.status.set('/own/manifest.json', { state: 'ready', sentence: 'Cameras are looked at, another in its place', isFallback: true });
    expect(rig.cameras.findings()).toMatchObject([
      { id: 'vision', severity: 'warning', sentence: 'Cameras are looked at, another in its place' },
    ]);
  });
});

function plan(changes: Partial<CameraPlan>): CameraPlan {
  return {
    id: 'a',
    name: 'A',
    place: { kind: 'zone', zone: 'aisle' },
    rotateDegrees: 0,
    rate: 5,
    masks: [],
    shelves: [],
    model: 'standard',
    repeats: false,
    open: () => undefined,
    isQuiet: () => false,
    ...changes,
  };
}

function build(plans: readonly CameraPlan[], { isBusy = false } = {}) {
  let nowMs = 1_000_000;
  let answered: VisionAnswer = () => undefined;
  let fingerprint = 0;
  const counters = new Counters();
  const offered: { camera: string; frame: CameraFrame }[] = [];
  const said: { kind: string }[] = [];
  const status = new Map<string, Pick<VisionStatus, 'state' | 'sentence' | 'isFallback'>>();
  const cameras = new Cameras({
    plans,
    floor: { grid: heatGrid({ widthM: 10, depthM: 10 }), fixtures: [], unmeasured: [] },
    pool: (watched, answer) => {
      answered = answer;
      return new VisionPool(new Map(watched.map(({ id, model }) => [id, model])), (model) => ({
        start: () => undefined,
        offer: (camera, frame) => offered.push({ camera, frame }) < 0 || isBusy,
        status: () => ({
          model,
          restarts: 0,
          dropped: 0,
          ...(status.get(model) ?? { state: 'ready', sentence: 'Cameras are looked at', isFallback: false }),
        }),
        stop: () => undefined,
      }));
    },
    nowMs: () => nowMs,
    counters,
    after: () => () => undefined,
    say: (_, body) => said.push(body),
  });
  cameras.start();
  const forward = (ms: number) => {
    nowMs += ms;
  };
  const show = (camera: string) => {
    forward(200);
    cameras.take(camera, Uint8Array.of(1));
  };
  const see = (camera: string, outcome: Partial<Extract<FrameOutcome, { readonly kind: 'seen' }>>) => {
    forward(200);
    answered(camera, { atMs: nowMs }, { kind: 'seen', id: 1, people: [], fingerprint: fingerprint++, busyMs: 1, rssBytes: 1, ...outcome });
  };
  return { cameras, counters, offered, said, status, forward, show, see };
}
