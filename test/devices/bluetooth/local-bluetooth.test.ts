import { Variant } from 'dbus-next';
import { describe, expect, it } from 'vitest';
import { createAdapterRegistry } from '../../../devices/adapters/registry.ts';
import { LocalBluetooth } from '../../../devices/transports/bluetooth/local-bluetooth.ts';
import type { RadioOutcome } from '../../../devices/transports/bluetooth/own-radio.ts';
import type { InboundMessage } from '../../../devices/transports/transport.ts';
import { until } from '../../support/until.ts';
import { BluezRig, pathOf } from './bluez-rig.ts';

const UUID = '1de4b189-115e-45f6-b44e-509352269977';
const registry = createAdapterRegistry({
  store: 'demo',
  devices: [
    { id: 'radio', adapter: 'bluetooth' },
    { id: 'plate', adapter: 'bluetooth', knownAs: 'A4:C1:38:00:00:01', slot: '03-2' },
  ],
  tags: Array.from({ length: 200 }, (_, index) => `${UUID}-7-${index}`),
  tokens: { service: 'feed', major: 777 },
});

/** An iBeacon's manufacturer data behind the company. */
function iBeacon(minor: number, major = 7): { readonly manufacturer: Readonly<Record<number, string>> } {
  const frame = Buffer.from(`0215${UUID.replaceAll('-', '')}00000000c5`, 'hex');
  frame.writeUInt16BE(major, 18);
  frame.writeUInt16BE(minor, 20);
  return { manufacturer: { 76: frame.toString('hex') } };
}

const TOKEN = '00112233445566778899aabbccddeeff';
const BTHOME = '0000fcd2-0000-1000-8000-00805f9b34fb';
const beaconAddress = (index: number) => `C0:00:00:00:00:${index.toString(16).padStart(2, '0').toUpperCase()}`;

const beacons = (from: number, to: number) =>
  Array.from({ length: to - from }, (_, at) => ({ address: beaconAddress(from + at), rssi: -60, ...iBeacon(from + at) }));

class Radio implements AsyncDisposable {
  readonly messages: InboundMessage[] = [];
  readonly counts: Record<RadioOutcome, number> = { own: 0, stranger: 0, repeated: 0, throttled: 0, refused: 0 };
  readonly transport: LocalBluetooth;

  constructor() {
    this.transport = new LocalBluetooth(
      { adapter: 'hci0', scanner: 'radio', lookMs: 1_000, retryMs: [100, 1_000] },
      {
        clock: { wallMs: () => Date.now(), monotonicMs: () => performance.now() },
        random: () => 0.5,
        knowsToken: (beacon) => beacon === `token:${TOKEN}`,
        placements: () => registry.placements,
        counted: (outcome) => {
          this.counts[outcome] += 1;
        },
      },
    );
  }

  async start(): Promise<this> {
    await this.transport.start((message) => {
      this.messages.push(message);
    });
    return this;
  }

  /** What the messages say, as readings. */
  readings() {
    return this.messages.flatMap((message) => {
      const decoded = registry.decode(message);
      return decoded.kind === 'readings' ? decoded.readings : [];
    });
  }

  listening(): Promise<boolean> {
    return until('the radio to listen', () => this.transport.status().state === 'connected' && this.transport.trouble() === undefined);
  }

  trouble(kind: string) {
    return until(`the trouble ${kind}`, () => (this.transport.trouble()?.kind === kind ? this.transport.trouble() : undefined));
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.transport.stop();
  }
}

describe('the Bluetooth radio of this machine, on a real message bus', () => {
  it('hears 200 beacons and every change of their signal, and asks for all of it', async () => {
    await using rig = await BluezRig.start();
    await rig.addDevices(...beacons(0, 100));
    await using radio = await new Radio().start();
    await radio.listening();
    expect(await rig.filter()).toEqual({ Transport: 'le', DuplicateData: true, RSSI: -127 });
    // Half of them were there before, half come now.
    await rig.addDevices(...beacons(100, 200));
    const heard = () => new Set(radio.readings().flatMap((reading) => (reading.kind === 'ble.sighting' ? [reading.beacon] : [])));
    await until('200 beacons', () => heard().size === 200);
    const louder = () =>
      radio
        .readings()
        .flatMap((reading) =>
          reading.kind === 'ble.sighting' && reading.rssiDbm === -70 ? [`${reading.device} ${reading.beacon} ${reading.txPowerDbm}`] : [],
        );
    await until('200 changes of the signal alone', async () => {
      await rig.change(...beacons(0, 200).map(({ address }) => ({ address, rssi: -70 })));
      return new Set(louder()).size === 200;
    });
    expect(new Set(louder())).toEqual(new Set(Array.from({ length: 200 }, (_, index) => `radio ${UUID}-7-${index} -59`)));
    // The address of a tag has no business outside.
    for (const message of radio.messages) expect(Buffer.from(message.payload).toString()).not.toMatch(/c0[:_]?00/i);
  });

  it('gets over the removal of its adapter, and over its being switched off, each with one plain sentence', async () => {
    await using rig = await BluezRig.start();
    await using radio = await new Radio().start();
    await radio.listening();
    await rig.removeAdapter();
    expect(await radio.trouble('no-adapter')).toMatchObject({ sentence: 'Bluetooth: the adapter hci0 is gone' });
    await rig.addAdapter();
    await radio.listening();
    await until('the scan', () => rig.isScanning());
    await rig.setAdapter({ Powered: false });
    expect(await radio.trouble('switched-off')).toMatchObject({ sentence: 'Bluetooth: the adapter hci0 is switched off' });
    await rig.setAdapter({ Powered: true });
    await radio.listening();
    await rig.addDevices({ address: beaconAddress(1), rssi: -50, ...iBeacon(1) });
    await until('a beacon', () => radio.readings().length > 0);
  });

  it('scans again when another program ended the scan', async () => {
    await using rig = await BluezRig.start();
    await using radio = await new Radio().start();
    await radio.listening();
    await rig.setAdapter({ Discovering: false });
    await until('the scan again', () => rig.isScanning());
    expect(radio.transport.trouble()).toBeUndefined();
  });

  it('gets over a restart of bluetoothd', async () => {
    await using rig = await BluezRig.start();
    await using radio = await new Radio().start();
    await radio.listening();
    await rig.stopBluez();
    expect(await radio.trouble('no-service')).toMatchObject({ sentence: expect.stringContaining('bluetoothd') });
    await rig.startBluez();
    await radio.listening();
    await until('the scan', () => rig.isScanning());
    await rig.addDevices({ address: beaconAddress(2), rssi: -50, ...iBeacon(2) });
    await until('a beacon', () => radio.readings().length > 0);
  });

  it('gets over the loss of the message bus, and starts without one', async () => {
    await using rig = await BluezRig.start();
    await rig.stopBluez();
    await rig.stopBus();
    await using radio = await new Radio().start();
    expect(await radio.trouble('no-bus')).toMatchObject({ sentence: expect.stringContaining('D-Bus') });
    await rig.startBus();
    await rig.startBluez();
    await radio.listening();
    await rig.stopBluez();
    await rig.stopBus();
    await radio.trouble('no-bus');
    await rig.startBus();
    await rig.startBluez();
    await radio.listening();
    await rig.addDevices({ address: beaconAddress(3), rssi: -50, ...iBeacon(3) });
    await until('a beacon', () => radio.readings().length > 0);
  });

  it('is not shaken by data that is no data', async () => {
    await using rig = await BluezRig.start();
    await using radio = await new Radio().start();
    await radio.listening();
    const properties = 'org.freedesktop.DBus.Properties';
    const of = new Variant('s', 'org.bluez.Device1');
    const path = pathOf(beaconAddress(1));
    await rig.addDevices({ address: beaconAddress(1) });
    for (const wrong of [
      { ManufacturerData: new Variant('as', ['x']) },
      { ServiceData: new Variant('a{sv}', { 'not-a-service': new Variant('ay', Buffer.from([1])), fcd2: new Variant('n', 3) }) },
      { ServiceData: new Variant('a{sv}', { [BTHOME]: new Variant('ay', Buffer.alloc(0)) }) },
      { RSSI: new Variant('s', 'loud') },
      { RSSI: new Variant('n', 127) },
    ]) {
      await rig.emit(path, properties, 'PropertiesChanged', [of, new Variant('a{sv}', wrong), new Variant('as', [])]);
    }
    await rig.emit('/', 'org.freedesktop.DBus.ObjectManager', 'InterfacesAdded', [
      new Variant('s', 'no path'),
      new Variant('s', 'nothing'),
    ]);
    await rig.emit('/', 'org.freedesktop.DBus.ObjectManager', 'InterfacesAdded', []);
    await rig.addDevices({ address: 'A4:C1:38:00:00:01', rssi: -60, services: { [BTHOME]: '40000606' } });
    await rig.change({ address: beaconAddress(1), rssi: -61, ...iBeacon(1) });
    await until('the beacon behind all that', () => radio.readings().length > 0);
    expect(radio.readings()).toEqual([expect.objectContaining({ kind: 'ble.sighting', beacon: `${UUID}-7-1`, rssiDbm: -61 })]);
  });

  it('measures: a plate is weighed once for each packet, however often it is heard', async () => {
    await using rig = await BluezRig.start();
    await using radio = await new Radio().start();
    await radio.listening();
    const plate = (packet: number, kilos: number) => {
      const data = Buffer.from('4000000600000157', 'hex');
      data[2] = packet;
      data.writeUInt16LE(kilos * 100, 4);
      return { services: { [BTHOME]: data.toString('hex') } };
    };
    await rig.addDevices({ address: 'A4:C1:38:00:00:01', rssi: -60, ...plate(1, 1.24) });
    for (let times = 0; times < 5; times++) await rig.change({ address: 'A4:C1:38:00:00:01', rssi: -60 - times, ...plate(1, 1.24) });
    await rig.change({ address: 'A4:C1:38:00:00:01', rssi: -66, ...plate(2, 0.83) });
    const weights = () =>
      radio.readings().flatMap((reading) => (reading.kind === 'shelf.weight' ? [[reading.device, reading.slot, reading.grams]] : []));
    await until('the second weight', () => weights().length >= 2);
    expect(weights()).toEqual([
      ['plate', '03-2', 1_240],
      ['plate', '03-2', 830],
    ]);
  });

  it('forgets 10,000 rotating addresses at once, and lets the tokens among them through', async () => {
    await using rig = await BluezRig.start();
    await using radio = await new Radio().start();
    await radio.listening();
    const address = (index: number) =>
      `5A:${index
        .toString(16)
        .padStart(10, '0')
        .toUpperCase()
        .replace(/(..)(?=.)/g, '$1:')}`;
    const crowd = async (from: number, count: number) => {
      const strangers = Array.from({ length: count }, (_, at) => ({
        address: address(from + at),
        rssi: -70,
        manufacturer: { 76: '10063f1d0e42' },
      }));
      await rig.announce(...strangers);
      await until('the crowd', () => radio.counts.stranger >= from + count);
    };
    await crowd(0, 2_000);
    globalThis.gc?.();
    const before = process.memoryUsage().heapUsed;
    await crowd(2_000, 8_000);
    globalThis.gc?.();
    expect(radio.counts.stranger).toBe(10_000);
    expect(radio.messages).toEqual([]);
    expect(radio.transport.status().clients).toBe(0);
    // Well below what a table of 8,000 addresses with their signals would take together with uncollected garbage.
    expect(process.memoryUsage().heapUsed - before).toBeLessThan(40_000_000);
    const feed = '0000feed-0000-1000-8000-00805f9b34fb';
    await rig.announce(
      { address: address(1), rssi: -55, services: { [feed]: 'ff'.repeat(16) } },
      { address: address(2), rssi: -56, services: { [feed]: TOKEN } },
      { address: address(3), rssi: -57, manufacturer: { 76: `0215${TOKEN}03090001c5` } },
    );
    await until('the tokens', () => radio.readings().length >= 2);
    expect(radio.readings()).toMatchObject([
      { kind: 'ble.sighting', device: 'radio', beacon: `token:${TOKEN}`, rssiDbm: -56 },
      { kind: 'ble.sighting', device: 'radio', beacon: `token:${TOKEN}`, rssiDbm: -57, txPowerDbm: -59 },
    ]);
    expect(radio.counts.stranger).toBe(10_001);
  }, 60_000);
});
