import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pino } from 'pino';
import { describe, expect, it } from 'vitest';
import { startAgent } from '../../../agent/compose.ts';
import { loadConfig } from '../../../config/load.ts';
import { openSqlite } from '../../../sync/sqlite-driver.ts';
import { storeYaml } from '../../support/store-yaml.ts';
import { until } from '../../support/until.ts';
import { BluezRig } from './bluez-rig.ts';

const BTHOME = '0000fcd2-0000-1000-8000-00805f9b34fb';
const PLATE = 'A4:C1:38:00:00:01';
const SEALED = '54:48:E6:8F:80:A5';
const STRANGER = '5A:11:22:33:44:55';

/** An agent in this process, on free ports and in a folder of its own, with a radio. */
async function startStore(folder: string, log = pino({ level: 'silent' })) {
  const yaml = storeYaml({
    bluetooth: `
  scanner: radio-1
  keys: [{ device: sealed, keyFile: sealed.key }]`,
    devices: `
  - { id: shelf-1, name: Sensor, role: sensor, fixture: shelf-1 }
  - { id: till-1, name: Till, role: till, zone: tills }
  - { id: radio-1, name: Radio, role: scanner, adapter: bluetooth, zone: aisle-1 }
  - { id: plate, name: Plate, role: sensor, adapter: bluetooth, knownAs: "${PLATE}", fixture: shelf-1, slot: 1-2 }
  - { id: sealed, name: Sealed, role: sensor, adapter: bluetooth, knownAs: "${SEALED}", fixture: shelf-2 }`,
    http: `
  port: 0
  tillKeys: [{ till: till-1, keyFile: till.key }]`,
    mqtt: `
  port: 0`,
    data: `
  dir: data`,
  });
  writeFileSync(join(folder, 'store.yaml'), yaml);
  writeFileSync(join(folder, 'till.key'), 'till-key-of-the-tests-0123456789\n', { mode: 0o600 });
  writeFileSync(join(folder, 'sealed.key'), '231d39c1d7cc1ab1aee224cd096db932\n', { mode: 0o600 });
  const outcome = loadConfig({ file: join(folder, 'store.yaml'), environment: {}, workingDirectory: folder });
  if (outcome.kind !== 'loaded') throw new Error(JSON.stringify(outcome));
  const agent = await startAgent(outcome.loaded, { log });
  if (!agent.ok) throw new Error(agent.error.message);
  return agent.value;
}

/** Readings in the log of a store, as they were written. */
function inbox(folder: string): readonly string[] {
  const database = openSqlite(join(folder, 'data/core.db'), { readonly: true });
  try {
    return database
      .prepare<[], { readonly body: string }>('SELECT body FROM inbox ORDER BY seq')
      .all()
      .map(({ body }) => body);
  } finally {
    database.close();
  }
}

describe('a running agent with a radio', () => {
  it('writes the weight of a plate into its log, opens what is sealed, and knows nothing of strangers afterwards', {
    timeout: 60_000,
  }, async () => {
    await using rig = await BluezRig.start();
    const folder = mkdtempSync(join(tmpdir(), 'endcap-radio-'));
    const agent = await startStore(folder);
    try {
      await until('the scan', () => rig.isScanning());
      await rig.announce(
        { address: STRANGER, rssi: -60, manufacturer: { 76: '10063f1d0e42' }, services: { [BTHOME]: '4000010664' } },
        { address: PLATE, rssi: -61, services: { [BTHOME]: '40000106d204' } },
        { address: SEALED, rssi: -62, services: { [BTHOME]: '41a47266c95f730011223378237214' } },
      );
      await until('the weight in the log', () => inbox(folder).some((row) => row.includes('shelf.weight') && row.includes('12340')));
      const climate = await until('the climate in the log', () => inbox(folder).find((row) => row.includes('climate')));
      expect(climate).toContain('25.06');
    } finally {
      await agent.stop();
    }
    for (const name of readdirSync(join(folder, 'data'), { recursive: true, encoding: 'utf8' })) {
      if (!/^core\.db/.test(name)) continue;
      const text = readFileSync(join(folder, 'data', name)).toString('latin1');
      expect(text.toLowerCase()).not.toMatch(/5a[:_]?11[:_]?22[:_]?33/);
    }
    rmSync(folder, { recursive: true, force: true });
  });

  it('starts and serves without a message bus, says so in one problem that clears itself, and listens as soon as there is one', {
    timeout: 60_000,
  }, async () => {
    await using rig = await BluezRig.start();
    await rig.stopBluez();
    await rig.stopBus();
    const folder = mkdtempSync(join(tmpdir(), 'endcap-radio-'));
    let written = '';
    const log = pino(
      { level: 'info' },
      {
        write(line: string) {
          written += line;
        },
      },
    );
    const agent = await startStore(folder, log);
    try {
      expect((await fetch(`${agent.httpUrl}/healthz`)).status).toBe(200);
      await until('the problem', () => written.includes('"msg":"Bluetooth: the message bus of this machine (D-Bus) cannot be used'));
      await rig.startBus();
      await rig.startBluez();
      await until('the scan', () => rig.isScanning());
      await until('the end of the problem', () => written.includes('"msg":"Cleared: Bluetooth: '));
    } finally {
      await agent.stop();
      rmSync(folder, { recursive: true, force: true });
    }
  });
});
