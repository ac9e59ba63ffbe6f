import type { StepContext } from '../context.ts';
import type { Reading } from '../reading.ts';
import { type DeviceHealth, HEALTH_LIMITS, type HealthState } from './health-state.ts';
import { newWatch, ROUND_MS } from './usual.ts';

/**
 * Counts a reading for the health of its device. Called for every reading, so it costs two look-ups and makes nothing after the first time. A late one
 * was kept somewhere on the way and says nothing about now.
 */
export function noteActivity(context: StepContext, reading: Reading, late: boolean): void {
  const { health } = context.state;
  if (health.roundMs === 0) health.roundMs = context.nowMs - (context.nowMs % ROUND_MS);
  const device = health.devices.get(reading.device) ?? watchDevice(health, reading.device);
  if (device === undefined || late) return;
  switch (reading.kind) {
    case 'device.status':
      return;
    case 'shelf.weight':
      noteSource(health, reading.slot, reading.device);
      noteValue(health, device, reading.slot, reading.grams);
      break;
    case 'shelf.pick':
    case 'shelf.return':
      noteSource(health, reading.slot, reading.device);
      break;
    case 'distance':
      noteValue(health, device, reading.slot ?? 'distance', reading.metres);
      break;
    case 'climate':
      noteValue(
        health,
        device,
        'climate',
        reading.temperatureC ?? reading.humidityPercent ?? reading.illuminanceLux ?? reading.co2Ppm ?? 0,
      );
      break;
    case 'presence':
      notePeople(context, reading.device, reading.zone);
      noteValue(health, device, reading.zone ?? 'presence', reading.count);
      break;
    case 'camera.detections':
      notePeople(context, reading.device, undefined);
      break;
    default:
      break;
  }
  device.readings++;
}

/** Counts a device that said it was offline while it was online. */
export function noteDrop(health: HealthState, device: string): void {
  const known = health.devices.get(device);
  if (known !== undefined) known.drops++;
}

function watchDevice(health: HealthState, id: string): DeviceHealth | undefined {
  if (health.devices.size >= HEALTH_LIMITS.devices) return undefined;
  const fresh: DeviceHealth = {
    readings: 0,
    watch: newWatch(),
    missed: 0,
    drops: 0,
    latelyDropped: [],
    dropsADay: 0,
    channels: new Map(),
  };
  health.devices.set(id, fresh);
  return fresh;
}

/** Positional, because an object for each reading would be the dearest part of it. */
function noteValue(health: HealthState, device: DeviceHealth, name: string, value: number): void {
  const channel = device.channels.get(name);
  if (channel === undefined) {
    if (device.channels.size >= HEALTH_LIMITS.channelsEach || health.channels >= HEALTH_LIMITS.channels) return;
    device.channels.set(name, { value, readings: 1, changes: 0, watch: newWatch() });
    health.channels++;
    return;
  }
  channel.readings++;
  if (channel.value === value) return;
  channel.value = value;
  channel.changes++;
}

function noteSource(health: HealthState, slot: string, device: string): void {
  if (health.slotSources.get(slot) !== device) health.slotSources.set(slot, device);
}

function notePeople(context: StepContext, device: string, named: string | undefined): void {
  const zone = named ?? context.store.devices.get(device)?.zone;
  if (zone === undefined || !context.store.zones.has(zone)) return;
  const { peopleSources } = context.state.health;
  if (peopleSources.get(zone) !== device) peopleSources.set(zone, device);
}
