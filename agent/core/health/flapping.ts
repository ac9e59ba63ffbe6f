import type { DeviceHealth } from './health-state.ts';
import { ROUNDS_AN_HOUR } from './usual.ts';

/** Rounds of a week: how long an ordinary day's number of lost connections is remembered. */
const MEMORY_ROUNDS = 7 * 24 * ROUNDS_AN_HOUR;
/** Nobody has fewer than this many lost connections a day for certain. */
const LEAST_A_DAY = 0.5;
/** Chance below which so many in an hour are no accident. */
const ACCIDENT = 1e-5;

/** Takes over the lost connections of a round. */
export function settleDrops(device: DeviceHealth): void {
  device.latelyDropped.push(device.drops);
  if (device.latelyDropped.length > ROUNDS_AN_HOUR) device.latelyDropped.shift();
  const perDay = device.drops * 24 * ROUNDS_AN_HOUR;
  device.dropsADay = Math.round((device.dropsADay + (perDay - device.dropsADay) / MEMORY_ROUNDS) * 1_000) / 1_000;
}

/** Connections lost in the last hour where that is more than chance and the device's usual explain; undefined otherwise. */
export function flapsLastHour(device: DeviceHealth): number | undefined {
  const drops = device.drops + device.latelyDropped.reduce((sum, count) => sum + count, 0);
  if (drops < 2) return undefined;
  // The usual includes the last hour itself: it is taken out again.
  const own = (drops * 24 * ROUNDS_AN_HOUR) / MEMORY_ROUNDS;
  const anHour = Math.max(LEAST_A_DAY, device.dropsADay - own) / 24;
  return poissonAtLeast(drops, anHour) < ACCIDENT ? drops : undefined;
}

function poissonAtLeast(count: number, mean: number): number {
  let term = Math.exp(-mean);
  let below = 0;
  for (let k = 0; k < count; k++) {
    below += term;
    term *= mean / (k + 1);
  }
  return Math.max(0, 1 - below);
}
