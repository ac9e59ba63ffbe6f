import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { request } from 'node:http';
import { connect } from 'node:net';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { StoreOverview } from '../../agent/core/overview.ts';
import { DeviceClient } from '../support/device-client.ts';
import { type EndcapProcess, LiveStore } from '../support/live-store.ts';
import { connectPacket, lengthBytes, packet, publishPacket, RawMqtt, subscribePacket } from '../support/raw-mqtt.ts';
import { TILL_KEY } from '../support/store-yaml.ts';
import { call, Phone, signIn } from '../support/till-and-phone.ts';
import { until } from '../support/until.ts';

const HOSTILE = join(import.meta.dirname, '../../../shared/data/hostile');
const isHere = existsSync(HOSTILE);
if (!isHere) console.warn('Cannot test with JSONTestSuite and the naughty strings: ../shared/data/hostile is absent');

/** Resident memory of a process in MB, where the system tells. */
function residentMb(pid: number): number {
  try {
    return Number(/VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1] ?? 0) / 1_024;
  } catch {
    return 0;
  }
}

let calls = 0;

/** Asks from ever new addresses of this machine, so that the limits of one address do not answer in place of what is tested. Gives the status. */
function fromSomewhere(
  url: string,
  asked: { readonly method?: string; readonly token?: string; readonly body: string | undefined },
): Promise<number> {
  calls += 1;
  const { method = asked.body === undefined ? 'GET' : 'POST', token, body } = asked;
  return new Promise((resolve, reject) => {
    const sent = request(url, {
      method,
      localAddress: `127.0.1.${1 + (Math.floor(calls / 100) % 250)}`,
      headers: {
        ...(token === undefined ? {} : { authorization: `Bearer ${token}` }),
        ...(body === undefined ? {} : { 'content-type': 'application/json' }),
      },
    });
    sent.once('error', reject);
    sent.once('response', (response) => {
      response.resume();
      response.once('end', () => resolve(response.statusCode ?? 0));
    });
    sent.end(body);
  });
}

describe('hostile input to a running agent', { timeout: 120_000 }, () => {
  let store: LiveStore;
  let agent: EndcapProcess;
  let cookie: string;
  let password: string;
  let serial = 0;

  beforeAll(async () => {
    store = await LiveStore.create();
    agent = await store.start();
    cookie = await signIn(store.url, (await agent.written(/one-time code (\S+)/))[1]);
    const secrets = await store.addDevices('shelf-1', 'camera-1');
    password = secrets.get('shelf-1')!;
  });

  afterAll(() => store?.[Symbol.asyncDispose]());

  const connectShelf = (clientId = 'shelf-1') => DeviceClient.connect(store.mqttPort, { device: 'shelf-1', password, clientId });
  const overview = async () => (await call(`${store.url}/api/v1/store/overview`, { cookie })).body as unknown as StoreOverview;

  /** Whatever was done to it, the store still makes an offer of a pick. */
  async function expectAlive(): Promise<void> {
    expect(agent.hasEnded).toBe(false);
    const phone = await (await Phone.open(store.url, 'shelf-1')).listen();
    const shelf = await connectShelf(`alive-${serial}`);
    serial += 1;
    await shelf.publish({ id: `alive-${serial}`, kind: 'shelf.pick', slot: '1-1', count: 1 });
    expect((await phone.nextOffer()).sku).toBe('TEA');
    shelf.close();
    await phone.leave();
    expect(agent.output()).not.toContain('A request failed inside the agent');
    const metrics = await (await fetch(`${store.url}/metrics`)).text();
    expect(metrics).not.toMatch(/endcap_(step|turn)_failures_total \d*[1-9]/);
  }

  describe.skipIf(!isHere)('JSONTestSuite and the naughty strings', () => {
    const suite = join(HOSTILE, 'json-test-suite');
    const texts = isHere ? (JSON.parse(readFileSync(join(HOSTILE, 'naughty-strings/blns.json'), 'utf8')) as readonly string[]) : [];
    const files = isHere ? readdirSync(suite, { recursive: true, encoding: 'utf8' }).filter((name) => name.endsWith('.json')) : [];

    /** Sends everything once over MQTT; every message is acknowledged, because sending it again would not make it better. */
    async function overMqtt(round: number): Promise<number> {
      const shelf = await connectShelf(`hostile-${round}`);
      let sent = 0;
      const send = async (topic: string, payload: string | Buffer): Promise<void> => {
        sent += 1;
        shelf.sendRaw(`endcap/v1/corner/shelf-1/${topic}`, payload, `h-${sent}`);
        if (sent % 200 === 0) await shelf.settled();
      };
      for (const file of files) {
        const bytes = readFileSync(join(suite, file));
        // Two of them are larger than a message may be; those end the connection elsewhere.
        if (bytes.length > 60_000) continue;
        for (const channel of ['event', 'state', 'availability']) await send(channel, bytes);
      }
      const at = new Date().toISOString();
      for (const text of texts) {
        const pick = { id: `n-${round}-${sent}`, at, kind: 'shelf.pick', slot: '1-1', count: 1 };
        for (const field of ['id', 'at', 'kind', 'slot', 'count']) await send('event', JSON.stringify({ ...pick, [field]: text }));
        await send('event', JSON.stringify({ id: pick.id, at, kind: 'context', topic: 't', value: text, until: at }));
        await send('state', JSON.stringify({ firmware: text, [text]: 1 }));
        await send('availability', text);
      }
      await shelf.settled();
      shelf.close();
      return sent;
    }

    it('are acknowledged, counted and forgotten over MQTT, in flat memory', async () => {
      const sent = await overMqtt(1);
      const warmMb = residentMb(agent.pid);
      for (let round = 2; round <= 3; round += 1) await overMqtt(round);
      // Far less than what was sent would take; the first round has filled every cache.
      expect(residentMb(agent.pid) - warmMb).toBeLessThan(60);
      expect(sent).toBeGreaterThan(4_000);
      await expectAlive();
      const { problems } = await until('a look at the problems', async () => {
        const seen = await overview();
        return seen.problems.some(({ id }) => id === 'malformed') ? seen : undefined;
      });
      expect(problems.filter(({ severity }) => severity === 'error')).toEqual([]);
      const kept = await call(`${store.url}/api/v1/store/quarantine?limit=500`, { cookie });
      expect(kept.status).toBe(200);
    });

    it('are refused or taken over HTTP, never a defect', async () => {
      const phone = await Phone.open(store.url, 'shelf-2');
      const wrong: string[] = [];
      const send = async (
        what: string,
        path: string,
        asked: { readonly method?: string; readonly token?: string; readonly body?: string | object },
      ) => {
        const body = typeof asked.body === 'object' ? JSON.stringify(asked.body) : asked.body;
        const status = await fromSomewhere(`${store.url}${path}`, { ...asked, body });
        if (status >= 500 || status === 429) wrong.push(`${status} ${path} ${what}`);
      };
      for (const file of files) await send(file, '/api/v1/visits', { body: readFileSync(join(suite, file)).toString('latin1') });
      const { token } = phone;
      for (const text of texts) {
        const path = encodeURIComponent(text.replace(/\p{Cs}/gu, '?'));
        await Promise.all([
          send(text, '/api/v1/visits', { body: { consents: {}, at: text, tag: text, textVersion: text } }),
          send(text, '/api/v1/visits', { body: { consents: { offers: text } } }),
          send(text, `/api/v1/products/${path}`, {}),
          send(text, `/api/${path}`, {}),
          send(text, '/api/v1/redemptions', { token: TILL_KEY, body: { code: 'long.none', receipt: text } }),
        ]);
      }
      // Five a second is what one visit may change; a part of the texts is enough of a wait.
      for (const text of texts.slice(0, 25)) await send(text, '/api/v1/visit/place', { method: 'PATCH', token, body: { at: text } });
      expect(wrong.filter((line) => !line.startsWith('429 /api/v1/redemptions'))).toEqual([]);
      await expectAlive();
    });
  });

  it.each<readonly [string, string | Buffer]>([
    [
      '__proto__ keys',
      '{"id":"x1","at":"2026-01-01T00:00:00.000Z","kind":"shelf.pick","slot":"1-1","count":1,"__proto__":{"polluted":true}}',
    ],
    ['constructor keys', '{"id":"x2","at":"2026-01-01T00:00:00.000Z","kind":"constructor","constructor":{"prototype":{"polluted":true}}}'],
    ['NaN', '{"id":"x3","at":"2026-01-01T00:00:00.000Z","kind":"shelf.weight","slot":"1-1","grams":NaN}'],
    ['a number beyond all numbers', '{"id":"x4","at":"2026-01-01T00:00:00.000Z","kind":"shelf.weight","slot":"1-1","grams":1e999}'],
    ['wrong types everywhere', '{"id":[],"at":{},"kind":7,"slot":null,"count":"1"}'],
    ['a hundred thousand brackets', '['.repeat(60_000)],
    ['a year that does not exist', '{"id":"x5","at":"+275760-09-13T00:00:00.000Z","kind":"shelf.pick","slot":"1-1","count":1}'],
    ['invalid UTF-8', Buffer.from([0x7b, 0x22, 0xff, 0xfe, 0x22, 0x3a, 0x31, 0x7d])],
    ['nothing', ''],
  ])('%s in a message do no harm', async (_name, payload) => {
    const shelf = await connectShelf('odd');
    shelf.sendRaw('endcap/v1/corner/shelf-1/event', payload, 'odd');
    await shelf.settled();
    shelf.close();
    await expectAlive();
  });

  it.each<readonly [string, (mqtt: RawMqtt) => void]>([
    [
      'a packet larger than allowed',
      (mqtt) => mqtt.write(publishPacket({ topic: 'endcap/v1/corner/shelf-1/event', payload: Buffer.alloc(200_000, 65), id: 1 })),
    ],
    [
      'a packet that says it has 268 MB',
      (mqtt) => mqtt.write(Buffer.concat([Buffer.from([0x32]), lengthBytes(268_435_455), Buffer.alloc(50_000)])),
    ],
    ['a length without end', (mqtt) => mqtt.write(Buffer.from([0x32, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff]))],
    ['a topic of a hundred levels', (mqtt) => mqtt.write(publishPacket({ topic: Array(100).fill('a').join('/'), payload: '{}', id: 1 }))],
    ['a topic of another device', (mqtt) => mqtt.write(publishPacket({ topic: 'endcap/v1/corner/till-1/event', payload: '{}', id: 1 }))],
    [
      'the topics of the broker itself',
      (mqtt) => mqtt.write(publishPacket({ topic: '$SYS/broker/uptime', payload: '0', id: 1, retain: true })),
    ],
    [
      'a thousand subscriptions',
      (mqtt) =>
        mqtt.write(
          subscribePacket(
            1,
            Array.from({ length: 1_000 }, (_, n) => `endcap/v1/corner/+/x${n}/#`),
          ),
        ),
    ],
    ['a packet of no known kind', (mqtt) => mqtt.write(packet(0xf0, Buffer.alloc(10)))],
    ['a second connect packet', (mqtt) => mqtt.write(connectPacket({ clientId: 'again', username: 'shelf-1', password }))],
    [
      'half a packet and the end',
      (mqtt) => mqtt.socket.end(publishPacket({ topic: 'endcap/v1/corner/shelf-1/event', payload: '{}', id: 1 }).subarray(0, 20)),
    ],
  ])('a device that sends %s is dealt with, and the others are served', async (_name, misbehave) => {
    const mqtt = await RawMqtt.dial(store.mqttPort);
    mqtt.write(connectPacket({ clientId: 'rude', username: 'shelf-1', password }));
    await until('the answer of the broker', () => mqtt.connack() === 0);
    misbehave(mqtt);
    await expectAlive();
    mqtt.close();
  });

  it.each(['__proto__', 'constructor', '\u0000', '../../etc/passwd', 'x'.repeat(5_000)])(
    'a client that calls itself %j is let in or not, and that is all',
    async (clientId) => {
      const mqtt = await RawMqtt.dial(store.mqttPort);
      mqtt.write(connectPacket({ clientId, username: 'shelf-1', password }));
      await until('an answer', () => mqtt.isClosed || mqtt.connack() !== undefined);
      mqtt.close();
      await expectAlive();
    },
  );

  it('sockets that say nothing or very little do not keep anybody out', async () => {
    const sockets = Array.from({ length: 200 }, (_, n) => {
      const socket = connect({ host: '127.0.0.1', port: n % 2 === 0 ? store.httpPort : store.mqttPort });
      socket.on('error', () => undefined);
      if (n % 4 === 0) socket.write('GET /shop HTTP/1.1\r\nhost: loc');
      if (n % 4 === 2)
        socket.write('POST /api/v1/visits HTTP/1.1\r\nhost: localhost\r\ncontent-type: application/json\r\ncontent-length: 1000\r\n\r\n{');
      if (n % 4 === 1) socket.write(Buffer.from([0x10]));
      return socket;
    });
    const trickle = setInterval(() => {
      for (const socket of sockets) if (socket.writable) socket.write('a');
    }, 500);
    try {
      await expectAlive();
      expect((await fetch(`${store.url}/`)).status).toBe(200);
      // Who does not say who is calling is sent away after five seconds.
      const callers = sockets.filter((_, n) => n % 2 === 1);
      await until('the end of silent devices', () => callers.every((socket) => socket.destroyed || socket.readableEnded));
      await expectAlive();
    } finally {
      clearInterval(trickle);
      for (const socket of sockets) socket.destroy();
    }
  });
});
