import type { StoreConfig } from '../../config/schema.ts';
import { nativeTopic } from '../../devices/topics.ts';
import type { PlacedDevice, StoreMap } from '../core/store-map.ts';

/** A shell line that sends what such a device would send (or, for a display, shows what it would get), with Debian's mosquitto-clients. */
export function firstMessage(about: {
  readonly device: PlacedDevice;
  readonly store: StoreMap;
  readonly mqtt: StoreConfig['mqtt'];
  readonly secret: string;
}): string {
  const { device, store, mqtt, secret } = about;
  const host = mqtt.host === '0.0.0.0' || mqtt.host === '::' ? '127.0.0.1' : mqtt.host;
  const tls = mqtt.tls === undefined ? '' : ` --cafile ${quoted(mqtt.tls.certFile)}`;
  const who = `-h ${host} -p ${mqtt.port}${tls} -u ${device.id} -P ${quoted(secret)} -q 1`;
  if (device.role === 'display') return `mosquitto_sub ${who} -v -t ${nativeTopic(store.storeId, device.id, 'set')}`;
  // The shell fills in the time: a message from an hour ago would be late, and one sent twice a duplicate.
  const fields = JSON.stringify(sampleReading(device, store)).slice(1, -1);
  const message = `{"id":"'$(date +%s%N)'","at":"'$(date -u +%FT%T.000Z)'",${fields}}`;
  return `mosquitto_pub ${who} -t ${nativeTopic(store.storeId, device.id, 'event')} -m '${message}'`;
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
