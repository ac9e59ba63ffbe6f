import type { StepContext } from './context.ts';
import { noteActivity, noteDrop } from './health/note.ts';
import type { DeviceStatus, Reading } from './reading.ts';
import { type DeviceTrack, putBounded, STATE_LIMITS } from './state.ts';

/** Weight of a new clock difference in the smoothed one. */
const OFFSET_SMOOTHING = 0.1;

/** Notes that a device spoke. A late message says nothing about its clock: it was kept somewhere on the way. */
export function noteDevice(context: StepContext, reading: Reading, late: boolean): void {
  noteActivity(context, reading, late);
  const offsetMs = reading.atMs - context.nowMs;
  const track = context.state.devices.get(reading.device);
  if (track === undefined) {
    const fresh: DeviceTrack = {
      lastSeenAtMs: context.nowMs,
      messagesToday: 1,
      online: undefined,
      batteryPercent: undefined,
      rssiDbm: undefined,
      clockOffsetMs: late ? 0 : offsetMs,
    };
    putBounded(context.state.devices, reading.device, fresh, STATE_LIMITS.devices);
    return;
  }
  track.lastSeenAtMs = context.nowMs;
  track.messagesToday++;
  if (!late) track.clockOffsetMs += OFFSET_SMOOTHING * (offsetMs - track.clockOffsetMs);
  // Whoever talks is there, whatever an old last will said.
  if (track.online === false && reading.kind !== 'device.status') track.online = true;
}

/** Takes over what a device says of itself. */
export function noteStatus(context: StepContext, status: DeviceStatus & { readonly device: string }): void {
  const track = context.state.devices.get(status.device);
  if (track === undefined) return;
  if (status.online !== undefined) {
    if (track.online === true && !status.online) noteDrop(context.state.health, status.device);
    track.online = status.online;
  }
  if (status.batteryPercent !== undefined) track.batteryPercent = status.batteryPercent;
  if (status.rssiDbm !== undefined) track.rssiDbm = status.rssiDbm;
}
