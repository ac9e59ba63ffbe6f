import { BLUETOOTH } from '../../adapters/bluetooth.ts';
import type { Placements } from '../../adapters/placements.ts';
import type { TransportClock } from '../clock.ts';
import type { MessageSink, Transport, TransportStatus } from '../transport.ts';
import { type BluetoothTrouble, troubleFrom } from './bluetooth-trouble.ts';
import { ADAPTER_INTERFACE, BluezLink, type BluezSignal, DEVICE_INTERFACE } from './bluez-link.ts';
import { addressOf, interfaceIn, readProperties } from './device-properties.ts';
import { OwnRadio, type RadioOutcome } from './own-radio.ts';

/** How the radio of this machine is used. */
export interface LocalBluetoothSettings {
  /** Name of the adapter, such as `hci0`. */
  readonly adapter: string;
  /** Device of the store that this radio is. */
  readonly scanner: string;
  /** Bind keys of encrypted sensors by address (`aa:bb:...`). None by default. */
  readonly keys?: ReadonlyMap<string, Uint8Array>;
  /** How often it looks whether all is well; it is also told when something changes. Default 5 s. */
  readonly lookMs?: number;
  /** Waits between attempts to reach the message bus, from the first to the longest. Default 1 s to 30 s. */
  readonly retryMs?: readonly [least: number, most: number];
}

/** What the radio needs from outside. */
export interface LocalBluetoothParts {
  readonly clock: TransportClock;
  /** A number in [0, 1). */
  readonly random: () => number;
  /** The tags, sensors and tokens of the store as they are now; another object means that they changed. */
  readonly placements: () => Placements;
  /** Whether a rotating token (`token:<hex>`) is one of a phone whose shopper opted in. None is by default. */
  readonly knowsToken?: (beacon: string) => boolean;
  /** Told what became of each advertisement; nobody is told by default. */
  readonly counted?: (outcome: RadioOutcome) => void;
}

/** Least time between two looks, however much changes, and between two attempts to scan when somebody else ends it again and again. */
const LEAST_LOOK_MS = 250;
const LEAST_SCAN_MS = 1_000;

/**
 * The Bluetooth radio of this machine, over BlueZ: what it hears of the store's tags and sensors becomes messages for the `bluetooth` adapter. Works
 * without: no message bus, no Bluetooth service and no adapter are troubles that it gets over by itself.
 */
export class LocalBluetooth implements Transport {
  readonly #settings: LocalBluetoothSettings;
  readonly #parts: LocalBluetoothParts;
  readonly #topic: string;
  #sink: MessageSink | undefined;
  #link: BluezLink | undefined;
  #radio: OwnRadio;
  #radioOf: Placements;
  #owner: string | undefined;
  #isScanning = false;
  #scannedAtMs = Number.NEGATIVE_INFINITY;
  #trouble: BluetoothTrouble | undefined;
  #isStopped = true;
  #running: Promise<void> = Promise.resolve();
  /** Ends the wait for the next look. */
  #wake: () => void = () => undefined;
  #isNudged = false;
  #lost: { readonly error: unknown } | undefined;
  readonly #counts: Record<RadioOutcome, number> = { own: 0, stranger: 0, repeated: 0, throttled: 0, refused: 0 };

  constructor(settings: LocalBluetoothSettings, parts: LocalBluetoothParts) {
    this.#settings = settings;
    this.#parts = parts;
    this.#topic = `${BLUETOOTH}/${settings.scanner}/advertisement`;
    this.#radioOf = parts.placements();
    this.#radio = this.#newRadio();
  }

  /** Resolves at once; `trouble` says how it goes. */
  async start(sink: MessageSink): Promise<void> {
    if (!this.#isStopped) throw new Error('Cannot start the Bluetooth radio: it is running');
    this.#sink = sink;
    this.#isStopped = false;
    this.#running = this.#run();
  }

  /** A radio that only listens: always rejects. */
  publish(): Promise<void> {
    return Promise.reject(new Error('Cannot send over Bluetooth: this radio only listens'));
  }

  /** What keeps it from hearing anything now, or `undefined`. */
  trouble(): BluetoothTrouble | undefined {
    return this.#trouble;
  }

  status(): TransportStatus {
    const state = this.#isStopped ? 'stopped' : this.#isScanning && this.#trouble === undefined ? 'connected' : 'connecting';
    const { stranger, repeated, throttled, refused } = this.#counts;
    return {
      name: 'bluetooth',
      state,
      sentence:
        this.#trouble?.sentence ?? (state === 'connected' ? `Bluetooth listens with ${this.#settings.adapter}` : 'Bluetooth is starting'),
      clients: this.#radio.remembered,
      refused: { stranger, repeated, throttled, refused },
    };
  }

  async stop(): Promise<void> {
    this.#isStopped = true;
    this.#wake();
    this.#link?.close();
    await this.#running;
    this.#sink = undefined;
  }

  async #run(): Promise<void> {
    const [least, most] = this.#settings.retryMs ?? [1_000, 30_000];
    let waitMs = least;
    while (!this.#isStopped) {
      try {
        await this.#session(() => {
          waitMs = least;
        });
      } catch (error) {
        if (!this.#isStopped) this.#trouble = troubleFrom(error, this.#settings.adapter);
      }
      this.#link?.close();
      this.#link = undefined;
      this.#forgetAll();
      // Not all stores of a chain at once, when its machines start together.
      if (!this.#isStopped) await this.#wait(waitMs * (0.5 + this.#parts.random() / 2));
      waitMs = Math.min(waitMs * 2, most);
    }
    this.#trouble = undefined;
  }

  /** One connection to the message bus: looks after the adapter until the connection is lost. */
  async #session(isGood: () => void): Promise<void> {
    this.#lost = undefined;
    const link = new BluezLink({
      signal: (signal) => this.#take(signal),
      lost: (error) => {
        this.#lost = { error };
        this.#wake();
      },
    });
    this.#link = link;
    await link.watch(this.#settings.adapter);
    while (!this.#isStopped) {
      this.#throwIfLost();
      this.#isNudged = false;
      await this.#look(link);
      isGood();
      await this.#wait(LEAST_LOOK_MS);
      if (!this.#isNudged && this.#lost === undefined) await this.#wait((this.#settings.lookMs ?? 5_000) - LEAST_LOOK_MS);
    }
  }

  #throwIfLost(): void {
    if (this.#lost !== undefined) throw this.#lost.error;
  }

  /** Sees to it that the adapter scans, or names what is in the way. What BlueZ refuses is a trouble; no answer ends the session. */
  async #look(link: BluezLink): Promise<void> {
    const { adapter } = this.#settings;
    const owner = await link.owner();
    if (owner !== this.#owner) this.#forgetAll();
    this.#owner = owner;
    if (owner === undefined) return this.#stumble({ kind: 'no-service' });
    try {
      const adapters = await link.adapters();
      if (!adapters.includes(adapter)) return this.#stumble({ kind: 'no-adapter', others: adapters });
      const { powered, discovering } = await link.state(adapter);
      if (!powered) return this.#stumble({ kind: 'switched-off' });
      if (!this.#isScanning || !discovering || this.#radioOf !== this.#parts.placements()) await this.#scan(link);
      this.#trouble = undefined;
    } catch (error) {
      const trouble = troubleFrom(error, adapter);
      if (trouble.kind !== 'refused') throw error;
      this.#isScanning = false;
      this.#trouble = trouble;
    }
  }

  async #scan(link: BluezLink): Promise<void> {
    const nowMs = this.#parts.clock.monotonicMs();
    if (nowMs - this.#scannedAtMs < LEAST_SCAN_MS) {
      this.#isNudged = true;
      return;
    }
    this.#scannedAtMs = nowMs;
    if (this.#radioOf !== this.#parts.placements()) this.#renew();
    await link.scan(this.#settings.adapter);
    this.#isScanning = true;
    // Devices that BlueZ knows already are not announced again, only the changes of their signal.
    const objects = await link.objects();
    if (typeof objects !== 'object' || objects === null) return;
    for (const [path, interfaces] of Object.entries(objects)) this.#hear(path, interfaceIn(interfaces, DEVICE_INTERFACE));
  }

  #stumble(what: Parameters<typeof troubleFrom>[0]): void {
    this.#forgetAll();
    this.#trouble = troubleFrom(what, this.#settings.adapter);
  }

  #forgetAll(): void {
    this.#isScanning = false;
    this.#renew();
  }

  #renew(): void {
    if (this.#radio.remembered === 0 && this.#radioOf === this.#parts.placements()) return;
    this.#radioOf = this.#parts.placements();
    this.#radio = this.#newRadio();
  }

  #newRadio(): OwnRadio {
    return new OwnRadio(this.#radioOf, { keys: this.#settings.keys ?? new Map(), knowsToken: this.#parts.knowsToken ?? (() => false) });
  }

  #take(signal: BluezSignal): void {
    const { adapter } = this.#settings;
    switch (signal.kind) {
      case 'service':
        return this.#nudge();
      case 'added':
        if (signal.path === `/org/bluez/${adapter}`) return this.#nudge();
        return this.#hear(signal.path, interfaceIn(signal.interfaces, DEVICE_INTERFACE));
      case 'removed':
        if (signal.path === `/org/bluez/${adapter}`) return this.#nudge();
        return this.#radio.forget(signal.path);
      case 'changed':
        if (signal.of === ADAPTER_INTERFACE) return this.#nudge();
        if (signal.of === DEVICE_INTERFACE) this.#hear(signal.path, signal.properties);
    }
  }

  #nudge(): void {
    this.#isNudged = true;
    this.#wake();
  }

  #hear(path: string, properties: unknown): void {
    if (properties === undefined || !path.startsWith(`/org/bluez/${this.#settings.adapter}/`)) return;
    const address = addressOf(path);
    const { rssiDbm, data } = readProperties(properties);
    if (address === undefined || (rssiDbm === undefined && data === undefined)) return;
    const { outcome, payload } = this.#radio.hear({ path, address, rssiDbm, data, nowMs: this.#parts.clock.monotonicMs() });
    this.#counts[outcome] += 1;
    this.#parts.counted?.(outcome);
    if (payload === undefined) return;
    this.#sink?.(
      {
        topic: this.#topic,
        payload: Buffer.from(payload),
        qos: 0,
        retain: false,
        client: undefined,
        receivedAtMs: this.#parts.clock.wallMs(),
      },
      // The air does not repeat what was not taken: nothing waits for the answer.
      () => undefined,
    );
  }

  #wait(ms: number): Promise<void> {
    return new Promise((resolve) => {
      const timer = setTimeout(resolve, ms);
      this.#wake = () => {
        clearTimeout(timer);
        resolve();
      };
      if (this.#isStopped || this.#lost !== undefined) this.#wake();
    });
  }
}
