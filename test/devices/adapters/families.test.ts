import { describe } from 'vitest';
import { createAdapterRegistry } from '../../../devices/adapters/registry.ts';
import { describeAdapter } from '../../contracts/adapter.contract.ts';

/** The name that each family's device goes by in its own messages, where an address is wanted. */
const ADDRESSES: Readonly<Record<string, string>> = {
  'shelly-blu': 'e8:e0:7e:d0:f9:89',
  rtl433: 'LaCrosse-TX141THBv2/168',
  'home-assistant': 'front_door',
};

const names = createAdapterRegistry({ store: 'demo' }).adapters.map(({ name }) => name);
const registry = createAdapterRegistry({
  store: 'demo',
  devices: names.map((name) => ({ id: `our-${name}`, adapter: name, knownAs: ADDRESSES[name] ?? `their-${name}`, slot: '03-2' })),
});

describe('every device family', () => {
  for (const adapter of registry.adapters) {
    const isNative = adapter.name === 'native';
    const knownAs = ADDRESSES[adapter.name] ?? `their-${adapter.name}`;
    describeAdapter({ adapter, store: 'demo', knownAs: isNative ? 'our-native' : knownAs, device: `our-${adapter.name}` });
  }
});
