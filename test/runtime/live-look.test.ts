import { describe, expect, it } from 'vitest';
import { LiveLook, LOOK_GAP_MS } from '../../agent/runtime/live-look.ts';

const JPEG = Uint8Array.of(0xff, 0xd8, 0xff, 0xe0, 1, 2, 3);

function look() {
  const timers = new Set<() => void>();
  const live = new LiveLook((_delayMs, callback) => {
    timers.add(callback);
    return () => timers.delete(callback);
  });
  return {
    live,
    timers,
    expire: () => {
      for (const callback of [...timers]) callback();
    },
  };
}

describe('looking through a camera', () => {
  it('gives the next picture to everybody who asked, and keeps nothing', async () => {
    const { live, timers } = look();
    live.offer('cam', JPEG);
    const asked = [live.next('cam', 1_000), live.next('cam', 1_000)];
    live.offer('cam', JPEG);
    expect(await Promise.all(asked)).toEqual([JPEG, JPEG]);
    expect(timers.size).toBe(0);
    // Nothing is there for who comes later.
    let isAnswered = false;
    void live.next('cam', 5_000).then(() => {
      isAnswered = true;
    });
    await Promise.resolve();
    expect(isAnswered).toBe(false);
    live.stop();
  });

  it('is limited in rate and in number', async () => {
    const { live } = look();
    const first = live.next('cam', 1_000);
    live.offer('cam', JPEG);
    await first;
    expect(await live.next('cam', 1_000 + LOOK_GAP_MS - 1)).toBe('too-soon');
    const crowd = Array.from({ length: 9 }, () => live.next('cam', 9_000));
    expect(await crowd[8]).toBe('too-soon');
    live.stop();
    expect(await Promise.all(crowd.slice(0, 8))).toEqual(Array.from({ length: 8 }, () => 'no-picture'));
  });

  it('ends after a while when no picture comes, and shows only JPEG', async () => {
    const { live, expire } = look();
    const asked = live.next('cam', 1_000);
    live.offer('cam', Buffer.from('<script>alert(1)</script>'));
    live.offer('other', JPEG);
    expire();
    expect(await asked).toBe('no-picture');
  });
});
