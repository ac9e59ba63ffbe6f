import { performance } from 'node:perf_hooks';
import type { DeviceMessage } from '../../devices/adapters/adapter.ts';
import { createAdapterRegistry } from '../../devices/adapters/registry.ts';

/** How fast one family's messages become readings. */
export interface DecodeRow {
  readonly adapter: string;
  readonly topic: string;
  readonly bytes: number;
  readonly readings: number;
  /** Messages a second on one core, through the registry: routing, parsing, checking, ids. */
  readonly perSecond: number;
}

/** Messages as each family really sends them. */
const MESSAGES: readonly (readonly [topic: string, payload: string])[] = [
  ['endcap/v1/demo/shelf-1/event', '{"id":"e-1","at":"2026-03-01T10:00:00.123Z","kind":"shelf.weight","slot":"03-2","grams":1242.5}'],
  [
    'espresense/devices/iBeacon:1d4b2e16-481e-4579-8b35-ffc32e4a1758-100-1/kitchen',
    '{"mac":"5a3f1c9d0e42","id":"iBeacon:1d4b2e16-481e-4579-8b35-ffc32e4a1758-100-1","name":"pixel-8","rssi@1m":-59,"rssi":-72.35,"rxAdj":20,"rssiVar":1.84,"distance":3.42,"var":0.21,"int":1032}',
  ],
  [
    'home/OpenMQTTGateway/BTtoMQTT/5210A84690AC',
    '{"id":"52:10:A8:46:90:AC","mac_type":1,"rssi":-77,"brand":"GENERIC","model":"iBeacon","model_id":"IBEACON","mfid":"4c00","uuid":"1de4b189115e45f6b44e509352269977","major":0,"minor":0,"txpower":-66}',
  ],
  ['tele/scale1/SENSOR', '{"Time":"2026-03-01T10:58:18","HX711":{"Weight":1.242,"WeightRaw":4782,"AbsRaw":110004}}'],
  ['zigbee2mqtt/Back Deck Door', '{"battery":100,"contact":false,"linkquality":87,"voltage":2900}'],
  [
    'zigbee2mqtt/motion1',
    '{"battery":100,"illuminance":839,"illuminance_lux":839,"linkquality":141,"occupancy":true,"temperature":25,"voltage":3025}',
  ],
  ['epld01/events/rpc', '{"src":"epld01","method":"NotifyStatus","params":{"ts":1772015093.26,"input:0":{"id":0,"state":true}}}'],
  [
    'shelly-blu/events/e8:e0:7e:d0:f9:89',
    '{"encryption":false,"BTHome_version":2,"pid":105,"battery":98,"illuminance":174,"motion":1,"rssi":-70,"address":"e8:e0:7e:d0:f9:89"}',
  ],
  ['shellies/shelly1-483FDA91BCEF/input_event/0', '{"event":"S","event_cnt":73}'],
  ['frigate/front_door/person', '2'],
  [
    'impinj/door/events',
    '{"timestamp":"2026-03-01T10:00:00.278427551Z","hostname":"door","eventType":"tagInventory","tagInventoryEvent":{"epcHex":"E2801190A5021F80055817CA","antennaPort":1,"peakRssiCdbm":-2650}}',
  ],
  ['node/sensor/shelf_weight/state', '1242.5'],
];

/** Decodes each message for about `forMs` after a warm-up, and counts. Nothing else should run on the core. */
export function benchDecode(forMs = 500): readonly DecodeRow[] {
  const registry = createAdapterRegistry({ store: 'demo', tags: ['1d4b2e16-481e-4579-8b35-ffc32e4a1758-100-1'] });
  return MESSAGES.map(([topic, text]) => {
    const message: DeviceMessage = { topic, payload: Buffer.from(text), retain: false, receivedAtMs: 1_772_359_200_000 };
    const decoded = registry.decode(message);
    if (decoded.kind !== 'readings') throw new Error(`Cannot measure "${topic}": it is ${decoded.kind} (${decoded.reason})`);
    const run = (ms: number): number => {
      const begin = performance.now();
      let count = 0;
      let elapsed = 0;
      while (elapsed < ms) {
        for (let index = 0; index < 500; index++) registry.decode(message);
        count += 500;
        elapsed = performance.now() - begin;
      }
      return (count / elapsed) * 1_000;
    };
    run(forMs / 2);
    return {
      adapter: registry.adapterFor(topic)?.name ?? '',
      topic,
      bytes: message.payload.length,
      readings: decoded.readings.length,
      perSecond: Math.round(run(forMs)),
    };
  });
}
