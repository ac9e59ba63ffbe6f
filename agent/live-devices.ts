import type { StoreConfig } from '../config/schema.ts';
import type { Decoded, DeviceMessage } from '../devices/adapters/adapter.ts';
import { type AdapterRegistry, fillTopic } from '../devices/adapters/registry.ts';
import { createAdapters } from './compose-adapters.ts';

/** The devices of a store as they are configured now: replaced as a whole when the configuration changes, while everything else goes on. */
export class LiveDevices {
  #registry: AdapterRegistry;
  #placed: ReadonlySet<string>;
  #store: string;

  constructor(config: StoreConfig) {
    this.#registry = createAdapters(config);
    this.#placed = new Set(config.devices.map((device) => device.id));
    this.#store = config.store.id;
  }

  /** Takes over devices, tags and mappings of a changed configuration. */
  replace(config: StoreConfig): void {
    this.#registry = createAdapters(config);
    this.#placed = new Set(config.devices.map((device) => device.id));
    this.#store = config.store.id;
  }

  get registry(): AdapterRegistry {
    return this.#registry;
  }

  decode(message: DeviceMessage): Decoded {
    return this.#registry.decode(message);
  }

  /** What a device that signed in may write: by its place in the configuration, the native form where it has none. */
  topicsOf(device: string): readonly string[] {
    if (this.#placed.has(device)) return this.#registry.topicsOf(device);
    const native = this.#registry.adapters.find((adapter) => adapter.name === 'native')?.topics ?? [];
    return native.map((topic) => fillTopic(topic, { store: this.#store, device }));
  }
}
