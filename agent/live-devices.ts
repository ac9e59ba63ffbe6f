import type { StoreConfig } from '../config/schema.ts';
import type { Decoded, DeviceMessage } from '../devices/adapters/adapter.ts';
import { type AdapterRegistry, fillTopic } from '../devices/adapters/registry.ts';
import type { DisplayTarget } from '../devices/channels/shelf-label.ts';
import { createAdapters } from './compose-adapters.ts';
import type { Reading } from './core/reading.ts';
import type { DecodedField, UnknownMessage } from './runtime/unknown-devices.ts';

/** A message without an adapter is looked at up to this size. */
const MAX_SNIFFED = 8_192;
const NOTHING = new Uint8Array();

/** The devices of a store as they are configured now: replaced as a whole when the configuration changes, while everything else goes on. */
export class LiveDevices {
  #registry: AdapterRegistry;
  #placed: ReadonlySet<string>;
  #store: string;
  #displays: ReadonlyMap<string, StoreConfig['devices'][number]>;
  /** Adapter and foreign name of every device. */
  #names: ReadonlySet<string>;

  constructor(config: StoreConfig) {
    this.#registry = createAdapters(config);
    this.#placed = new Set(config.devices.map((device) => device.id));
    this.#store = config.store.id;
    this.#displays = displaysOf(config);
    this.#names = new Set(config.devices.map(({ adapter, knownAs, id }) => `${adapter} ${knownAs ?? id}`));
  }

  /** Takes over devices, tags and mappings of a changed configuration. */
  replace(config: StoreConfig): void {
    this.#registry = createAdapters(config);
    this.#placed = new Set(config.devices.map((device) => device.id));
    this.#store = config.store.id;
    this.#displays = displaysOf(config);
    this.#names = new Set(config.devices.map(({ adapter, knownAs, id }) => `${adapter} ${knownAs ?? id}`));
  }

  get registry(): AdapterRegistry {
    return this.#registry;
  }

  decode(message: DeviceMessage): Decoded {
    return this.#registry.decode(message);
  }

  /** What a message of a device without a place would be, for whoever is to place it. */
  introduce(message: DeviceMessage, readings: readonly Reading[]): UnknownMessage {
    const device = readings[0]?.device;
    const decoded = this.decode(message);
    // Which beacons a scanner hears is nobody's business: most of them are in shoppers' pockets.
    const isSighting = decoded.kind === 'readings' && decoded.readings.some(({ kind }) => kind === 'ble.sighting');
    const text = message.payload.length > MAX_SNIFFED ? undefined : Buffer.from(message.payload).toString('utf8');
    const adapter = this.#registry.adapterFor(message.topic, text);
    return {
      topic: isSighting ? (adapter?.topics[0] ?? '') : message.topic,
      payload: isSighting ? NOTHING : message.payload,
      atMs: message.receivedAtMs,
      adapter: adapter?.name,
      // The native form names its device in the topic, and so does an id that no family made up.
      knownAs: device === undefined ? undefined : (this.#registry.foreignName(device) ?? (device.includes(':') ? undefined : device)),
      reads: readings.map(({ kind }) => kind),
      fields: () => (isSighting ? [] : readings.flatMap(fieldsOf)),
    };
  }

  /** What devices of all families but the native one write. */
  get foreignTopics(): readonly string[] {
    const families = this.#registry.adapters.filter(({ name }) => name !== 'native');
    return families.flatMap(({ topics, bridgeTopics = [] }) =>
      [...topics, ...bridgeTopics].map((topic) => fillTopic(topic, { store: this.#store, device: '+' })),
    );
  }

  /** Whether a device that was unknown has a place now; one without a name of its own may have got it. */
  hasPlace({ adapter, knownAs }: { readonly adapter: string | undefined; readonly knownAs: string | undefined }): boolean {
    return knownAs === undefined || this.#names.has(`${adapter} ${knownAs}`);
  }

  /** Whether a name is that of a device of the store. */
  isTaken(name: string): boolean {
    return this.#placed.has(name);
  }

  /** How a display is reached. */
  displayTarget(id: string): DisplayTarget {
    const { adapter, knownAs } = this.#displays.get(id) ?? { adapter: 'native', knownAs: undefined };
    return { adapter, knownAs: knownAs ?? id };
  }

  /** What a device that signed in may also read. */
  readsOf(device: string): readonly string[] {
    return this.#registry.readsOf(device);
  }

  /** What a device that signed in may write: by its place in the configuration, the native form where it has none. */
  topicsOf(device: string): readonly string[] {
    if (this.#placed.has(device)) return this.#registry.topicsOf(device);
    const native = this.#registry.adapters.find((adapter) => adapter.name === 'native')?.topics ?? [];
    return native.map((topic) => fillTopic(topic, { store: this.#store, device }));
  }
}

/** What a reading holds, for people. Whom a beacon or tag belongs to is nobody's business before its reader has a place. */
function fieldsOf({ id: _id, device, atMs: _atMs, ...body }: Reading): readonly DecodedField[] {
  return Object.entries(body).flatMap(([name, value]) =>
    // A slot that is only the device's own name stands for none.
    name === 'kind' || name === 'beacon' || name === 'epc' || value === device
      ? []
      : [{ reading: body.kind, name, value: typeof value === 'object' ? JSON.stringify(value) : String(value) }],
  );
}

function displaysOf(config: StoreConfig): ReadonlyMap<string, StoreConfig['devices'][number]> {
  return new Map(config.devices.filter((device) => device.role === 'display').map((device) => [device.id, device]));
}
