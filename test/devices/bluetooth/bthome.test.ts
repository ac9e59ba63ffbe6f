import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { btHomeBodies, readBtHome } from '../../../devices/adapters/bthome.ts';
import { Placements } from '../../../devices/adapters/placements.ts';
import { openBtHome } from '../../../devices/transports/bluetooth/bthome-cipher.ts';

const source = new Placements(
  [{ id: 'plate', adapter: 'bluetooth', slot: '03-2', slots: { 'mass-1': '04-1', 'mass-2': '04-2' } }],
  [],
).find('bluetooth', 'plate');

function bodies(hex: string): unknown {
  const message = readBtHome(Buffer.from(hex, 'hex'));
  return message.kind === 'objects' ? btHomeBodies(message.objects, source) : message;
}

describe('BTHome version 2', () => {
  it.each([
    ['mass in kilograms', '40065e1f', [{ kind: 'shelf.weight', slot: '03-2', grams: 80_300 }]],
    ['mass in pounds', '40073e1d', [{ kind: 'shelf.weight', slot: '03-2', grams: 33_955.924_818 }]],
    [
      'two plates',
      '4006010006d204',
      [
        { kind: 'shelf.weight', slot: '04-1', grams: 10 },
        { kind: 'shelf.weight', slot: '04-2', grams: 12_340 },
      ],
    ],
    ['temperature and humidity', '4002ca0903bf13', [{ kind: 'climate', temperatureC: 25.06, humidityPercent: 50.55 }]],
    ['temperature below zero, coarse', '4045f6ff', [{ kind: 'climate', temperatureC: -1 }]],
    ['temperature in one byte', '4057ea', [{ kind: 'climate', temperatureC: -22 }]],
    ['temperature in steps of 0.35', '4058ea', [{ kind: 'climate', temperatureC: -7.7 }]],
    ['humidity in one byte', '402e23', [{ kind: 'climate', humidityPercent: 35 }]],
    ['light', '4005138a14', [{ kind: 'climate', illuminanceLux: 13_460.67 }]],
    ['carbon dioxide', '4012e204', [{ kind: 'climate', co2Ppm: 1_250 }]],
    ['battery', '400161', [{ kind: 'device.status', batteryPercent: 97 }]],
    ['an open door', '401a01', [{ kind: 'contact', open: true }]],
    ['a closed window', '402d00', [{ kind: 'contact', open: false }]],
    ['motion', '402101', [{ kind: 'occupancy', occupied: true }]],
    ['vibration', '402c01', [{ kind: 'vibration', active: true, slot: '03-2' }]],
    ['distance in millimetres', '40400c00', [{ kind: 'distance', metres: 0.012, slot: '03-2' }]],
    ['distance in metres', '40414e00', [{ kind: 'distance', metres: 7.8, slot: '03-2' }]],
    ['a press', '403a01', [{ kind: 'button', action: 'single' }]],
    ['a long press of the second of two buttons', '403a003a04', [{ kind: 'button', action: '2_long' }]],
    ['a turn', '403c0203', [{ kind: 'button', action: 'rotate_right' }]],
    ['no press', '403a00', []],
    ['firmware', '40f100010204', [{ kind: 'device.status', firmware: '4.2.1.0' }]],
    ['firmware of three numbers', '40f2010204', [{ kind: 'device.status', firmware: '4.2.1' }]],
    ['what is nobody’s business here', '4004138a010a138a140c020c0d120c', []],
    [
      'text and raw bytes, to get past them',
      '40530c48656c6c6f20576f726c6421540348656c0164',
      [{ kind: 'device.status', batteryPercent: 100 }],
    ],
    ['an id from the future: what came before it holds', '400161ee0102', [{ kind: 'device.status', batteryPercent: 97 }]],
  ] satisfies readonly (readonly [string, string, unknown])[])('reads %s', (_name, hex, expected) => {
    expect(bodies(hex)).toEqual(expected);
  });

  it('names what it does not read', () => {
    expect(bodies('')).toMatchObject({ kind: 'malformed' });
    expect(bodies('40065e')).toEqual({ kind: 'malformed', detail: 'bthome: object 0x06 is cut off' });
    expect(bodies('405309aa')).toMatchObject({ kind: 'malformed' });
    expect(bodies('20065e1f')).toEqual({ kind: 'other-version' });
    expect(bodies('41a47266c95f730011223378237214')).toEqual({ kind: 'encrypted' });
  });

  it('says which packet it is', () => {
    expect(readBtHome(Buffer.from('4000090164', 'hex'))).toMatchObject({ packetId: 9, hasEvent: false });
    expect(readBtHome(Buffer.from('40000a3a01', 'hex'))).toMatchObject({ packetId: 10, hasEvent: true });
  });

  it('reads any bytes without throwing and without ending elsewhere', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 40 }), (bytes) => {
        const message = readBtHome(Uint8Array.from([0x40, ...bytes]));
        if (message.kind === 'objects') btHomeBodies(message.objects, source);
        expect(['objects', 'malformed']).toContain(message.kind);
      }),
    );
  });
});

describe('the seal of BTHome', () => {
  const key = Buffer.from('231d39c1d7cc1ab1aee224cd096db932', 'hex');
  const address = Buffer.from('5448e68f80a5', 'hex');
  const data = Buffer.from('41a47266c95f730011223378237214', 'hex');

  it('opens the example of the specification', () => {
    const opened = openBtHome(data, { key, address });
    expect(opened).toMatchObject({ kind: 'opened', counter: 0x33221100 });
    if (opened.kind === 'opened') expect(Buffer.from(opened.data).toString('hex')).toBe('4002ca0903bf13');
  });

  it('refuses another key, another address, and any changed bit', () => {
    expect(openBtHome(data, { key: Buffer.alloc(16), address })).toEqual({ kind: 'refused' });
    expect(openBtHome(data, { key, address: Buffer.alloc(6) })).toEqual({ kind: 'refused' });
    for (let bit = 0; bit < data.length * 8; bit++) {
      const changed = Buffer.from(data);
      changed[bit >> 3]! ^= 1 << (bit & 7);
      expect(openBtHome(changed, { key, address })).toEqual({ kind: 'refused' });
    }
    for (let length = 0; length < data.length; length++)
      expect(openBtHome(data.subarray(0, length), { key, address }).kind).toBe('refused');
  });
});
