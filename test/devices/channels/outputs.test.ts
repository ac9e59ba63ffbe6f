import { describe, expect, it } from 'vitest';
import { homeAssistantDiscovery, homeAssistantRemoval, homeAssistantState } from '../../../devices/channels/home-assistant.ts';
import { displayOutput } from '../../../devices/channels/shelf-label.ts';

const show = { title: 'Chocolate', line: '50 cents off', sku: 'A-1', untilMs: 1_772_359_200_000 };
const order = { device: 'label-7', fixture: 'shelf-03', show };

describe('a text for a display', () => {
  it('goes to an ESPHome node as a text command, and as an empty one to end', () => {
    const target = { adapter: 'esphome', knownAs: 'label-node' };
    expect(displayOutput('demo', order, target)).toEqual({
      kind: 'mqtt',
      message: { topic: 'label-node/text/offer/command', payload: 'Chocolate\n50 cents off', retain: false, qos: 1 },
    });
    expect(displayOutput('demo', { ...order, show: undefined }, target)).toMatchObject({ message: { payload: '' } });
    const long = displayOutput('demo', { ...order, show: { ...show, line: '😀'.repeat(400) } }, target);
    expect(long.kind === 'mqtt' && [...long.message.payload].length).toBe(255);
  });

  it('goes to an OpenEPaperLink tag through its access point', () => {
    const sent = displayOutput('demo', order, { adapter: 'openepaperlink', knownAs: '10.0.0.9/0218a2743b17' });
    expect(sent).toMatchObject({ kind: 'http', url: 'http://10.0.0.9/jsonupload', form: { mac: '00000218A2743B17' } });
    expect(sent.kind === 'http' && JSON.parse(sent.form['json'] ?? '')).toEqual([
      { text: [4, 4, 'Chocolate', 'fonts/bahnschrift20', 1] },
      { text: [4, 34, '50 cents off', 'fonts/bahnschrift20', 2] },
    ]);
  });

  it.each(['10.0.0.9', '10.0.0.9/xyz', 'a b/0218a2743b17', '10.0.0.9/../0218a2743b17', 'user@host/0218a2743b17'])(
    'goes nowhere with the address "%s"',
    (knownAs) => {
      expect(displayOutput('demo', order, { adapter: 'openepaperlink', knownAs }).kind).toBe('unreachable');
    },
  );

  it('goes to every other display in the native form', () => {
    expect(displayOutput('demo', order, { adapter: 'native', knownAs: 'label-7' })).toMatchObject({
      message: { topic: 'endcap/v1/demo/label-7/set' },
    });
  });
});

describe('Home Assistant', () => {
  const view = {
    store: { id: 'corner-1', name: 'Corner', currency: 'EUR', timeZone: 'Europe/Berlin' },
    version: '0.1.0',
    health: { state: 'ok' as const, sentence: 'All is well' },
    problems: [],
    visitsNow: 3,
    zones: [
      {
        id: 'hall-1',
        name: 'Hall',
        kind: 'aisle',
        outline: [],
        visitsNow: 2,
        visitsToday: 9,
        meanDwellMs: 1,
        peopleNow: undefined,
        offersToday: 0,
        lastSeenAtMs: 1,
        state: 'ok' as const,
      },
    ],
    fixtures: [],
    devices: [
      {
        id: 'scale-3',
        name: 'Scale',
        role: 'sensor',
        adapter: 'tasmota',
        zone: 'hall-1',
        fixture: undefined,
        lastSeenAtMs: 1,
        state: 'quiet' as const,
        sentence: '',
        batteryPercent: 71,
        rssiDbm: -60,
        messagesToday: 1,
        clockOffsetMs: 0,
      },
    ],
  };

  it('is told in one retained message what there is, and unavailable without the agent', () => {
    const message = homeAssistantDiscovery(view);
    expect(message).toMatchObject({ topic: 'homeassistant/device/endcap_corner_1/config', retain: true });
    const document = JSON.parse(message.payload) as {
      cmps: Record<string, { uniq_id: string; p: string; val_tpl: string }>;
      stat_t: string;
    };
    expect(document).toMatchObject({
      avty_t: 'endcap/v1/corner-1/agent/availability',
      stat_t: 'endcap/v1/corner-1/agent/dashboard',
      o: { name: 'endcap' },
    });
    expect(document.cmps['device_scale_3']).toMatchObject({
      p: 'binary_sensor',
      dev_cla: 'connectivity',
      val_tpl: '{{ value_json.device_scale_3 }}',
    });
    const ids = Object.values(document.cmps).map(({ uniq_id }) => uniq_id);
    expect(new Set(ids).size).toBe(ids.length);
  });

  it('has a value for everything that was described', () => {
    const described = JSON.parse(homeAssistantDiscovery(view).payload) as { cmps: object; stat_t: string };
    const state = homeAssistantState(view);
    expect(state.topic).toBe(described.stat_t);
    const values = JSON.parse(state.payload) as Record<string, unknown>;
    expect(Object.keys(values)).toEqual(Object.keys(described.cmps));
    expect(values).toMatchObject({
      health: 'ok',
      visits: 3,
      zone_hall_1_visits: 2,
      zone_hall_1_people: null,
      device_scale_3: 'OFF',
      device_scale_3_battery: 71,
    });
  });

  it.each([
    ['quiet', { state: 'quiet' }, 'ON'],
    ['degraded', { state: 'degraded' }, 'ON'],
    ['well, with an empty battery', { state: 'ok', batteryPercent: 4 }, 'ON'],
    ['well', { state: 'ok', batteryPercent: 71 }, 'OFF'],
    ['a display that never speaks', { state: 'never', batteryPercent: undefined }, 'OFF'],
  ] as const)('says whether a device has a problem: %s', (_what, how, expected) => {
    const [device] = view.devices;
    const devices = [{ ...device!, ...how }];
    const { cmps } = JSON.parse(homeAssistantDiscovery({ ...view, devices }).payload) as { cmps: Record<string, unknown> };
    expect(cmps['device_scale_3_problem']).toMatchObject({
      p: 'binary_sensor',
      dev_cla: 'problem',
      val_tpl: '{{ value_json.device_scale_3_problem }}',
    });
    const values = JSON.parse(homeAssistantState({ ...view, devices }).payload) as Record<string, unknown>;
    expect(values['device_scale_3_problem']).toBe(expected);
  });

  it('forgets a store that is taken out', () => {
    expect(homeAssistantRemoval('corner-1')).toEqual({
      topic: 'homeassistant/device/endcap_corner_1/config',
      payload: '',
      retain: true,
      qos: 1,
    });
  });
});
