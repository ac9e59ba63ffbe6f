import type { DeviceMessage } from '../../devices/adapters/adapter.ts';
import { createAdapterRegistry } from '../../devices/adapters/registry.ts';

/** How fast one kind of message becomes readings. */
export interface DecodeRow {
  readonly adapter: string;
  readonly topic: string;
  readonly bytes: number;
  readonly readings: number;
  /** Messages in a second of one core's time, through the registry: routing, parsing, checking, ids. */
  readonly perSecond: number;
}

/** Decodes before the measurement, so that the compiler has seen enough. */
const WARM_UP = 30_000;

/** Longer messages than the families' own examples, as they were captured from real devices. */
const MORE: readonly (readonly [topic: string, payload: string])[] = [
  [
    'espresense/devices/iBeacon:1d4b2e16-481e-4579-8b35-ffc32e4a1758-100-1/kitchen',
    '{"mac":"5a3f1c9d0e42","id":"iBeacon:1d4b2e16-481e-4579-8b35-ffc32e4a1758-100-1","name":"pixel-8","rssi@1m":-59,"rssi":-72.35,"rxAdj":20,"rssiVar":1.84,"distance":3.42,"var":0.21,"int":1032}',
  ],
  [
    'zigbee2mqtt/motion1',
    '{"battery":100,"illuminance":839,"illuminance_lux":839,"linkquality":141,"occupancy":true,"temperature":25,"voltage":3025}',
  ],
  ['epld01/events/rpc', '{"src":"epld01","method":"NotifyStatus","params":{"ts":1772015093.26,"input:0":{"id":0,"state":true}}}'],
];

/** Decodes each message for about `forMs` of processor time after a warm-up, and counts: every JSON example of every family. */
export function benchDecode(forMs = 500): readonly DecodeRow[] {
  const registry = createAdapterRegistry({ store: 'demo', tags: ['1d4b2e16-481e-4579-8b35-ffc32e4a1758-100-1'] });
  const fill = (text: string) => text.replaceAll('{store}', 'demo').replaceAll('{device}', 'x-1');
  const examples = registry.adapters.flatMap((adapter) =>
    adapter.examples.flatMap(({ topic, payload }) =>
      typeof payload === 'string' && /^\s*[[{]/.test(payload) ? [[fill(topic), fill(payload)] as const] : [],
    ),
  );
  return [...examples, ...MORE].map(([topic, text]) => {
    const message: DeviceMessage = { topic, payload: Buffer.from(text), retain: false, receivedAtMs: 1_772_359_200_000 };
    const decoded = registry.decode(message);
    if (decoded.kind !== 'readings') throw new Error(`Cannot measure "${topic}": it is ${decoded.kind} (${decoded.reason})`);
    for (let index = 0; index < WARM_UP; index++) registry.decode(message);
    // Processor time, so that what else runs on the machine counts as little as it can; the collector's threads are in it.
    const before = process.cpuUsage();
    let count = 0;
    let usedUs = 0;
    while (usedUs < forMs * 1_000) {
      for (let index = 0; index < 500; index++) registry.decode(message);
      count += 500;
      const { user, system } = process.cpuUsage(before);
      usedUs = user + system;
    }
    return {
      adapter: registry.adapterFor(topic, text)?.name ?? '',
      topic,
      bytes: message.payload.length,
      readings: decoded.readings.length,
      perSecond: Math.round((count / usedUs) * 1_000_000),
    };
  });
}
