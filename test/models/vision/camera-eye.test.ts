import { describe, expect, it } from 'vitest';
import { CameraEye } from '../../../models/vision/camera-eye.ts';
import type { SeenReach } from '../../../models/vision/floor-watch.ts';
import type { FrameOutcome } from '../../../models/vision/supervisor.ts';

const SOMEBODY = { x: 0.4, y: 0.2, w: 0.2, h: 0.7, confidence: 0.9 };

describe('CameraEye', () => {
  it('calls a camera that plays a recording over and over frozen, and says nothing of who is in it', () => {
    const { eye, updates } = build({});
    for (let i = 0; i < 400; i++) eye.see(seen({ fingerprint: i % 60 }), 1_000 + 200 * i);
    expect(eye.fault(81_000)?.sentence).toBe('the same pictures come over and over');
    const before = updates();
    eye.see(seen({ fingerprint: 3 }), 81_200);
    expect(updates()).toBe(before);
  });

  it('lets a video file that is played again be', () => {
    const { eye } = build({ repeats: true });
    for (let i = 0; i < 400; i++) eye.see(seen({ fingerprint: i % 60 }), 1_000 + 200 * i);
    expect(eye.fault(81_000)).toBeUndefined();
  });

  it("calls a camera frozen that sends yesterday's pictures as if they were new", () => {
    const { eye } = build({});
    for (let i = 0; i < 100; i++) eye.see(seen({ fingerprint: i, takenAt: '2026:01:30 09:05:00' }), 1_000 + 200 * i);
    expect(eye.fault(21_000)).toEqual({
      kind: 'frozen',
      sentence: 'its pictures are old: all say that they were taken at 2026-01-30 09:05',
    });
    // Its clock is its own affair as long as it goes.
    eye.see(seen({ fingerprint: 101, takenAt: '2001:01:01 00:00:01' }), 21_200);
    expect(eye.fault(21_400)).toBeUndefined();
  });

  it('lets the detector rest only where nobody is followed, not even somebody who is not certain yet', () => {
    const { eye } = build({});
    expect(eye.asks()).toEqual({ mayRest: true });
    eye.see(seen({ fingerprint: 1, people: [SOMEBODY] }), 1_000);
    expect(eye.asks()).toEqual({ followed: [] });
    eye.see(seen({ fingerprint: 2, people: [SOMEBODY] }), 1_200);
    expect(eye.asks().followed).toMatchObject([{ track: 't1' }]);
  });

  it('forgets a reach with the camera that is at fault', () => {
    const { eye, reached } = build({ fixtures: ['rack'] });
    const reach = (hand: number) => [{ track: 't1', shelf: 0, hand, change: 0 }];
    for (let i = 0; i < 8; i++) eye.see(seen({ fingerprint: i, people: [SOMEBODY], reach: reach(i < 5 ? 0 : 0.7) }), 1_000 + 200 * i);
    expect(reached).toMatchObject([{ active: true, fixture: 'rack' }]);
    expect(eye.fault(20_000)?.kind).toBe('silent');
    eye.see(seen({ fingerprint: 99, people: [SOMEBODY], reach: reach(0.7) }), 20_200);
    expect(reached).toHaveLength(1);
  });
});

function build(settings: ConstructorParameters<typeof CameraEye>[2]) {
  let count = 0;
  const reached: SeenReach[] = [];
  const watch = {
    update: () => {
      count += 1;
      return [];
    },
    reached: (reach: SeenReach) => {
      reached.push(reach);
      return [];
    },
    forget: () => undefined,
  };
  return { eye: new CameraEye(watch, 0, settings), updates: () => count, reached };
}

function seen(changes: Partial<Extract<FrameOutcome, { readonly kind: 'seen' }>>): FrameOutcome {
  return { kind: 'seen', id: 1, people: [], fingerprint: 0, busyMs: 1, rssBytes: 1, ...changes };
}
