import { flapsLastHour } from '../core/health/flapping.ts';
import { isResting, isUnheard } from '../core/health/stale.ts';
import { lastHour } from '../core/health/usual.ts';
import type { DeviceOverview } from '../core/overview.ts';
import type { State } from '../core/state.ts';
import type { PlacedDevice } from '../core/store-map.ts';
import type { TimestampMs } from '../core/units.ts';

/** What the manager page says about one device. */
export function deviceOverview(state: Readonly<State>, device: PlacedDevice, nowMs: TimestampMs): DeviceOverview {
  const track = state.devices.get(device.id);
  const watch = state.health.devices.get(device.id)?.watch;
  const hour = watch === undefined ? undefined : lastHour(watch);
  return {
    id: device.id,
    name: device.name,
    role: device.role,
    adapter: device.adapter,
    zone: device.zone,
    fixture: device.fixture,
    lastSeenAtMs: track?.lastSeenAtMs,
    ...conditionOf(state, device, nowMs),
    batteryPercent: track?.batteryPercent,
    rssiDbm: track?.rssiDbm,
    messagesToday: track?.messagesToday ?? 0,
    clockOffsetMs: track === undefined ? undefined : Math.round(track.clockOffsetMs),
    ...(hour !== undefined && hour.usual > 0 && { lastHour: { readings: hour.seen, usual: Math.round(hour.usual) } }),
  };
}

function conditionOf(state: Readonly<State>, device: PlacedDevice, nowMs: TimestampMs): Pick<DeviceOverview, 'state' | 'sentence'> {
  const track = state.devices.get(device.id);
  if (track === undefined) {
    return { state: 'never', sentence: device.role === 'display' ? 'Shows messages; has not reported itself' : 'Not heard yet' };
  }
  if (track.online === false) return { state: 'offline', sentence: 'Says it is offline' };
  if (isUnheard(state, device, nowMs)) {
    return isResting(state, device, nowMs)
      ? { state: 'ok', sentence: 'Silent, as usual at this hour' }
      : { state: 'quiet', sentence: 'Quiet for longer than usual' };
  }
  const health = state.health.devices.get(device.id);
  if (health === undefined) return { state: 'ok', sentence: 'Working' };
  if (flapsLastHour(health) !== undefined) return { state: 'degraded', sentence: 'Loses its connection all the time' };
  if (health.watch.lowSinceMs !== undefined) return { state: 'degraded', sentence: 'Reports far less than usual' };
  for (const { watch } of health.channels.values())
    if (watch.lowSinceMs !== undefined) return { state: 'degraded', sentence: 'Always reports the same value' };
  return { state: 'ok', sentence: 'Working' };
}
