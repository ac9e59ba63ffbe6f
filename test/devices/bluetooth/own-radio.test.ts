import { describe, expect, it } from 'vitest';
import { Placements } from '../../../devices/adapters/placements.ts';
import { OwnRadio } from '../../../devices/transports/bluetooth/own-radio.ts';
import { SensorRepeats } from '../../../devices/transports/bluetooth/sensor-repeats.ts';

const UUID = '1de4b189115e45f6b44e509352269977';
const TOKEN = '00112233445566778899aabbccddeeff';
const PLATE = 'a4:c1:38:00:00:01';
const SEALED = '54:48:e6:8f:80:a5';
const placements = new Placements(
  [
    { id: 'plate', adapter: 'bluetooth', knownAs: 'A4C138000001' },
    { id: 'sealed', adapter: 'bluetooth', knownAs: SEALED },
    { id: 'elsewhere', adapter: 'shelly-blu', knownAs: 'a4:c1:38:00:00:02' },
  ],
  [`${UUID}-7-1`.replace(/^(.{8})(.{4})(.{4})(.{4})/, '$1-$2-$3-$4-'), 'AA:BB:CC:DD:EE:01'],
  { service: 'feed', major: 777 },
);
const iBeacon = (minor: number) => ({ '004c': `0215${UUID}0007000${minor}c5` });

function radio() {
  const own = new OwnRadio(placements, {
    keys: new Map([[SEALED, Buffer.from('231d39c1d7cc1ab1aee224cd096db932', 'hex')]]),
    knowsToken: (beacon) => beacon === `token:${TOKEN}`,
  });
  let nowMs = 0;
  const hear = (
    address: string,
    data: { readonly manufacturer?: Record<string, string>; readonly services?: Record<string, string> } | undefined,
    options: { readonly rssi?: number; readonly afterMs?: number } = {},
  ) => {
    nowMs += options.afterMs ?? 1_000;
    return own.hear({
      path: `/dev/${address}`,
      address,
      rssiDbm: options.rssi ?? -60,
      data: data === undefined ? undefined : { manufacturer: data.manufacturer ?? {}, services: data.services ?? {} },
      nowMs,
    });
  };
  return { own, hear };
}

describe('what a radio passes on', () => {
  it('is the store’s own tag, without its address, and every later change of its signal', () => {
    const { hear } = radio();
    expect(hear('11:11:11:11:11:11', { manufacturer: iBeacon(1) })).toEqual({
      outcome: 'own',
      payload: `{"rssi":-60,"manufacturer":{"004c":"0215${UUID}00070001c5"}}`,
    });
    expect(hear('11:11:11:11:11:11', undefined, { rssi: -71 }).payload).toContain('"rssi":-71');
    // One beacon under three addresses is one beacon.
    expect(hear('22:22:22:22:22:22', { manufacturer: iBeacon(1) }).payload).not.toContain('22:22');
  });

  it('is a tag that is known by its address, with it', () => {
    const { hear } = radio();
    expect(hear('aa:bb:cc:dd:ee:01', undefined)).toEqual({ outcome: 'own', payload: '{"address":"aa:bb:cc:dd:ee:01","rssi":-60}' });
  });

  it('is nothing of a stranger, whatever it sends, and nothing is remembered', () => {
    const { own, hear } = radio();
    for (const data of [
      undefined,
      { manufacturer: iBeacon(2) },
      { manufacturer: { '004c': '10063f1d0e42' } },
      { services: { fcd2: '40065e1f' } },
      { services: { feed: 'ff'.repeat(16) } },
      { services: { feaa: '30e70123456789abcdef' } },
      { services: { feaa: '00e7000102030405060708090a0b0c0d0e0f' } },
    ])
      expect(hear('5a:11:22:33:44:55', data)).toEqual({ outcome: 'stranger' });
    // A sensor of another family is heard by another radio.
    expect(hear('a4:c1:38:00:00:02', { services: { fcd2: '40065e1f' } })).toEqual({ outcome: 'stranger' });
    expect(own.remembered).toBe(0);
  });

  it('is a token that somebody opted in to, with nothing else that the phone says, until it rotates', () => {
    const { own, hear } = radio();
    const phone = '5a:11:22:33:44:66';
    expect(hear(phone, { manufacturer: { '004c': '10063f1d0e42' }, services: { feed: TOKEN, '180f': '64' } })).toEqual({
      outcome: 'own',
      payload: `{"rssi":-60,"services":{"feed":"${TOKEN}"}}`,
    });
    expect(hear(phone, undefined).outcome).toBe('own');
    expect(hear(phone, { services: { feed: 'ff'.repeat(16) } })).toEqual({ outcome: 'stranger' });
    expect(hear(phone, undefined)).toEqual({ outcome: 'stranger' });
    expect(own.remembered).toBe(0);
  });

  it('is no more than five sightings a second of one tag', () => {
    const { hear } = radio();
    const outcomes = Array.from({ length: 100 }, () => hear('11:11:11:11:11:11', { manufacturer: iBeacon(1) }, { afterMs: 10 }).outcome);
    expect(outcomes.filter((outcome) => outcome === 'own')).toHaveLength(5);
    expect(outcomes.filter((outcome) => outcome === 'throttled')).toHaveLength(95);
  });

  it('is what a sealed sensor measures, once, and nothing that pretends to be it', () => {
    const { hear } = radio();
    const sealed = { services: { fcd2: '41a47266c95f730011223378237214' } };
    expect(hear(SEALED, sealed).payload).toContain('4002ca0903bf13');
    expect(hear(SEALED, sealed, { afterMs: 100 }).payload ?? '').not.toContain('fcd2');
    expect(hear(SEALED, { services: { fcd2: '4002ca0903bf13' } })).toEqual({ outcome: 'refused' });
    expect(hear(SEALED, { services: { fcd2: '41a47266c95f730011223378237215' } })).toEqual({ outcome: 'refused' });
  });

  it('passes on what it has no key for, so that the adapter names it', () => {
    expect(radio().hear(PLATE, { services: { fcd2: '41a47266c95f730011223378237214' } }).payload).toContain('41a472');
  });

  it('remembers no more than its limit', () => {
    const { own, hear } = radio();
    for (let index = 0; index < 10_000; index++) {
      const address = `c0:00:00:00:${(index >> 8).toString(16).padStart(2, '0')}:${(index & 255).toString(16).padStart(2, '0')}`;
      hear(address, { manufacturer: iBeacon(1) }, { afterMs: 1 });
    }
    expect(own.remembered).toBe(4_096);
  });
});

describe('repeated measurements', () => {
  const say = (repeats: SensorRepeats, hex: string, nowMs: number) => repeats.isNew('s', Buffer.from(hex, 'hex'), nowMs);

  it('are one while the packet number stays', () => {
    const repeats = new SensorRepeats(10);
    expect(say(repeats, '400001065e1f', 0)).toBe(true);
    for (let second = 1; second < 120; second++) expect(say(repeats, '400001065e1f', second * 1_000)).toBe(false);
    expect(say(repeats, '400002065e1f', 121_000)).toBe(true);
    // Started again, it may begin with the number that was last.
    expect(say(repeats, '400002060000', 122_000)).toBe(false);
    expect(say(repeats, '400002060000', 126_000)).toBe(true);
  });

  it('without a number are told again every ten seconds, a press only after a pause', () => {
    const repeats = new SensorRepeats(10);
    expect([0, 5_000, 9_999, 10_000, 15_000].map((atMs) => say(repeats, '40065e1f', atMs))).toEqual([true, false, false, true, false]);
    expect([20_000, 21_000, 23_900, 26_800, 29_900].map((atMs) => say(repeats, '403a01', atMs))).toEqual([true, false, false, false, true]);
  });

  it('of an encrypting sensor do not go back, unless it was silent long enough to have got a new battery', () => {
    const repeats = new SensorRepeats(10);
    expect(repeats.isCounterNew('s', 500, 0)).toBe(true);
    expect(repeats.isCounterNew('s', 501, 1_000)).toBe(true);
    expect(repeats.isCounterNew('s', 499, 2_000)).toBe(false);
    expect(repeats.isCounterNew('s', 3, 700_000)).toBe(true);
  });

  it('are remembered of so many sensors and no more', () => {
    const repeats = new SensorRepeats(2);
    for (const sensor of ['a', 'b', 'c']) expect(repeats.isNew(sensor, Buffer.from('400001065e1f', 'hex'), 0)).toBe(true);
    expect(repeats.isNew('c', Buffer.from('400001065e1f', 'hex'), 1)).toBe(false);
    expect(repeats.isNew('a', Buffer.from('400001065e1f', 'hex'), 1)).toBe(true);
  });
});
