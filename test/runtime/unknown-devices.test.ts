import { describe, expect, it } from 'vitest';
import { LiveDevices } from '../../agent/live-devices.ts';
import { UnknownDevices } from '../../agent/runtime/unknown-devices.ts';
import { loaded, SMALL_STORE } from '../config/small-store.ts';

const devices = new LiveDevices(loaded(SMALL_STORE).config);

function hear(list: UnknownDevices, topic: string, payload: string, atMs = 1_000): void {
  const message = { topic, payload: Buffer.from(payload), retain: false, receivedAtMs: atMs };
  const decoded = devices.decode(message);
  list.note(devices.introduce(message, decoded.kind === 'readings' ? decoded.readings.slice(0, 1) : []));
}

describe('devices that speak and have no place', () => {
  it('are listed with the adapter that reads them and the name to place them by', () => {
    const list = new UnknownDevices();
    hear(list, 'zigbee2mqtt/Back Deck Door', '{"contact":false}');
    hear(list, 'tele/scale1/SENSOR', '{"Time":"x","HX711":{"Weight":1.2}}', 2_000);
    hear(list, 'weather/outside', '{"wind":3}', 3_000);
    expect(list.list()).toEqual([
      expect.objectContaining({ topic: 'weather/outside', adapter: undefined, knownAs: undefined, reads: [] }),
      expect.objectContaining({ topic: 'tele/scale1/SENSOR', adapter: 'tasmota', knownAs: 'scale1', reads: ['shelf.weight'] }),
      expect.objectContaining({
        topic: 'zigbee2mqtt/Back Deck Door',
        adapter: 'zigbee2mqtt',
        knownAs: 'Back Deck Door',
        reads: ['contact'],
      }),
    ]);
  });

  it('are one entry each, with their last message', () => {
    const list = new UnknownDevices();
    for (let index = 0; index < 5; index++)
      hear(list, 'zigbee2mqtt/door', `{"contact":false,"linkquality":${index}}`, 1_000 + index * 1_500);
    expect(list.list()).toMatchObject([
      { messages: 5, firstAtMs: 1_000, lastAtMs: 7_000, excerpt: expect.stringContaining('"linkquality":4') },
    ]);
  });

  it('show no hardware address, in whatever place and spelling', () => {
    const list = new UnknownDevices();
    hear(list, 'home/gw/BTtoMQTT/4C33A6603C79', '{"id":"4C:33:A6:60:3C:79","mac":"4c33a6603c79","tempc":19.2,"hum":52}');
    hear(list, 'unknown/4C-33-A6-60-3C-79/x', '{"from":"4c:33:a6:60:3c:79"}');
    expect(list.list()).toHaveLength(2);
    expect(JSON.stringify(list.list())).not.toMatch(/4c.?33.?a6.?60.?3c.?79/i);
    expect(list.list().at(-1)).toMatchObject({ adapter: 'openmqttgateway', knownAs: undefined, reads: ['climate'] });
  });

  it('are at most 200, and the one unheard for longest goes first', () => {
    const list = new UnknownDevices();
    for (let index = 0; index < 200; index++) hear(list, `zigbee2mqtt/d${index}`, '{"contact":true}');
    hear(list, 'zigbee2mqtt/d0', '{"contact":true}');
    hear(list, 'zigbee2mqtt/more', '{"contact":true}');
    const names = list.list().map(({ knownAs }) => knownAs);
    expect(names).toHaveLength(200);
    expect([names.includes('d0'), names.includes('d1'), names[0]]).toEqual([true, false, 'more']);
  });

  it('keep a short and printable excerpt, whatever they send', () => {
    const list = new UnknownDevices();
    hear(list, 'a/b', `\u0000\u001b[31m${'x'.repeat(100_000)}`);
    expect(list.list()[0]?.excerpt).toMatch(/^ \[31mx+$/);
    expect(list.list()[0]?.excerpt.length).toBeLessThanOrEqual(300);
  });
});
