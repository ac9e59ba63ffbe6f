import { compileStore } from '../../../agent/core/compiled-store.ts';
import type { StepContext } from '../../../agent/core/context.ts';
import { noteActivity } from '../../../agent/core/health/note.ts';
import { closeRound } from '../../../agent/core/health/round.ts';
import { ROUND_MS } from '../../../agent/core/health/usual.ts';
import type { Reading } from '../../../agent/core/reading.ts';
import { createState, type State } from '../../../agent/core/state.ts';
import type { PlacedDevice, StoreMap } from '../../../agent/core/store-map.ts';
import { DAY_MS, HOUR_MS, MINUTE_MS } from '../../../agent/core/units.ts';
import { sampleStore } from '../../support/sample-store.ts';

/** A device of the simulated store: what it reports in a busy hour, and how much that varies by itself. */
export interface SimDevice {
  readonly id: string;
  readonly role: PlacedDevice['role'];
  readonly zone: string;
  readonly anHour: number;
  /** Shape of the gamma that each ten minutes are drawn from: small is bursty. Undefined for one that reports by its own clock. */
  readonly shape: number | undefined;
  /** Deviation of its own day from the store's (logarithm). */
  readonly ownDays: number;
}

export interface SimOptions {
  readonly days: number;
  readonly seed: number;
  readonly devices: readonly SimDevice[];
  /** Share of its reports that a device loses from a moment on. */
  readonly loss?: { readonly device: string; readonly fromMs: number; readonly share: number };
  /** Days (from 0) on which the store is closed. */
  readonly holidays?: readonly number[];
  /** Whether it opens on Sundays; not by default. */
  readonly sundays?: boolean;
  /** Told after each round with the devices and zones that are called low. */
  readonly onRound: (atMs: number, state: State) => void;
}

/** A Monday, midnight in Berlin. */
export const SIM_START_MS = Date.UTC(2026, 4, 31, 22);

/** Twenty devices as a mid-size store has them. */
export const TWENTY: readonly SimDevice[] = [
  ...['a', 'b', 'c', 'd', 'e', 'f', 'g', 'h'].map(
    (zone, at): SimDevice => ({
      id: `scan-${zone}`,
      role: 'scanner',
      zone,
      anHour: [40, 400, 120, 40, 900, 60, 200, 25][at] ?? 40,
      shape: 4,
      ownDays: 0.2,
    }),
  ),
  { id: 'scan-a2', role: 'scanner', zone: 'a', anHour: 60, shape: 4, ownDays: 0.2 },
  { id: 'door-1', role: 'door', zone: 'a', anHour: 90, shape: 8, ownDays: 0.1 },
  { id: 'door-2', role: 'door', zone: 'h', anHour: 30, shape: 6, ownDays: 0.2 },
  { id: 'till-1', role: 'till', zone: 'h', anHour: 45, shape: 3, ownDays: 0.1 },
  { id: 'till-2', role: 'till', zone: 'h', anHour: 12, shape: 1, ownDays: 0.6 },
  { id: 'shelf-1', role: 'sensor', zone: 'b', anHour: 20, shape: 2, ownDays: 0.3 },
  { id: 'shelf-2', role: 'sensor', zone: 'c', anHour: 6, shape: 2, ownDays: 0.4 },
  { id: 'shelf-3', role: 'sensor', zone: 'd', anHour: 3, shape: 1, ownDays: 0.5 },
  { id: 'climate-1', role: 'sensor', zone: 'e', anHour: 60, shape: undefined, ownDays: 0 },
  { id: 'climate-2', role: 'sensor', zone: 'f', anHour: 12, shape: undefined, ownDays: 0 },
  { id: 'scale-1', role: 'sensor', zone: 'g', anHour: 360, shape: undefined, ownDays: 0 },
  { id: 'cam-1', role: 'camera', zone: 'g', anHour: 720, shape: undefined, ownDays: 0 },
];

/** Plays days of a store through the health of its devices as the agent keeps it, round by round. */
export function simulateTraffic(options: SimOptions): State {
  const random = seeded(options.seed);
  const state = createState();
  const store = compileStore(storeOf(options.devices));
  state.store = store;
  const context = (nowMs: number): StepContext => ({ state, store, nowMs, seq: 1, emit: () => undefined, nextId: () => '' });
  for (let day = 0; day < options.days; day++) {
    const dayMs = SIM_START_MS + day * DAY_MS;
    const weekday = day % 7;
    const isClosed = (weekday === 6 && options.sundays !== true) || options.holidays?.includes(day) === true;
    const storeDay = Math.exp(0.25 * normal(random)) * (weekday === 5 ? 1.6 : weekday === 6 ? 0.7 : 1);
    const own = new Map(options.devices.map(({ id, ownDays }) => [id, Math.exp(ownDays * normal(random))]));
    let storeHour = 1;
    for (let round = 0; round < DAY_MS / ROUND_MS; round++) {
      const fromMs = dayMs + round * ROUND_MS;
      if (round % 6 === 0) storeHour = Math.exp(0.15 * normal(random));
      for (const device of options.devices) {
        const open = isClosed ? 0 : openness((fromMs - dayMs) / HOUR_MS);
        const factor = device.shape === undefined ? 1 : open * storeDay * storeHour * (own.get(device.id) ?? 1);
        const mean = (device.anHour / 6) * factor * (device.shape === undefined ? 1 : gamma(random, device.shape) / device.shape);
        let count = device.shape === undefined ? Math.round(mean) : poisson(random, mean);
        if (device.shape === undefined && random() < 0.02) count = Math.max(0, count - 1);
        const { loss } = options;
        if (loss !== undefined && loss.device === device.id && fromMs >= loss.fromMs) count = thinned(random, count, 1 - loss.share);
        speak(context(fromMs + MINUTE_MS), { device, count, random });
      }
      const nowMs = fromMs + ROUND_MS + 100;
      state.nowMs = nowMs;
      closeRound(context(nowMs));
      options.onRound(nowMs, state);
    }
  }
  return state;
}

/** Opens at half past eight, fullest at five, closes at eight. */
function openness(hour: number): number {
  if (hour < 8.5 || hour >= 20) return 0;
  return 0.35 + 0.65 * Math.exp(-(((hour - 17) / 3.5) ** 2)) + 0.25 * Math.exp(-(((hour - 11) / 1.5) ** 2));
}

function speak(context: StepContext, said: { readonly device: SimDevice; readonly count: number; readonly random: () => number }): void {
  const { device, count, random } = said;
  const { id } = device;
  // Every device shows a sign of life of its own, as they do.
  context.state.devices.set(id, {
    lastSeenAtMs: context.nowMs + ROUND_MS / 2,
    messagesToday: 0,
    online: undefined,
    batteryPercent: undefined,
    rssiDbm: undefined,
    clockOffsetMs: 0,
  });
  // Only values that can stand still are said one by one; of the others the number is all that counts.
  const spoken = device.shape === undefined ? count : Math.min(1, count);
  for (let n = 0; n < spoken; n++) noteActivity(context, readingOf(device, random), false);
  const known = context.state.health.devices.get(id);
  if (known !== undefined) known.readings = count;
  if (count === 0) noteActivity(context, { id: 's', device: id, atMs: 0, kind: 'device.status', online: true }, false);
}

function readingOf(device: SimDevice, random: () => number): Reading {
  const envelope = { id: 'r', device: device.id, atMs: 0 };
  if (device.id.startsWith('climate')) return { ...envelope, kind: 'climate', temperatureC: Math.round(200 + 5 * random()) / 10 };
  if (device.id.startsWith('scale')) return { ...envelope, kind: 'shelf.weight', slot: '01-1', grams: Math.round(1_000 + 3 * random()) };
  if (device.id.startsWith('cam')) return { ...envelope, kind: 'presence', count: Math.floor(4 * random()) };
  if (device.role === 'door') return { ...envelope, kind: 'door.count', in: 1, out: 0 };
  return { ...envelope, kind: 'ble.sighting', beacon: 'cart-01', rssiDbm: -60 };
}

function storeOf(devices: readonly SimDevice[]): StoreMap {
  const sample = sampleStore();
  const zones = [...new Set(devices.map(({ zone }) => zone))];
  const [first] = sample.zones;
  if (first === undefined) throw new Error('Cannot simulate a store without a zone');
  return {
    ...sample,
    timeZone: 'Europe/Berlin',
    zones: zones.map((id) => ({ ...first, id, name: id })),
    fixtures: [],
    slots: [],
    devices: devices.map(({ id, role, zone }) => ({ id, name: id, adapter: 'native', role, zone, quietAfterMs: 15 * MINUTE_MS })),
  };
}

/** mulberry32. */
export function seeded(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 0x1_0000_0000;
  };
}

function normal(random: () => number): number {
  return Math.sqrt(-2 * Math.log(1 - random())) * Math.cos(2 * Math.PI * random());
}

/** Marsaglia and Tsang, with the usual boost below 1. */
function gamma(random: () => number, shape: number): number {
  if (shape < 1) return gamma(random, shape + 1) * (1 - random()) ** (1 / shape);
  const d = shape - 1 / 3;
  const c = 1 / Math.sqrt(9 * d);
  for (;;) {
    const x = normal(random);
    const v = (1 + c * x) ** 3;
    if (v > 0 && Math.log(1 - random()) < 0.5 * x * x + d - d * v + d * Math.log(v)) return d * v;
  }
}

function poisson(random: () => number, mean: number): number {
  if (mean > 60) return Math.max(0, Math.round(mean + Math.sqrt(mean) * normal(random)));
  const limit = Math.exp(-mean);
  let count = 0;
  for (let product = random(); product > limit; product *= random()) count++;
  return count;
}

function thinned(random: () => number, count: number, share: number): number {
  let kept = 0;
  for (let n = 0; n < count; n++) if (random() < share) kept++;
  return kept;
}
