import { hostname } from 'node:os';
import type { StoreConfig } from '../config/schema.ts';
import type { Adapter } from '../devices/adapters/adapter.ts';
import { nativeTopic } from '../devices/topics.ts';
import { createAdapters } from './compose-adapters.ts';
import type { PlacedDevice, StoreMap } from './core/store-map.ts';

/** A shell line that sends what such a device would send (or, for a display, shows what it would get), with Debian's mosquitto-clients. */
export function firstMessage(about: {
  readonly device: PlacedDevice;
  readonly store: StoreMap;
  readonly config: StoreConfig;
  readonly secret: string;
}): string {
  const { device, store, config, secret } = about;
  const { mqtt } = config;
  const host = mqtt.host === '0.0.0.0' || mqtt.host === '::' ? '127.0.0.1' : mqtt.host;
  const tls = mqtt.tls === undefined ? '' : ` --cafile ${quoted(mqtt.tls.certFile)}`;
  const who = `-h ${host} -p ${mqtt.port}${tls} -u ${device.id} -P ${quoted(secret)} -q 1`;
  if (device.role === 'display') return `mosquitto_sub ${who} -v -t ${nativeTopic(store.storeId, device.id, 'set')}`;
  if (device.adapter !== 'native') {
    const example = familyOf(device, config)?.examples.find(({ payload }) => typeof payload === 'string');
    if (example === undefined) return `mosquitto_pub ${who} -t <its topic> -m <its message>`;
    const fill = (text: string) => fillNames(text, { device: nameOf(device, config), store: store.storeId });
    return `mosquitto_pub ${who} -t ${quoted(fill(example.topic))} -m ${quoted(fill(String(example.payload)))}`;
  }
  // The shell fills in the time: a message from an hour ago would be late, and one sent twice a duplicate.
  const fields = JSON.stringify(sampleReading(device, store)).slice(1, -1);
  const message = `{"id":"'$(date +%s%N)'","at":"'$(date -u +%FT%T.000Z)'",${fields}}`;
  return `mosquitto_pub ${who} -t ${nativeTopic(store.storeId, device.id, 'event')} -m '${message}'`;
}

/** What to type at a device of another vendor so that it reports here; `undefined` where there is nothing to say. */
export function setupLine(about: {
  readonly device: PlacedDevice;
  readonly config: StoreConfig;
  readonly secret: string;
}): string | undefined {
  const { device, config, secret } = about;
  const host = hostname();
  return familyOf(device, config)
    ?.setup?.replaceAll('{host}', () => (config.mqtt.host === '0.0.0.0' || config.mqtt.host === '::' ? host : config.mqtt.host))
    .replaceAll('{port}', () => String(config.mqtt.port))
    .replaceAll('{user}', () => device.id)
    .replaceAll('{password}', () => secret)
    .replaceAll('{device}', () => nameOf(device, config));
}

function familyOf(device: PlacedDevice, config: StoreConfig): Adapter | undefined {
  return createAdapters(config).adapters.find((adapter) => adapter.name === device.adapter);
}

function nameOf(device: PlacedDevice, config: StoreConfig): string {
  return config.devices.find((candidate) => candidate.id === device.id)?.knownAs ?? device.id;
}

function fillNames(text: string, names: { readonly device: string; readonly store: string }): string {
  return text.replaceAll('{device}', () => names.device).replaceAll('{store}', () => names.store);
}

function sampleReading(device: PlacedDevice, store: StoreMap): Readonly<Record<string, unknown>> {
  switch (device.role) {
    case 'scanner':
      return { kind: 'ble.sighting', beacon: store.tags[0]?.id ?? 'cart-01', rssiDbm: -60 };
    case 'door':
      return { kind: 'door.count', in: 1, out: 0 };
    case 'camera':
      return { kind: 'presence', count: 1 };
    case 'till': {
      const product = store.products[0];
      const lines = product === undefined ? [] : [{ sku: product.sku, quantity: 1, cents: product.priceCents }];
      return { kind: 'pos.sale', receipt: 'R-1', lines, codes: [] };
    }
    case 'sensor':
    case 'display': {
      const slots = store.slots.filter((candidate) => candidate.fixture === device.fixture);
      const slot = slots[1] ?? slots[0];
      return slot === undefined ? { kind: 'climate', temperatureC: 21 } : { kind: 'shelf.pick', slot: slot.id, count: 1 };
    }
  }
}

/** For a POSIX shell. */
function quoted(text: string): string {
  return /^[\w@%+=:,./-]+$/.test(text) && !text.startsWith('-') ? text : `'${text.replaceAll("'", "'\\''")}'`;
}
