import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pino } from 'pino';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type Agent, startAgent } from '../../agent/compose.ts';
import { loadConfig } from '../../config/load.ts';
import { DeviceClient } from '../support/device-client.ts';
import { storeYaml, TILL_KEY } from '../support/store-yaml.ts';
import { TestPhone } from '../support/test-phone.ts';
import { until } from '../support/until.ts';

let folder: string;
const agents: Agent[] = [];
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'endcap-phones-'));
});
afterEach(async () => {
  for (const agent of agents.splice(0)) await agent.stop();
  rmSync(folder, { recursive: true, force: true });
});

async function start(): Promise<Agent> {
  const file = join(folder, 'store.yaml');
  writeFileSync(file, storeYaml());
  writeFileSync(join(folder, 'till.key'), `${TILL_KEY}\n`, { mode: 0o600 });
  const environment = { ENDCAP_HTTP_PORT: '0', ENDCAP_MQTT_PORT: '0', ENDCAP_DATA_DIR: join(folder, 'data') };
  const loaded = loadConfig({ file, environment, workingDirectory: folder });
  if (loaded.kind !== 'loaded') throw new Error(JSON.stringify(loaded.problems));
  const started = await startAgent(loaded.loaded, { log: pino({ level: 'silent' }) });
  if (!started.ok) throw new Error(started.error.message);
  agents.push(started.value);
  return started.value;
}

/** Everything in the data folder, as one text. */
function onDisk(at = join(folder, 'data')): string {
  return readdirSync(at, { withFileTypes: true, recursive: true })
    .filter((entry) => entry.isFile())
    .map((entry) => readFileSync(join(entry.parentPath, entry.name), 'latin1'))
    .join('');
}

describe('a phone that broadcasts, in a running agent', () => {
  it('is followed, over a restart, with its clock five minutes off; its tokens and those of strangers are not kept; erased it is gone', async () => {
    const first = await start();
    const password = first.issueCredentials('scanner-1');
    const phone = await TestPhone.open(first.httpUrl);
    expect((await phone.broadcast(true)).status).toBe(200);
    const stranger = `token:${'ab'.repeat(16)}`;
    const tokens: string[] = [];
    let sent = 0;
    const hear = async (agent: Agent, beacon: string) => {
      const scanner = await DeviceClient.connect(agent.mqttPort, { device: 'scanner-1', password });
      const id = `s${sent++}`;
      scanner.send({ id, kind: 'ble.sighting', beacon, rssiDbm: -50 });
      await until('the acknowledgement', () => scanner.acknowledged().includes(id) || undefined);
    };
    await hear(first, stranger);
    expect((await phone.now()).body['zone']).toBeNull();
    tokens.push(phone.beacon(Date.now(), 2));
    await hear(first, tokens[0]!);
    expect((await phone.now()).body['zone']).toBe('Aisle 1');
    await agents.pop()!.stop();

    const second = await start();
    phone.moveTo(second.httpUrl);
    tokens.push(phone.beacon(Date.now() - 5 * 60_000));
    await hear(second, tokens[1]!);
    const held = JSON.stringify((await phone.held()).body);
    expect(held.match(/ble\.sighting/g)?.length).toBeGreaterThanOrEqual(2);
    for (const token of [stranger, ...tokens]) expect(held + onDisk()).not.toContain(token.slice('token:'.length));
    expect(onDisk()).toContain('"beacon":"phone"');
    expect((await phone.erase()).status).toBe(204);
    await hear(second, phone.beacon(Date.now()));
    await agents.pop()!.stop();
    expect(onDisk()).not.toContain('"beacon":"phone"');
  });

  it('needs the consent to offers, and ends with it', async () => {
    const agent = await start();
    const phone = await TestPhone.open(agent.httpUrl, { measurement: true });
    expect((await phone.broadcast(true)).body).toMatchObject({ type: 'urn:endcap:problem:consent-first', status: 409 });
    await phone.consent({ offers: true });
    expect((await phone.broadcast(true)).body['broadcast']).toMatchObject({ periodMs: 300_000, tokensPerPeriod: 4, tokenBytes: 16 });
    expect((await phone.broadcast(false)).body).toEqual({ broadcast: null });
  });
});
