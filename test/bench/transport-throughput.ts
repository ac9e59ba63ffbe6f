import { fork } from 'node:child_process';
import { connect } from 'node:net';
import { fileURLToPath } from 'node:url';
import { EmbeddedBroker } from '../../devices/transports/embedded-broker.ts';
import { ExternalBroker } from '../../devices/transports/external-broker.ts';
import type { MessageSink, Settlement, Transport } from '../../devices/transports/transport.ts';
import { Mosquitto } from '../support/mosquitto.ts';
import { connectPacket, publishPacket } from '../support/raw-mqtt.ts';

/**
 * Messages a second through each transport, from a publisher in a process of its own, into a sink that settles whole turns at once as the agent
 * does after a commit, but stores nothing. Run the compiled file: `node dist/test/bench/transport-throughput.js [embedded|mosquitto]`.
 */
interface Load {
  readonly port: number;
  readonly connections: number;
  /** Messages in flight on each connection. */
  readonly window: number;
  readonly messages: number;
}

async function measureAll(which: string): Promise<void> {
  const loads = [
    { connections: 1, window: 1_000, messages: 100_000 },
    { connections: 8, window: 500, messages: 200_000 },
    { connections: 200, window: 1, messages: 60_000 },
  ];
  for (const load of loads) {
    if (which === 'all' || which === 'embedded') await measureEmbedded(load);
    if (which === 'all' || which === 'mosquitto') await measureMosquitto(load);
  }
}

async function measureEmbedded(load: Omit<Load, 'port'>): Promise<void> {
  const broker = new EmbeddedBroker(
    { store: 'bench', host: '127.0.0.1', port: 0, limits: { messagesPerSecond: 1e9, burstMessages: 1e9, maxConnectionsPerDevice: 1_000 } },
    {
      authenticator: { authenticate: (_clientId, username) => ({ device: username ?? '', topics: [] }) },
      clock: { wallMs: Date.now, monotonicMs: () => performance.now() },
    },
  );
  await measure('embedded', broker, { ...load, port: () => broker.port() });
}

async function measureMosquitto(load: Omit<Load, 'port'>): Promise<void> {
  const mosquitto = await Mosquitto.start();
  const transport = new ExternalBroker(
    { url: `mqtt://127.0.0.1:${mosquitto.port}`, clientId: 'bench', filters: ['endcap/v1/bench/+/event'] },
    { clock: { wallMs: Date.now, monotonicMs: () => performance.now() }, random: Math.random },
  );
  await measure('mosquitto', transport, { ...load, port: () => mosquitto.port });
  await mosquitto.close();
}

async function measure(name: string, transport: Transport, load: Omit<Load, 'port'> & { readonly port: () => number }): Promise<void> {
  const turns = new TurnSink();
  await transport.start(turns.sink);
  while (transport.status().state === 'connecting') await new Promise((resolve) => setTimeout(resolve, 20));
  const child = fork(fileURLToPath(import.meta.url), ['publish', JSON.stringify({ ...load, port: load.port() })]);
  const cpuBefore = process.cpuUsage();
  const started = performance.now();
  while (turns.settled < load.messages) await new Promise((resolve) => setTimeout(resolve, 5));
  const seconds = (performance.now() - started - turns.idleMs) / 1_000;
  const cpu = process.cpuUsage(cpuBefore);
  child.kill();
  await transport.stop();
  const rate = Math.round(load.messages / seconds);
  const cpuUs = ((cpu.user + cpu.system) / load.messages).toFixed(1);
  const perTurn = (load.messages / turns.turns).toFixed(0);
  console.log(`${name}: ${load.connections} x ${load.window} in flight: ${rate} messages/s, ${cpuUs} us of CPU each, ${perTurn} a turn`);
}

/** Settles all messages of one event-loop turn together. */
class TurnSink {
  settled = 0;
  turns = 0;
  /** Time before the first message, which is the publisher starting. */
  idleMs = 0;
  readonly #startedMs = performance.now();
  #waiting: ((settlement: Settlement) => void)[] = [];

  readonly sink: MessageSink = (_message, settle) => {
    if (this.turns === 0 && this.#waiting.length === 0) this.idleMs = performance.now() - this.#startedMs;
    this.#waiting.push(settle);
    if (this.#waiting.length === 1) setImmediate(() => this.#settle());
  };

  #settle(): void {
    const waiting = this.#waiting;
    this.#waiting = [];
    this.turns += 1;
    this.settled += waiting.length;
    for (const settle of waiting) settle('done');
  }
}

/** Keeps a window of unacknowledged messages full on every connection, with as little work as possible. */
async function publish({ port, connections, window, messages }: Load): Promise<void> {
  const each = Math.ceil(messages / connections);
  await Promise.all(Array.from({ length: connections }, (_, n) => publishOn({ port, device: `shelf-${n}`, window, messages: each })));
}

function publishOn(load: {
  readonly port: number;
  readonly device: string;
  readonly window: number;
  readonly messages: number;
}): Promise<void> {
  const { port, device, window, messages } = load;
  const filler = 'x'.repeat(60);
  const template = publishPacket({
    topic: `endcap/v1/bench/${device}/event`,
    payload: JSON.stringify({ id: '000000000000', at: new Date().toISOString(), kind: 'shelf.pick', slot: '03-2', count: 1, filler }),
    id: 1,
  });
  const idOffset = template.indexOf('{') - 2;
  let sent = 0;
  return new Promise((resolve) => {
    const socket = connect({ port, host: '127.0.0.1', noDelay: true });
    const send = (count: number) => {
      const packets: Buffer[] = [];
      for (; count > 0 && sent < messages; count -= 1, sent += 1) {
        const bytes = Buffer.from(template);
        bytes.writeUInt16BE((sent % 65_535) + 1, idOffset);
        packets.push(bytes);
      }
      if (packets.length > 0) socket.write(Buffer.concat(packets));
    };
    let received = -4; // The CONNACK has four bytes, as a PUBACK has.
    let acknowledged = 0;
    socket.on('data', (chunk: Buffer) => {
      const isFirst = received < 0;
      received += chunk.length;
      const now = Math.floor(received / 4);
      send(isFirst && received >= 0 ? window : now - acknowledged);
      acknowledged = Math.max(now, 0);
      if (acknowledged >= messages) resolve();
    });
    socket.write(connectPacket({ clientId: `publisher-${device}`, username: device, password: 'x' }));
  });
}

// Last, because classes exist only below their definition.
const [role = 'all', ...args] = process.argv.slice(2);
if (role === 'publish')
  await publish(JSON.parse(args[0] ?? '{}') as Load); // Our own arguments, written by `measure`.
else await measureAll(role);
