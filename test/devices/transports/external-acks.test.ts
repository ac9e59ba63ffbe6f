import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { ExternalBroker } from '../../../devices/transports/external-broker.ts';
import type { ExternalLimits } from '../../../devices/transports/external-settings.ts';
import type { Settlement } from '../../../devices/transports/transport.ts';
import { ScriptedBroker } from '../../support/scripted-broker.ts';

const TOPIC = 'endcap/v1/demo/shelf-1/event';

describe('acknowledging to an external broker', () => {
  let broker: ScriptedBroker;
  let transport: ExternalBroker;
  let arrivals: { text: string; settle: (settlement: Settlement) => void }[];

  beforeEach(async () => {
    broker = await ScriptedBroker.start();
    arrivals = [];
  });

  afterEach(async () => {
    await transport.stop();
    await broker.close();
  });

  const start = async (limits: Partial<ExternalLimits> = {}, waitFor: 'connected' | 'any' = 'connected') => {
    transport = new ExternalBroker(
      {
        url: `mqtt://127.0.0.1:${broker.port}`,
        clientId: 'endcap-demo',
        filters: ['endcap/v1/demo/+/event'],
        limits: { firstBackoffMs: 10, stopTimeoutMs: 50, ...limits },
      },
      { clock: { wallMs: Date.now, monotonicMs: () => performance.now() }, random: () => 0.5 },
    );
    await transport.start(({ payload }, settle) => void arrivals.push({ text: Buffer.from(payload).toString(), settle }));
    if (waitFor === 'connected') await vi.waitFor(() => expect(transport.status().state).toBe('connected'));
  };

  const settle = (text: string, settlement: Settlement = 'done') => {
    for (const arrival of arrivals.filter((candidate) => candidate.text === text)) arrival.settle(settlement);
  };
  const waitForTexts = (texts: readonly string[]) => vi.waitFor(() => expect(arrivals.map(({ text }) => text)).toEqual(texts));
  const range = (from: number, to: number) => Array.from({ length: to - from + 1 }, (_, i) => from + i);

  it.each([5, 4])('happens after the settlement and in the order of arrival, in one write a turn (MQTT %i)', async (version) => {
    broker.answer = (asked) => (asked === version ? 0 : 1);
    await start();
    expect(broker.peer.version).toBe(version);
    broker.peer.send(TOPIC, range(1, 200));
    await vi.waitFor(() => expect(arrivals).toHaveLength(200));
    for (const { settle: settleOne } of arrivals.slice(1).reverse()) settleOne('done');
    await pingsAnswered(broker);
    expect(broker.peer.acks).toEqual([]);
    settle('1');
    await vi.waitFor(() => expect(broker.peer.acks).toEqual(range(1, 200)));
    expect(broker.peer.ackChunks).toEqual([200]);
  });

  it('does not happen for a message of a connection that is gone, when its packet id is used again (stale ack)', async () => {
    await start();
    broker.peer.send(TOPIC, [7]);
    await waitForTexts(['7']);
    const old = arrivals[0];
    // The broker restarts, forgets, and gives the same id to another message.
    broker.peer.socket.destroy();
    await vi.waitFor(() => expect(broker.peers).toHaveLength(2));
    await vi.waitFor(() => expect(transport.status().state).toBe('connected'));
    broker.peer.send(TOPIC, [7]);
    await waitForTexts(['7', '7']);
    old?.settle('done');
    await pingsAnswered(broker);
    expect(broker.peer.acks).toEqual([]);
    arrivals[1]?.settle('done');
    await vi.waitFor(() => expect(broker.peer.acks).toEqual([7]));
  });

  it('stops at a message that could not be stored: the connection is dropped and made again', async () => {
    await start();
    broker.peer.send(TOPIC, [1, 2, 3]);
    await waitForTexts(['1', '2', '3']);
    settle('3');
    settle('1');
    settle('2', 'retry');
    const first = broker.peer;
    await vi.waitFor(() => expect(first.isClosed).toBe(true));
    expect(first.acks).not.toContain(2);
    expect(first.acks).not.toContain(3);
    await vi.waitFor(() => expect(broker.peers).toHaveLength(2));
    expect(transport.status().refused).toEqual({ 'not-stored': 1 });
  });

  it('leaves pings alone: a slow commit does not end the connection', async () => {
    await start({ keepaliveS: 1 });
    broker.peer.send(TOPIC, [1]);
    await waitForTexts(['1']);
    // Longer than the one and a half keepalives after which a held ping would have ended it.
    await vi.waitFor(() => expect(broker.peer.types.filter((type) => type === 0xc0).length).toBeGreaterThanOrEqual(3), { timeout: 10_000 });
    expect(broker.peers).toHaveLength(1);
    settle('1');
    await vi.waitFor(() => expect(broker.peer.acks).toEqual([1]));
  });

  it('notices a broker that is silent', async () => {
    await start({ keepaliveS: 1 });
    broker.peer.answersPings = false;
    await vi.waitFor(() => expect(broker.peers.length).toBeGreaterThan(1), { timeout: 10_000 });
  });

  it('never has more in flight than allowed, even when the broker sends more', async () => {
    await start({ maxInFlight: 10 });
    broker.peer.send(TOPIC, range(1, 25));
    await vi.waitFor(() => expect(arrivals).toHaveLength(10));
    await pingsAnswered(broker, false);
    expect(arrivals).toHaveLength(10);
    for (const n of range(1, 25)) {
      await vi.waitFor(() => expect(arrivals.length).toBeGreaterThanOrEqual(n));
      settle(`${n}`);
    }
    await vi.waitFor(() => expect(broker.peer.acks).toEqual(range(1, 25)));
  });

  it('is not owed for messages that came after the stop', async () => {
    await start();
    broker.peer.send(TOPIC, [1]);
    await waitForTexts(['1']);
    const stopped = transport.stop();
    broker.peer.send(TOPIC, [2]);
    settle('1');
    await stopped;
    expect(broker.peer.acks).toEqual([1]);
    expect(arrivals.map(({ text }) => text)).toEqual(['1']);
  });

  it.each([
    ['says so with the code of MQTT 3.1.1', 1],
    ['says so with the code of MQTT 5', 132],
    ['hangs up', 'hang-up'],
  ] as const)('falls back to MQTT 3.1.1 when the broker knows no other and %s', async (_name, answer) => {
    broker.answer = (version) => (version === 5 ? answer : 0);
    await start();
    expect(broker.peers.map(({ version }) => version)).toEqual([5, 4]);
  });

  it('keeps trying when the broker is not available, with waits that grow', async () => {
    let answers = 4;
    broker.answer = () => {
      answers -= 1;
      return answers > 0 ? 136 : 0;
    };
    await start();
    expect(broker.peers).toHaveLength(4);
  });

  it('gives up on an attempt that gets no answer', async () => {
    broker.answer = () => 'silence';
    await start({ connectTimeoutMs: 50 }, 'any');
    await vi.waitFor(() => expect(broker.peers.length).toBeGreaterThan(1));
    expect(transport.status()).toMatchObject({ state: 'connecting', sentence: expect.stringContaining('Cannot reach the broker') });
  });

  it('rejects what was being published when the connection was lost', async () => {
    await start();
    const published = transport.publish({ topic: 'endcap/v1/demo/shelf-1/set', payload: '{}', retain: false, qos: 1 });
    broker.peer.socket.destroy();
    await expect(published).rejects.toThrow('the connection to the broker was lost');
  });

  it('bounds what waits to be published', async () => {
    await start({ maxPublishing: 2 });
    const message = { topic: 'endcap/v1/demo/shelf-1/set', payload: '{}', retain: false, qos: 1 } as const;
    const waiting = [transport.publish(message), transport.publish(message)].map((publish) => publish.catch(() => undefined));
    await expect(transport.publish(message)).rejects.toThrow('2 messages are waiting');
    broker.peer.socket.destroy();
    await Promise.all(waiting);
  });

  it('ends a connection whose broker announces more than it may send', async () => {
    await start({ maxPacketBytes: 1_000 });
    broker.peer.socket.write(Buffer.from([0x32, 0xff, 0xff, 0xff, 0x7f]));
    const first = broker.peer;
    await vi.waitFor(() => expect(first.isClosed).toBe(true));
    await vi.waitFor(() => expect(broker.peers).toHaveLength(2));
  });
});

/** Long enough for anything that was written earlier in this process to have arrived: two turns of a fresh connection on the same loop. */
async function pingsAnswered(broker: ScriptedBroker, viaNewConnection = true): Promise<void> {
  const { connect } = await import('node:net');
  for (let i = 0; i < (viaNewConnection ? 2 : 3); i += 1) {
    await new Promise<void>((resolve) => {
      const socket = connect({ host: '127.0.0.1', port: broker.port }, () => socket.end());
      socket.once('close', () => resolve());
      socket.resume();
    });
    broker.peers.pop();
  }
}
