import type { ReadingBody } from '../../agent/core/reading.ts';
import type { PlacedDevice, StoreMap } from '../../agent/core/store-map.ts';
import type { TimestampMs } from '../../agent/core/units.ts';
import type { Random } from './random.ts';
import type { Scenario } from './scenario.ts';
import type { DeviceMessageEvent, NativeMessage, RawMessage, SimEvent } from './sim-event.ts';

/** What the devices need of the engine: a place in time. */
export interface Timeline {
  /** Runs `act` at `atMs`, in order. */
  at(atMs: TimestampMs, act: () => void): void;
  /** Hands out an event at its own time. */
  emit(event: SimEvent): void;
}

/** Most messages one unreachable device keeps for later. */
const BUFFER_LIMIT = 1_000;

/** Every device of the store that speaks the native form, with its clock, its failures and the noise of its way to the agent. */
export class VirtualDevices {
  readonly #devices = new Map<string, VirtualDevice>();
  readonly #scenario: Scenario;
  readonly #timeline: Timeline;
  readonly #startMs: TimestampMs;
  readonly #run: string;

  /** `run` begins every message id, so that a second run is not taken for a redelivery of the first. */
  constructor(options: {
    readonly store: StoreMap;
    readonly scenario: Scenario;
    readonly random: Random;
    readonly timeline: Timeline;
    readonly startMs: TimestampMs;
    readonly run: string;
  }) {
    this.#scenario = options.scenario;
    this.#timeline = options.timeline;
    this.#startMs = options.startMs;
    this.#run = options.run;
    for (const placed of options.store.devices) {
      if (placed.adapter !== 'native') continue;
      const random = options.random.fork(`device/${placed.id}`);
      const { sd, devices } = this.#scenario.noise.clockOffsetMs;
      const offsetMs = devices[placed.id] ?? Math.round(random.normal(0, sd));
      this.#devices.set(placed.id, { placed, random, offsetMs, sent: 0, releasedAtMs: 0, state: 'working', kept: [] });
    }
  }

  /** Plans heartbeats and failures; call once. */
  start(): void {
    for (const device of this.#devices.values()) {
      const firstMs =
        this.#startMs + Math.round(device.random.uniform() * Math.min(5_000, this.#scenario.devices.heartbeatIntervalSeconds * 1_000));
      this.#timeline.at(firstMs, () => this.#heartbeat(device, firstMs));
    }
    for (const failure of this.#scenario.failures) {
      const fromMs = this.#startMs + Math.round(failure.atMinute * 60_000);
      const untilMs = fromMs + Math.round(failure.forMinutes * 60_000);
      for (const device of this.#devices.values()) {
        if (failure.device !== '*' && failure.device !== device.placed.id) continue;
        this.#timeline.at(fromMs, () => this.#fail(device, failure, fromMs));
        this.#timeline.at(untilMs, () => this.#recover(device, untilMs));
      }
    }
  }

  /** Devices of a role that take part. */
  ofRole(role: PlacedDevice['role']): readonly PlacedDevice[] {
    return [...this.#devices.values()].filter((device) => device.placed.role === role).map((device) => device.placed);
  }

  /** Whether the device's sensor repeats its last value. */
  isStuck(device: string): boolean {
    return this.#devices.get(device)?.state === 'stuck';
  }

  /** The device says something that happens now. Returns the message's id, or `undefined` when the message is lost on the way. */
  send(deviceId: string, body: ReadingBody, nowMs: TimestampMs): string | undefined {
    const device = this.#devices.get(deviceId);
    if (device === undefined) return undefined;
    return this.#send(device, body, { nowMs, channel: 'event' });
  }

  #send(
    device: VirtualDevice,
    body: ReadingBody,
    { nowMs, channel }: { readonly nowMs: TimestampMs; readonly channel: 'event' | 'state' },
  ): string | undefined {
    const { noise } = this.#scenario;
    if (device.state === 'silent') return undefined;
    // Tills are wired and retry until they are heard: money is late or twice, but never lost or garbled.
    const isTill = device.placed.role === 'till';
    if (!isTill && noise.dropOutShare > 0 && device.random.chance(noise.dropOutShare)) return undefined;
    device.sent += 1;
    const drift = ((nowMs - this.#startMs) * noise.clockDriftPpm) / 1e6;
    const message: NativeMessage = { id: `${this.#run}-${device.sent}`, deviceAtMs: Math.round(nowMs + device.offsetMs + drift), body };
    if (device.state === 'offline') {
      if (!device.keeps && !isTill) return undefined;
      // The newest are worth most: the oldest makes room.
      if (device.kept.length >= BUFFER_LIMIT) device.kept.shift();
      device.kept.push({ message, channel });
      return message.id;
    }
    if (!isTill && noise.malformedShare > 0 && device.random.chance(noise.malformedShare)) {
      this.#release(device, { message: garbled(message, device.random), channel, nowMs });
      return undefined;
    }
    this.#release(device, { message, channel, nowMs });
    return message.id;
  }

  /** One connection keeps its order, except for what is held back and sent late or again. */
  #release(
    device: VirtualDevice,
    {
      message,
      channel,
      nowMs,
    }: { readonly message: NativeMessage | RawMessage; readonly channel: 'event' | 'state'; readonly nowMs: TimestampMs },
  ): void {
    const { noise } = this.#scenario;
    const event = (atMs: TimestampMs): DeviceMessageEvent => ({ kind: 'message', atMs, device: device.placed.id, channel, message });
    let atMs = nowMs;
    if (noise.latencyMs > 0) atMs = Math.max(device.releasedAtMs, nowMs + Math.round(device.random.exponential(noise.latencyMs)));
    if (noise.lateShare > 0 && device.random.chance(noise.lateShare))
      atMs += Math.round(device.random.exponential(noise.lateSeconds * 1_000));
    else device.releasedAtMs = atMs;
    this.#timeline.emit(event(atMs));
    if (noise.duplicateShare > 0 && device.random.chance(noise.duplicateShare)) {
      this.#timeline.emit(event(atMs + Math.round(device.random.exponential(noise.duplicateDelaySeconds * 1_000))));
    }
  }

  #heartbeat(device: VirtualDevice, nowMs: TimestampMs): void {
    const uptimeMs = nowMs - this.#startMs;
    const onBattery = device.placed.role === 'sensor';
    const body: ReadingBody = {
      kind: 'device.status',
      online: true,
      uptimeMs,
      rssiDbm: Math.round(device.random.normal(-58, 4)),
      firmware: 'sim-1',
      // A tenth of a percent an hour: a battery of six weeks.
      ...(onBattery ? { batteryPercent: Math.max(1, 97 - Math.floor(uptimeMs / 36_000_000)) } : {}),
    };
    this.#send(device, body, { nowMs, channel: 'state' });
    const nextMs = nowMs + Math.round(this.#scenario.devices.heartbeatIntervalSeconds * 1_000);
    this.#timeline.at(nextMs, () => this.#heartbeat(device, nextMs));
  }

  #fail(device: VirtualDevice, failure: Scenario['failures'][number], nowMs: TimestampMs): void {
    device.state = failure.mode;
    device.keeps = failure.buffers;
    if (failure.mode === 'offline') this.#timeline.emit({ kind: 'link', atMs: nowMs, device: device.placed.id, up: false });
  }

  #recover(device: VirtualDevice, nowMs: TimestampMs): void {
    const wasOffline = device.state === 'offline';
    device.state = 'working';
    if (!wasOffline) return;
    this.#timeline.emit({ kind: 'link', atMs: nowMs, device: device.placed.id, up: true });
    for (const { message, channel } of device.kept.splice(0)) this.#release(device, { message, channel, nowMs });
  }
}

interface VirtualDevice {
  readonly placed: PlacedDevice;
  readonly random: Random;
  readonly offsetMs: number;
  sent: number;
  releasedAtMs: TimestampMs;
  state: 'working' | 'offline' | 'silent' | 'stuck';
  keeps?: boolean;
  readonly kept: { readonly message: NativeMessage; readonly channel: 'event' | 'state' }[];
}

/** The ways in which firmware goes wrong. */
function garbled(message: NativeMessage, random: Random): RawMessage {
  const { kind, ...fields } = message.body;
  const at = new Date(message.deviceAtMs).toISOString();
  const whole = JSON.stringify({ id: message.id, at, kind, ...fields });
  const ways = [
    () => whole.slice(0, random.below(whole.length)),
    () => whole.replace(/:(-?\d+)/g, ':"$1"'),
    () => whole.replace(/:(-?\d+)/, ':NaN'),
    () => JSON.stringify({ id: message.id, kind, ...fields }),
    () => JSON.stringify({ id: message.id, at: 'yesterday', kind, ...fields }),
    () => JSON.stringify({ id: message.id, at, kind: `${kind}.x`, ...fields }),
    () => `${random.hex(24)}\u0000`,
  ];
  return { text: (random.choice(ways) ?? ways[0]!)() };
}
