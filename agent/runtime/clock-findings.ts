import { MOST_LAG_MS } from '../core/clock-watch.ts';
import { tooOldSince } from '../core/health/too-old.ts';
import type { DeviceTrack } from '../core/state.ts';
import type { PlacedDevice } from '../core/store-map.ts';
import type { TimestampMs } from '../core/units.ts';
import type { Finding } from './problems.ts';

/** A device clock further off than this spoils event times. */
const CLOCK_OFFSET_LIMIT_MS = 30_000;

/** What is wrong with the time that a device tells: its clock is off, or what it sends is too old to be used. */
export function clockFinding(device: PlacedDevice, track: DeviceTrack, nowMs: TimestampMs): Finding | undefined {
  return clockOff(device, track) ?? tooOld(device, track, nowMs);
}

function clockOff(device: PlacedDevice, track: DeviceTrack): Finding | undefined {
  if (Math.abs(track.clockOffsetMs) <= CLOCK_OFFSET_LIMIT_MS) return undefined;
  const seconds = Math.round(Math.abs(track.clockOffsetMs) / 1_000);
  return {
    id: `device-clock:${device.id}`,
    severity: 'warning',
    sentence: `The clock of ${device.name} is ${seconds} s ${track.clockOffsetMs > 0 ? 'ahead' : 'behind'}`,
    hint: 'Point the device at a time server',
  };
}

/** Part of what it hears is left out, so that tags near it are placed late or not at all. */
function tooOld(device: PlacedDevice, track: DeviceTrack, nowMs: TimestampMs): Finding | undefined {
  const sinceMs = tooOldSince(track.tooOld, nowMs);
  if (sinceMs === undefined) return undefined;
  const minutes = Math.round((nowMs - sinceMs) / 60_000);
  return {
    id: `too-old:${device.id}`,
    severity: 'warning',
    sentence: `${device.name} has sent sightings that are more than ${MOST_LAG_MS / 1_000} s old for ${minutes} min; they are left out`,
    hint: 'Its clock jumps, or it holds back what it hears: point it at a time server, and let it send at once',
  };
}
