import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { addDevice, removeDevice } from '../../agent/device-file.ts';
import { LiveDevices } from '../../agent/live-devices.ts';
import { Pairing } from '../../agent/pairing.ts';
import { UnknownDevices } from '../../agent/runtime/unknown-devices.ts';
import { loadConfig } from '../../config/load.ts';
import { loaded, SMALL_STORE } from '../config/small-store.ts';

const SIGHTING = '{"id":"iBeacon:1d4b2e16481e45798b358ffc32e4a175-100-1","rssi":-60,"distance":2,"rssi@1m":-59}';

function message(topic: string, payload: string, client: string | undefined) {
  return { topic, payload: Buffer.from(payload), qos: 0 as const, retain: false, client, receivedAtMs: 1_000 };
}

describe('listening for new devices', () => {
  const rig = () => {
    const clock = { nowMs: 1_000 };
    const unknown = new UnknownDevices();
    const devices = new LiveDevices(loaded(SMALL_STORE).config);
    return { clock, unknown, pairing: new Pairing({ devices, unknown, nowMs: () => clock.nowMs }) };
  };

  it('lets nobody in before it was asked for, nor ten minutes later', () => {
    const { clock, pairing } = rig();
    expect(pairing.admit('DVES_1')).toBeUndefined();
    pairing.open();
    expect(pairing.admit('DVES_1')).toMatchObject({ device: 'guest~DVES_1' });
    clock.nowMs += 10 * 60_000;
    expect(pairing.admit('DVES_1')).toBeUndefined();
  });

  it('lets no guest write what a placed device or the agent itself says in the native form', () => {
    const { pairing } = rig();
    pairing.open();
    expect(pairing.admit('DVES_1')?.topics.filter((topic) => topic.startsWith('endcap/') || topic === '#')).toEqual([]);
  });

  it('shows what a guest said and swallows it, and leaves the messages of others alone', () => {
    const { pairing, unknown } = rig();
    pairing.open();
    expect(pairing.take(message('tele/scale1/SENSOR', '{"HX711":{"Weight":1.2}}', 'guest~DVES_1'))).toBe(true);
    expect(pairing.take(message('tele/scale1/SENSOR', '{"HX711":{"Weight":1.2}}', 'shelf-1'))).toBe(false);
    expect(unknown.list()).toMatchObject([{ knownAs: 'scale1', adapter: 'tasmota', messages: 1 }]);
  });

  it('lists the scanner that heard a beacon, and never the beacon', () => {
    const { pairing, unknown } = rig();
    pairing.open();
    pairing.take(message('espresense/devices/iBeacon:1d4b2e16481e45798b358ffc32e4a175-100-1/hall', SIGHTING, 'guest~node'));
    expect(JSON.stringify(unknown.list())).not.toMatch(/1d4b2e16/i);
  });
});

describe('the configuration file', () => {
  let folder: string;
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'endcap-file-'));
  });
  afterEach(() => rmSync(folder, { recursive: true, force: true }));

  it('gets a device and loses it again, and every other byte stays', () => {
    const file = join(folder, 'store.yaml');
    const written = `# our store\n${SMALL_STORE.trimEnd()}\n# the end\n`;
    writeFileSync(file, written);
    const around = { environment: {}, workingDirectory: folder };
    const read = () => {
      const outcome = loadConfig({ file, ...around });
      if (outcome.kind !== 'loaded') throw new Error(JSON.stringify(outcome.problems));
      return outcome.loaded;
    };
    expect(addDevice({ id: 'new-1', adapter: 'tasmota', knownAs: 'scale 1', name: 'New: one' }, read(), around).ok).toBe(true);
    expect(readFileSync(file, 'utf8')).toContain('knownAs: scale 1');
    expect(read().store.devices.map(({ name }) => name)).toContain('New: one');
    expect(addDevice({ id: 'new-1', adapter: 'tasmota' }, read(), around)).toMatchObject({ ok: false, error: { kind: 'invalid' } });
    expect(removeDevice('new-1', read(), around).ok).toBe(true);
    expect(readFileSync(file, 'utf8')).toBe(written);
    expect(removeDevice('new-1', read(), around)).toMatchObject({ ok: false, error: { kind: 'unknown-device' } });
  });
});
