import { type AddressInfo, createServer } from 'node:net';
import { Aedes } from 'aedes';
import { openSqlite } from '../../../sync/sqlite-driver.ts';
import { publishPacket, subscribePacket } from '../load/event-packets.ts';
import { MqttLink } from '../load/mqtt-link.ts';
import type { BareAnswer, BareCommand, BareMode } from './bare-spec.ts';

/**
 * The least that could be called the same thing, as a yardstick: broker -> JSON.parse -> one Map -> FULL commit grouped by event-loop turn ->
 * PUBACK, and an offer out when a pick is where somebody stands. It checks nothing, limits nothing and cannot be restarted.
 * Arguments: database file, mode as JSON.
 */
interface Message {
  readonly body: string;
  readonly offer: string | undefined;
  readonly acknowledge: () => void;
}

const [databaseFile = '', modeText = ''] = process.argv.slice(2);
const mode = JSON.parse(modeText) as BareMode; // Written by bare-child.ts.

const database = openSqlite(databaseFile);
database.pragma('journal_mode = WAL');
database.pragma('synchronous = FULL');
database.exec('CREATE TABLE inbox (seq INTEGER PRIMARY KEY, at_ms INTEGER, body TEXT)');
const insert = database.prepare('INSERT INTO inbox (at_ms, body) VALUES (?, ?)');
const begin = database.prepare('BEGIN IMMEDIATE');
const commit = database.prepare('COMMIT');

const slots = new Map<string, { grams?: number; count?: number }>();
const shoppers = new Set<string>();
let waiting: Message[] = [];
let committed = 0;
let publish: (topic: string, payload: string) => void = () => undefined;
let afterTurn: () => void = () => undefined;

function take(bytes: Buffer, acknowledge: () => void): void {
  const body = bytes.toString();
  const event = JSON.parse(body) as { readonly slot: string; readonly kind: string; readonly count?: number };
  slots.set(event.slot, event);
  waiting.push({ body, offer: event.kind === 'shelf.pick' && shoppers.has(event.slot) ? event.slot : undefined, acknowledge });
  if (waiting.length === 1) setImmediate(endTurn);
}

function endTurn(): void {
  const turn = waiting;
  waiting = [];
  begin.run();
  for (const { body } of turn) insert.run(Date.now(), body);
  commit.run();
  committed += turn.length;
  for (const { acknowledge, offer } of turn) {
    acknowledge();
    if (offer !== undefined)
      publish(`offers/${offer}`, JSON.stringify({ slot: offer, headline: 'Less for it today', cents: 200, atMs: Date.now() }));
  }
  afterTurn();
}

async function serve(): Promise<number> {
  const aedes = await Aedes.createBroker({
    authorizePublish: (client, packet, done) => {
      if (client === null || packet.topic.startsWith('offers/')) done(null);
      else take(packet.payload as Buffer, () => done(null)); // From the wire it is always bytes.
    },
  });
  publish = (topic, payload) =>
    aedes.publish({ cmd: 'publish', topic, payload: Buffer.from(payload), qos: 0, retain: false, dup: false }, () => undefined);
  const server = createServer((socket) => {
    socket.setNoDelay(true);
    aedes.handle(socket);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return (server.address() as AddressInfo).port; // A TCP server has an address object once it listens.
}

/** Behind another broker: PUBACKs are withheld and written together, one write a turn. */
async function join(port: number): Promise<number> {
  let acks: Buffer[] = [];
  const link = await MqttLink.open({
    port,
    clientId: 'bare',
    username: 'bare',
    password: 'bare',
    onPacket(type, bytes, { from, to }) {
      if ((type & 0xf0) !== 0x30) return;
      const topicEnd = from + 2 + bytes.readUInt16BE(from);
      const isAcked = (type & 0x06) !== 0;
      const packetId = isAcked ? bytes.readUInt16BE(topicEnd) : 0;
      take(bytes.subarray(topicEnd + (isAcked ? 2 : 0), to), () => {
        if (isAcked) acks.push(Buffer.from([0x40, 2, packetId >> 8, packetId & 0xff]));
      });
    },
  });
  afterTurn = () => {
    link.socket.write(Buffer.concat(acks));
    acks = [];
  };
  publish = (topic, payload) => void link.socket.write(publishPacket(topic, payload));
  link.socket.write(subscribePacket('endcap/v1/+/+/event', 1));
  return port;
}

process.on('message', (command: BareCommand) => {
  if (command.kind === 'shoppers') for (const slot of command.slots) shoppers.add(slot);
  else process.send?.({ kind: 'totals', committed } satisfies BareAnswer);
});
process.on('disconnect', () => process.exit(0));
const port = mode.kind === 'embedded' ? await serve() : await join(mode.port);
process.send?.({ kind: 'ready', port } satisfies BareAnswer);
