import { mkdtempSync, rmSync } from 'node:fs';
import { createRequire } from 'node:module';
import { connect, createServer, type Server, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Message, Variant } from 'dbus-next';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createAdapterRegistry } from '../../../devices/adapters/registry.ts';
import { DbusFrames } from '../../../devices/transports/bluetooth/dbus-frames.ts';
import { DbusFormatError, readFrame } from '../../../devices/transports/bluetooth/dbus-message.ts';
import { LocalBluetooth } from '../../../devices/transports/bluetooth/local-bluetooth.ts';
import { until } from '../../support/until.ts';
import { BluezRig } from './bluez-rig.ts';

const require = createRequire(import.meta.url);
/** The library's own writing and reading of messages, which its types do not declare. */
const { marshallMessage } = require('dbus-next/lib/marshall-compat') as { marshallMessage: (message: Message) => [Buffer, unknown] };
const { unmarshall } = require('dbus-next/lib/message') as { unmarshall: (bytes: Buffer, options: object) => unknown };

const registry = createAdapterRegistry({ store: 'demo', devices: [{ id: 'radio', adapter: 'bluetooth' }] });

function written(parts: ConstructorParameters<typeof Message>[0] & { readonly serial: number }): Buffer {
  const message = new Message(parts);
  message.serial = parts.serial;
  return marshallMessage(message)[0];
}

const SIGNAL = written({
  type: 4,
  serial: 7,
  path: '/org/bluez/hci0/dev_1',
  interface: 'org.freedesktop.DBus.Properties',
  member: 'PropertiesChanged',
  sender: ':1.2',
  signature: 'sa{sv}as',
  body: [
    'org.bluez.Device1',
    {
      RSSI: new Variant('n', -60),
      ManufacturerData: new Variant('a{sv}', { 76: new Variant('ay', Buffer.from([2, 21, 3])) }),
      Sets: new Variant('a(ixas)', [[1, 2n, ['x', 'yz']]]),
    },
    ['Name'],
  ],
} as never);
const WELCOME = written({ type: 2, serial: 1, replySerial: 1, sender: 'org.freedesktop.DBus', signature: 's', body: [':1.9'] } as never);

function changed(bytes: Buffer, at: number, to: number): Buffer {
  const copy = Buffer.from(bytes);
  copy[at] = to;
  return copy;
}

describe('a message of D-Bus', () => {
  it('is taken as it is from any bus that keeps to the protocol, in pieces of any size', () => {
    expect(readFrame(SIGNAL)).toBe('for-us');
    expect(readFrame(WELCOME)).toBe('for-us');
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 1, max: 60 }), { minLength: 30, maxLength: 60 }), (sizes) => {
        const all = Buffer.concat([Buffer.from('OK 0123\r\n'), WELCOME, SIGNAL, SIGNAL]);
        const frames = new DbusFrames();
        const parts: Buffer[] = [];
        let at = 0;
        for (const size of [...sizes, all.length]) {
          parts.push(...frames.take(all.subarray(at, at + size)));
          at = Math.min(all.length, at + size);
        }
        expect(Buffer.concat(parts).equals(all)).toBe(true);
      }),
    );
  });

  it('with any byte changed is refused by name, or is one that the library can read', () => {
    fc.assert(
      fc.property(
        fc.array(fc.tuple(fc.nat(SIGNAL.length - 1), fc.integer({ min: 0, max: 255 })), { minLength: 1, maxLength: 4 }),
        (changes) => {
          const bytes = changes.reduce((message, [at, to]) => changed(message, at, to), SIGNAL);
          let passed = true;
          try {
            passed = new DbusFrames().take(Buffer.concat([Buffer.from('OK x\r\n'), bytes])).length === 2;
          } catch (error) {
            expect(error).toBeInstanceOf(DbusFormatError);
            return;
          }
          if (passed) unmarshall(bytes, {});
        },
      ),
      { numRuns: 3_000 },
    );
  });

  it.each([
    ['a length of 4 GB', changed(changed(changed(changed(SIGNAL, 4, 255), 5, 255), 6, 255), 7, 255)],
    ['bytes of no order', changed(SIGNAL, 0, 0x58)],
    ['another version', changed(SIGNAL, 3, 9)],
    [
      'a refusal instead of a welcome',
      written({ type: 3, serial: 1, replySerial: 1, errorName: 'a.b', signature: 's', body: ['no'] } as never),
    ],
    ['a welcome of nothing', written({ type: 2, serial: 1, replySerial: 1 } as never)],
  ])('that is %s ends the connection', (_what, bytes) => {
    const frames = new DbusFrames();
    expect(() => frames.take(Buffer.concat([Buffer.from('OK x\r\n'), bytes]))).toThrow(DbusFormatError);
  });

  it('that calls somebody here is left out', () => {
    const call = written({ type: 1, serial: 3, path: '/', interface: 'a.b', member: 'C', destination: ':1.9' } as never);
    expect(new DbusFrames().take(Buffer.concat([Buffer.from('OK x\r\n'), call, SIGNAL])).length).toBe(2);
  });

  it('of values within values, or of arrays of nothing, is refused and not followed', () => {
    const deep = Buffer.from(SIGNAL);
    expect(() =>
      readFrame(
        bodyOf('v', Buffer.concat([...Array.from({ length: 200 }, () => Buffer.from([1, 0x76, 0])), Buffer.from([1, 0x79, 0, 1])])),
      ),
    ).toThrow('without end');
    expect(() => readFrame(bodyOf('a()', Buffer.from([8, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0])))).toThrow(DbusFormatError);
    expect(deep.equals(SIGNAL)).toBe(true);
  });
});

/** A signal of one body. */
function bodyOf(signature: string, body: Buffer): Buffer {
  const head = written({ type: 4, serial: 2, path: '/', interface: 'a.b', member: 'C', signature: 'u', body: [0] } as never);
  const length = Math.ceil((16 + head.readUInt32LE(12)) / 8) * 8;
  const fields = head.subarray(0, length);
  const at = fields.lastIndexOf(Buffer.from([1, 0x75, 0]));
  const longer = Buffer.concat([fields.subarray(0, at), Buffer.from([signature.length]), Buffer.from(`${signature}\0`)]);
  longer.writeUInt32LE(longer.length - 16, 12);
  longer.writeUInt32LE(body.length, 4);
  return Buffer.concat([longer, Buffer.alloc((8 - (longer.length % 8)) % 8), body]);
}

const GREETING = Buffer.from('OK 1234deadbeef1234deadbeef12345678\r\n');
const BAD_BUSES: readonly (readonly [what: string, sends: readonly Buffer[]])[] = [
  ['noise instead of a greeting', [Buffer.alloc(5_000, 0x99)]],
  ['a refusal', [Buffer.from('REJECTED KERBEROS\r\n')]],
  ['noise after the greeting', [GREETING, Buffer.from('what is this, a web server?\r\n\r\n')]],
  ['an enormous length', [GREETING, changed(changed(SIGNAL, 7, 0x7f), 6, 0xff)]],
  ['half of a message, then the end', [GREETING, WELCOME.subarray(0, 30)]],
  ['a type that is none', [GREETING, WELCOME, changed(SIGNAL, SIGNAL.lastIndexOf('a{sv}') + 1, 0x5a)]],
  [
    'a refused welcome',
    [GREETING, written({ type: 3, serial: 1, replySerial: 1, errorName: 'a.b', signature: 's', body: ['no'] } as never)],
  ],
];

describe('a message bus that is broken', () => {
  it.each(BAD_BUSES)('and sends %s is a trouble that is told, and the radio tries again', async (_what, sends) => {
    const folder = mkdtempSync(join(tmpdir(), 'endcap-bus-'));
    let connections = 0;
    const server = await listening(join(folder, 'bus'), (socket) => {
      connections++;
      socket.once('data', () => {
        for (const part of sends) socket.write(part);
        socket.end();
      });
    });
    await withAddress(`unix:path=${join(folder, 'bus')}`, async () => {
      const radio = newRadio();
      await radio.start(() => undefined);
      await until('the radio tries again', () => connections >= 3);
      expect(radio.trouble()?.sentence).toMatch(/^Bluetooth: the message bus of this machine \(D-Bus\) cannot be used: \S/);
      await radio.stop();
    });
    server.close();
    rmSync(folder, { recursive: true, force: true });
  });

  it('for a moment, between a radio and the real one, costs a new connection and nothing else', async () => {
    await using rig = await BluezRig.start();
    const path = join(rig.folder, 'between');
    const pairs: Socket[] = [];
    const server = await listening(path, (socket) => {
      const real = connect(join(rig.folder, 'bus'));
      socket.pipe(real);
      real.pipe(socket);
      for (const end of [socket, real]) end.on('error', () => undefined);
      pairs.push(socket);
    });
    await withAddress(`unix:path=${path}`, async () => {
      const radio = newRadio();
      await radio.start(() => undefined);
      await until('the radio listens', () => radio.status().state === 'connected');
      for (const junk of [Buffer.from('garbage'.repeat(40)), changed(SIGNAL, 6, 0xff), SIGNAL.subarray(0, 21)]) {
        const before = pairs.length;
        pairs.at(-1)?.write(junk);
        if (junk.length < 40) pairs.at(-1)?.end();
        await until('another connection that listens', () => pairs.length > before && radio.status().state === 'connected');
      }
      await radio.stop();
    });
    server.close();
  });
});

function newRadio(): LocalBluetooth {
  return new LocalBluetooth(
    { adapter: 'hci0', scanner: 'radio', lookMs: 1_000, retryMs: [20, 100] },
    {
      clock: { wallMs: () => Date.now(), monotonicMs: () => performance.now() },
      random: () => 0.5,
      placements: () => registry.placements,
    },
  );
}

async function listening(path: string, accept: (socket: Socket) => void): Promise<Server> {
  const server = createServer((socket) => {
    socket.on('error', () => undefined);
    accept(socket);
  });
  await new Promise<void>((resolve) => server.listen(path, resolve));
  return server;
}

async function withAddress(address: string, run: () => Promise<void>): Promise<void> {
  const before = process.env['DBUS_SYSTEM_BUS_ADDRESS'];
  process.env['DBUS_SYSTEM_BUS_ADDRESS'] = address;
  try {
    await run();
  } finally {
    if (before === undefined) delete process.env['DBUS_SYSTEM_BUS_ADDRESS'];
    else process.env['DBUS_SYSTEM_BUS_ADDRESS'] = before;
  }
}
