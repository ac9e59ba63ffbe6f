import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { createAdapterRegistry } from '../../../devices/adapters/registry.ts';

const FILE = join(import.meta.dirname, '../../../../shared/data/device-payloads/payloads.jsonl');
const isHere = existsSync(FILE);
if (!isHere) console.warn(`Cannot test with captured payloads: ${FILE} is absent`);

const IBEACON = '1de4b189-115e-45f6-b44e-509352269977-0-0';
const PET = '426c7565-4368-6172-6d42-6561636f6e73-3838-4949';

const heard = (device: string, beacon: string, rssiDbm: number, txPowerDbm?: number) => ({
  device,
  kind: 'ble.sighting',
  beacon,
  rssiDbm,
  ...(txPowerDbm !== undefined && { txPowerDbm }),
});
const battery = (device: string, batteryPercent: number) => ({ device, kind: 'device.status', batteryPercent });
const online = (device: string, is: boolean) => ({ device, kind: 'device.status', online: is });
const contact = (device: string, open: boolean) => ({ device, kind: 'contact', open });
const vibration = (device: string, active: boolean) => ({ device, kind: 'vibration', active });
const occupied = (device: string) => ({ device, kind: 'occupancy', occupied: true });
const button = (device: string, action: string) => ({ device, kind: 'button', action });

/**
 * What each captured payload means, in the order of the file: readings (without id and time), or the name under which it is not for us. Written by hand
 * from the file's `meaning`.
 */
const MEANINGS: readonly (readonly object[] | string)[] = [
  [heard('node-office', PET, -81.1, -59)],
  [heard('espresense:loft', PET, -90.5)],
  [online('node-office', true)],
  'ignored room-decision',
  [heard('espresense:kitchen', '1d4b2e16-481e-4579-8b35-ffc32e4a1758-100-1', -72.35, -59)],
  [heard('espresense:kitchen', 'phone:hazri-test', -82.48, -71)],
  'ignored not-a-tag',
  [heard('espresense:despacho', '2f234757-cf6d-4a0f-adf2-f4911ba9ffa6-1-0', -96, -75)],
  [heard('espresense:esp1', 'bc:7e:8b:2e:9a:71', -95, -71)],
  'malformed not-json',
  [heard('gateway-1', '45:e1:74:12:6e:00', -89)],
  [heard('gateway-1', 'c7:fa:ad:13:2c:00', -68)],
  [{ device: 'thermometer', kind: 'climate', temperatureC: 19.2, humidityPercent: 52.6 }],
  [heard('gateway-1', IBEACON, -78, -66)],
  [heard('gateway-1', IBEACON, -78, -66)],
  [heard('gateway-1', IBEACON, -79, -66)],
  [heard('gateway-1', IBEACON, -77, -66)],
  [heard('gateway-1', IBEACON, -76, -66)],
  [heard('gateway-1', IBEACON, -83, -66)],
  'malformed out-of-range',
  [heard('openmqttgateway:esp32gw', '54:94:5e:9f:64:c4', -74)],
  [occupied('frigate:front_door')],
  'ignored identifies-people',
  'ignored identifies-people',
  'ignored identifies-people',
  'ignored identifies-people',
  'ignored identifies-people',
  'ignored review',
  'ignored trigger',
  [online('frigate:frigate', true)],
  [{ device: 'frigate:front_door', kind: 'presence', count: 2 }],
  'ignored active-count',
  [{ device: 'frigate:driveway', kind: 'presence', count: 0 }],
  'ignored picture-motion',
  [online('frigate:front_door', false)],
  [button('zigbee2mqtt:button', 'single')],
  [button('zigbee2mqtt:button_double_key', 'single_left')],
  [{ device: 'zigbee2mqtt:weather_sensor', kind: 'climate', temperatureC: 0.08, humidityPercent: 0.01 }],
  'malformed not-json',
  [contact('zigbee2mqtt:door', false), battery('zigbee2mqtt:door', 100)],
  [vibration('zigbee2mqtt:shelf_vibration', false), battery('zigbee2mqtt:shelf_vibration', 100)],
  [vibration('zigbee2mqtt:shelf_vibration', false), battery('zigbee2mqtt:shelf_vibration', 100)],
  [vibration('zigbee2mqtt:EG_GRID01', true), battery('zigbee2mqtt:EG_GRID01', 100)],
  'ignored no-reading',
  [vibration('zigbee2mqtt:vib', true), battery('zigbee2mqtt:vib', 100)],
  [contact('zigbee2mqtt:door2', true)],
  [contact('back-door', true), battery('back-door', 100)],
  [contact('zigbee2mqtt:main_door', true), battery('zigbee2mqtt:main_door', 100)],
  [contact('zigbee2mqtt:kontaktsensor', true), battery('zigbee2mqtt:kontaktsensor', 100)],
  [contact('zigbee2mqtt:0x00158d000252acd4', true), battery('zigbee2mqtt:0x00158d000252acd4', 91)],
  [
    occupied('zigbee2mqtt:motion1'),
    { device: 'zigbee2mqtt:motion1', kind: 'climate', temperatureC: 25, illuminanceLux: 839 },
    battery('zigbee2mqtt:motion1', 100),
  ],
  [occupied('zigbee2mqtt:Wohnzimmer_Bewegung'), battery('zigbee2mqtt:Wohnzimmer_Bewegung', 29)],
  [
    occupied('zigbee2mqtt:hue-ms-study'),
    { device: 'zigbee2mqtt:hue-ms-study', kind: 'climate', illuminanceLux: 42 },
    battery('zigbee2mqtt:hue-ms-study', 97),
  ],
  [button('zigbee2mqtt:cube', 'flip90'), battery('zigbee2mqtt:cube', 91)],
  'ignored nothing-relevant',
  'ignored nothing-relevant',
  'ignored nothing-relevant',
  [button('shelly:epld01', 'press')],
  [button('shelly:shellyplus1-aabbcc', 'press')],
  [
    { device: 'shelly-blu:unplaced', kind: 'climate', temperatureC: 17, humidityPercent: 52 },
    { device: 'shelly-blu:unplaced', kind: 'device.status', batteryPercent: 100, rssiDbm: -92 },
  ],
  [
    occupied('motion-1'),
    { device: 'motion-1', kind: 'climate', illuminanceLux: 174 },
    { device: 'motion-1', kind: 'device.status', batteryPercent: 98, rssiDbm: -70 },
  ],
  [battery('shelly:shellyht-livingroom', 73)],
  [{ device: 'shelly:shellyht-livingroom', kind: 'device.status', uptimeMs: 2_000 }],
  'ignored nothing-relevant',
  [button('shelly-gen1:shelly1-483FDA91BCEF', 'single')],
  'ignored nothing-relevant',
  [{ device: 'scale-3', kind: 'shelf.weight', slot: '03-2', grams: 0 }],
  [{ device: 'scale-3', kind: 'shelf.weight', slot: '03-2', grams: 0 }],
  'malformed not-json',
  [{ device: 'tasmota:nfc1', kind: 'rfid.read', epc: '94D8FC5F' }],
  [seen('Cam_x1_0', [[298, 132, 28, 89]])],
  [
    seen('Cam_x1_0', [
      [515, 174, 37, 97],
      [120, 485, 67, 132],
    ]),
  ],
  [
    seen('Cam_x2_0', [
      [266, 497, 33, 88],
      [535, 298, 29, 74],
    ]),
  ],
  [
    seen('Cam_x2_0', [
      [49, 426, 50, 85],
      [353, 229, 19, 66],
    ]),
  ],
];

/** Boxes of an 800 by 600 picture; the second ends where the picture does. */
function seen(camera: string, boxes: readonly (readonly [number, number, number, number])[]): object {
  const people = boxes.map(([x, y, w, h], track) => ({
    x: expect.closeTo(x / 800, 6),
    y: expect.closeTo(y / 600, 6),
    w: expect.closeTo(w / 800, 6),
    h: expect.closeTo(Math.min(y + h, 600) / 600 - y / 600, 6),
    confidence: 1,
    track: String(track),
  }));
  return { device: `scenescape:${camera}`, kind: 'camera.detections', people };
}

describe.skipIf(!isHere)('captured payloads', () => {
  const payloads = isHere
    ? readFileSync(FILE, 'utf8')
        .trim()
        .split('\n')
        .map((line) => JSON.parse(line) as { topic: string; payload: string; encoding: string; meaning: string })
    : [];
  const registry = createAdapterRegistry({
    store: 'demo',
    // Some are placed, so that both what is known and what is not is seen.
    devices: [
      { id: 'node-office', adapter: 'espresense', knownAs: 'office' },
      { id: 'gateway-1', adapter: 'openmqttgateway', knownAs: 'OpenMQTTGateway' },
      { id: 'thermometer', adapter: 'openmqttgateway', knownAs: '4c:33:a6:60:3c:79' },
      { id: 'back-door', adapter: 'zigbee2mqtt', knownAs: 'Back Deck Door' },
      { id: 'motion-1', adapter: 'shelly-blu', knownAs: 'E8E07ED0F989' },
      { id: 'scale-3', adapter: 'tasmota', knownAs: 'scale1', slot: '03-2' },
    ],
  });
  const withTag = createAdapterRegistry({ store: 'demo', devices: [], tags: [IBEACON.toUpperCase()] });

  it('are as many as there are meanings', () => {
    expect(payloads.length).toBe(MEANINGS.length);
  });

  it.each(payloads.map((payload, index) => [index, payload.topic.slice(0, 60), payload.meaning.slice(0, 60), payload] as const))(
    '%i: %s (%s)',
    (index, _topic, _meaning, { topic, payload, encoding }) => {
      const bytes = Buffer.from(payload, encoding === 'base64' ? 'base64' : 'utf8');
      const decoded = registry.decode({ topic, payload: bytes, retain: false, receivedAtMs: 1_790_000_000_000 });
      const expected = MEANINGS[index];
      if (typeof expected === 'string') {
        expect(decoded.kind === 'readings' ? decoded : `${decoded.kind} ${decoded.reason}`).toBe(expected);
        return;
      }
      expect(decoded).toMatchObject({ kind: 'readings' });
      if (decoded.kind === 'readings') expect(decoded.readings.map(({ id: _id, atMs: _atMs, ...rest }) => rest)).toEqual(expected);
    },
  );

  it('name an iBeacon as the store spells it, under whatever address it is heard', () => {
    const beacons = payloads
      .filter(({ meaning }) => /iBeacon|uuid topic/.test(meaning) && !meaning.includes('pet-tag') && !meaning.includes('phone'))
      .map(({ topic, payload }) => withTag.decode({ topic, payload: Buffer.from(payload), retain: false, receivedAtMs: 1 }))
      .flatMap((decoded) => (decoded.kind === 'readings' ? decoded.readings : []))
      .flatMap((reading) => ('beacon' in reading ? [reading.beacon] : []));
    expect(beacons.length).toBeGreaterThan(3);
    expect(new Set(beacons)).toEqual(new Set([IBEACON.toUpperCase()]));
  });

  it('let no hardware address out but as a beacon', () => {
    for (const { topic, payload, encoding } of payloads) {
      const decoded = registry.decode({
        topic,
        payload: Buffer.from(payload, encoding === 'base64' ? 'base64' : 'utf8'),
        retain: false,
        receivedAtMs: 1_790_000_000_000,
      });
      if (decoded.kind !== 'readings') continue;
      for (const reading of decoded.readings) {
        const said = JSON.stringify({ ...reading, beacon: undefined, id: undefined });
        expect(said).not.toMatch(/(?<![0-9A-Za-z-])(?:[0-9a-f]{2}[:-]){5}[0-9a-f]{2}|"[0-9a-f]{12}"/i);
      }
    }
  });
});
