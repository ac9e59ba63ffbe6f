import type { DeviceId, SlotId, ZoneId } from '../ids.ts';
import type { State } from '../state.ts';
import type { PlacedDevice } from '../store-map.ts';
import { DAY_MS, type TimestampMs } from '../units.ts';
import { hasRhythm } from './usual.ts';

/** Silence up to this long can be a device's rest: a night, a weekend. */
const LONGEST_REST_MS = 3 * DAY_MS;
/** Readings that a resting device may have been expected to send since it fell silent. */
const REST_MISSED = 3;

/** Whether nothing can be expected of a device now: never heard, offline by its own word, or silent for longer than is normal for it. */
export function isUnheard(state: Readonly<State>, device: PlacedDevice, nowMs: TimestampMs): boolean {
  const track = state.devices.get(device.id);
  return track === undefined || track.online === false || nowMs - track.lastSeenAtMs > device.quietAfterMs;
}

/**
 * Whether an unheard device is silent only as it usually is at this hour: a till at night. What it last said is old all the same, but there is nothing to
 * mend. False while its hours are not known, for one whose rate is configured, and for one that said that it is offline.
 */
export function isResting(state: Readonly<State>, device: PlacedDevice, nowMs: TimestampMs): boolean {
  const track = state.devices.get(device.id);
  const health = state.health.devices.get(device.id);
  if (track === undefined || health === undefined || track.online === false || device.everyMs !== undefined) return false;
  return nowMs - track.lastSeenAtMs <= LONGEST_REST_MS && health.missed < REST_MISSED && hasRhythm(health.watch);
}

/** Since when a slot's weight and stock are stale: their sensor is unheard or stuck. Undefined while they are fresh, or were never sensed. */
export function staleSlotSince(state: Readonly<State>, slot: SlotId, nowMs: TimestampMs): TimestampMs | undefined {
  const source = state.health.slotSources.get(slot);
  if (source === undefined) return undefined;
  return staleSince(state, source, nowMs) ?? state.health.devices.get(source)?.channels.get(slot)?.watch.lowSinceMs;
}

/** Since when the people count of a zone is stale because its sensor is unheard; undefined while it is not. */
export function stalePeopleSince(state: Readonly<State>, zone: ZoneId, nowMs: TimestampMs): TimestampMs | undefined {
  const source = state.health.peopleSources.get(zone);
  return source === undefined ? undefined : staleSince(state, source, nowMs);
}

/** Whether all scanners of a zone said that they are offline: who was seen there a moment ago may have left unseen. False without scanners. */
export function isZoneDeaf(state: Readonly<State>, zone: ZoneId): boolean {
  let scanners = 0;
  for (const device of state.store?.scannersByZone.get(zone) ?? []) {
    if (state.devices.get(device)?.online !== false) return false;
    scanners++;
  }
  return scanners > 0;
}

function staleSince(state: Readonly<State>, id: DeviceId, nowMs: TimestampMs): TimestampMs | undefined {
  const device = state.store?.devices.get(id);
  // A device that was taken out of the store says nothing more either.
  if (device === undefined) return state.devices.get(id)?.lastSeenAtMs ?? 0;
  return isUnheard(state, device, nowMs) ? (state.devices.get(id)?.lastSeenAtMs ?? 0) : undefined;
}
