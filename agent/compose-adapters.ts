import type { StoreConfig } from '../config/schema.ts';
import type { PlacedSource } from '../devices/adapters/placements.ts';
import { type AdapterRegistry, createAdapterRegistry } from '../devices/adapters/registry.ts';

/** The adapters of a store with its devices' foreign names, its tags and its own mappings. */
export function createAdapters(config: StoreConfig): AdapterRegistry {
  return createAdapterRegistry({
    store: config.store.id,
    devices: placedSources(config),
    tags: config.tags.map((tag) => tag.id),
    mappings: config.mappings,
    tokens: config.bluetooth.tokens,
  });
}

/** The devices of a configuration with the names that their own messages know them by. */
export function placedSources(config: StoreConfig): readonly PlacedSource[] {
  return config.devices.map(placedSource);
}

function placedSource(device: StoreConfig['devices'][number]): PlacedSource {
  const { id, adapter, knownAs, topic, bridge, slot, slots, weightUnit, frame, counts } = device;
  return {
    id,
    adapter,
    ...(knownAs !== undefined && { knownAs }),
    ...(topic !== undefined && { topic }),
    ...(bridge !== undefined && { bridge }),
    ...(slot !== undefined && { slot }),
    ...(slots !== undefined && { slots }),
    ...(weightUnit !== undefined && { weightUnit }),
    ...(frame !== undefined && { frame }),
    ...(counts !== undefined && { counts }),
  };
}
