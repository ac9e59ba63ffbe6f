import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { connectAsync } from 'mqtt';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { SMALL_STORE } from '../config/small-store.ts';
import { CliRig, written } from './cli-rig.ts';

let rig: CliRig;

beforeAll(() => {
  rig = new CliRig();
  writeFileSync(join(rig.folder, 'store.yaml'), SMALL_STORE);
});

afterAll(() => {
  rig[Symbol.dispose]();
});

const MAPPING = `name: acme
messages:
  - topic: acme/{device}/scale/{slot}
    readings:
      - kind: shelf.weight
        fields:
          slot: { topic: slot }
          grams: { path: load.net, unit: kg }
`;

describe('endcap device try', { timeout: 60_000 }, () => {
  beforeAll(() => {
    writeFileSync(join(rig.folder, 'acme.yaml'), MAPPING);
    writeFileSync(join(rig.folder, 'good.txt'), 'acme/s1/scale/1-1 {"load":{"net":1.25}}\n');
    writeFileSync(join(rig.folder, 'bad.txt'), 'acme/s1/scale/1-1 {"load":{"gross":1.25}}\nacme/s1/scale/1-1 {"load":{"net":"heavy"}}\n');
  });
  const attempt = (...words: string[]) => rig.run(['device', 'try', ...words, '--config', 'store.yaml']);

  it('shows field by field what comes out', async () => {
    const { code, stdout } = await attempt('acme.yaml', 'good.txt');
    expect(code).toBe(0);
    expect(stdout).toContain('grams  <- load.net, in kg  =  1250');
    expect(stdout).toContain('slot   <- {slot} of the topic  =  "1-1"');
    expect(stdout).toMatch(/reads {2}acme:s1 {2}\{"kind":"shelf.weight","slot":"1-1","grams":1250\}/);
  });

  it('says which field failed in which message, and what was there instead', async () => {
    const { code, stdout } = await attempt('acme.yaml', 'bad.txt');
    expect(code).not.toBe(0);
    expect(stdout).toMatch(
      /message 1[\s\S]*nothing there[\s\S]*shelf.weight.grams \(reading 1\): nothing at "load.net"; the message has load/,
    );
    expect(stdout).toMatch(/message 2[\s\S]*expected a number, found "heavy"/);
  });

  it('says what is wrong with a mapping, by its place', async () => {
    writeFileSync(join(rig.folder, 'wrong.yaml'), MAPPING.replace('grams:', 'gram:').replace('unit: kg', 'unit: stone'));
    const { code, stderr } = await attempt('wrong.yaml', 'good.txt');
    expect(code).not.toBe(0);
    expect(stderr).toContain('messages.0.readings.0.fields.gram: shelf.weight has no field gram; it has slot, grams');
  });

  it('tries adapters too, with topics that hold spaces', async () => {
    writeFileSync(join(rig.folder, 'door.txt'), 'zigbee2mqtt/Back Deck Door {"contact":false}\n');
    expect((await attempt('zigbee2mqtt', 'door.txt')).stdout).toContain('"kind":"contact","open":true');
    const { stderr } = await attempt('zigbee2mqt', 'door.txt');
    expect(stderr).toContain('zigbee2mqtt');
  });

  it.each([
    ['homie', 'homie/shelf-1/scale/weight 1242.5', 'grams  <- $  =  1242.5'],
    ['home-assistant', 'homeassistant/binary_sensor/back_door/state on', 'open  <- $, mapped  =  true'],
    ['wirenboard', '/devices/wb-1/controls/Temperature 23.4', 'temperatureC  <- $  =  23.4'],
    [
      'kgateway',
      'kbeacon/publish/68B9D3DFE78C {"msg":"advData","gmac":"68B9D3DFE78C","obj":[{"dmac":"C0FFEE000001","rssi":-65}]}',
      '<- rssi  =  -65',
    ],
    ['raw-advertisements', 'any/topic {"gw":"hall","mac":"c0:ff:ee:00:00:01","rssi":-66,"adv":"020106"}', 'rssiDbm  <- rssi  =  -66'],
    [
      'disruptive',
      'disruptive/x {"event":{"targetName":"projects/p/devices/d1","eventType":"objectPresent","data":{"objectPresent":{"state":"PRESENT"}}}}',
      'mapped  =  false',
    ],
    ['epcis', 'epcis/dock {"action":"OBSERVE","epcList":["urn:epc:id:sgtin:0614141.107346.2017"]}', 'epc  <- $  =  "urn:epc'],
    ['zigbee2mqtt', 'zigbee2mqtt/back-door/contact false', 'open  <- $, mapped  =  true'],
  ])('explains our own family %s field by field', async (family, line, step) => {
    writeFileSync(join(rig.folder, `${family}.txt`), `${line}\n`);
    const { code, stdout } = await attempt(family, `${family}.txt`);
    expect([code, stdout]).toEqual([0, expect.stringContaining(step)]);
    expect(stdout).toMatch(/reads {2}\S+ {2}\{"kind"/);
  });
});

describe('two commands connect', { timeout: 120_000 }, () => {
  it('a Tasmota scale and an ESPresense node to an agent that runs', async () => {
    const environment = { ENDCAP_DATA_DIR: 'shop' };
    const running = rig.start(['start', '--config', 'store.yaml', '--no-simulator'], environment);
    const [, page] = await written(running, /Manager page +(http:\/\/\S+)/);
    const [, broker] = await written(running, /Devices +(mqtt:\/\/\S+)/);

    const scale = await rig.run(
      ['device', 'add', 'scale-3', '--as', 'tasmota', '--known-as', 'scale1', '--slot', '1-1', '--config', 'store.yaml'],
      environment,
    );
    expect(scale.stderr).toContain('a running agent takes it over');
    expect(scale.stderr).toContain('The agent hears devices on this computer only (mqtt.host: 127.0.0.1)');
    // What the second command types at the scale is what the first one printed.
    const backlog = /Backlog MqttHost \S+; MqttPort \d+; MqttUser (\S+); MqttPassword (\S+); Topic (\S+);/.exec(scale.stdout);
    expect(backlog?.slice(1)).toEqual(['scale-3', expect.stringMatching(/^\S{43}$/), 'scale1']);

    const node = await rig.run(
      ['device', 'add', 'node-1', '--as', 'espresense', '--known-as', 'kitchen', '--zone', 'hall', '--config', 'store.yaml'],
      environment,
    );
    const said = /user (\S+), password (\S+); room name (\S+)/.exec(node.stdout);
    expect(said?.slice(1)).toEqual(['node-1', expect.stringMatching(/^\S{43}$/), 'kitchen']);
    await written(running, /configuration is in use[\s\S]*configuration is in use|configuration is in use/);

    const tasmota = await connectAsync(broker!, { username: backlog![1]!, password: backlog![2]!, clientId: 'DVES_1A2B3C' });
    const espresense = await connectAsync(broker!, { username: said![1]!, password: said![2]!, clientId: 'espresense-kitchen' });
    await until(async () => {
      await tasmota.publishAsync(
        'tele/scale1/SENSOR',
        `{"Time":"2026-03-01T10:58:${String(Date.now() % 60)}","HX711":{"Weight":1.242,"WeightRaw":1242}}`,
        { qos: 0 },
      );
      await espresense.publishAsync('espresense/devices/cart-1/kitchen', '{"id":"cart-1","rssi@1m":-59,"rssi":-61.5,"distance":1.2}', {
        qos: 0,
      });
      const text = await (await fetch(`${page}/metrics`)).text();
      return /outcome="accepted",kind="shelf.weight"/.test(text) && /outcome="accepted",kind="ble.sighting"/.test(text);
    });
    await tasmota.endAsync();
    await espresense.endAsync();
    running.stop('SIGTERM');
    expect((await running.ended).code).toBe(0);

    const file = readFileSync(join(rig.folder, 'store.yaml'), 'utf8');
    expect(file).toContain('{ id: scale-3, name: scale-3, role: sensor, adapter: tasmota, knownAs: scale1, fixture: shelf-1, slot: 1-1 }');
    expect(file.startsWith(SMALL_STORE.split('devices:')[0]!)).toBe(true);
    expect((await rig.run(['config', 'check', 'store.yaml'])).code).toBe(0);
  });

  it('places a server that speaks for many, and a device on a topic of its own', async () => {
    const words = ['--zone', 'hall', '--config', 'store.yaml'];
    expect((await rig.run(['device', 'add', 'network', '--as', 'lorawan', '--bridge', ...words])).code).toBe(0);
    expect((await rig.run(['device', 'add', 'dock', '--as', 'impinj', '--topic', 'shop/rfid', ...words])).code).toBe(0);
    const file = readFileSync(join(rig.folder, 'store.yaml'), 'utf8');
    expect(file).toContain('{ id: network, name: network, role: sensor, adapter: lorawan, zone: hall, bridge: true }');
    expect(file).toContain('{ id: dock, name: dock, role: sensor, adapter: impinj, zone: hall, topic: shop/rfid }');
  });

  it('writes nothing into a file that would not be right', async () => {
    const before = readFileSync(join(rig.folder, 'store.yaml'), 'utf8');
    const { code, stderr } = await rig.run(['device', 'add', 'scale-9', '--as', 'tasmota', '--slot', 'nowhere', '--config', 'store.yaml']);
    expect(code).not.toBe(0);
    expect(stderr).toContain('nowhere');
    expect(readFileSync(join(rig.folder, 'store.yaml'), 'utf8')).toBe(before);
  });
});

async function until(isTrue: () => Promise<boolean>): Promise<void> {
  for (let attempt = 0; attempt < 200; attempt++) {
    if (await isTrue()) return;
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
  throw new Error('It did not become true in time');
}
