import type { MappingFamily } from './family.ts';

/** rtl_433: sensors on 433 and 868 MHz, one JSON event each. A device is its model, channel and id. */
export const RTL_433 = {
  spec: {
    name: 'rtl433',
    title: 'rtl_433',
    description: 'Climate, door and motion sensors on 433 and 868 MHz; known by model/id as rtl_433 prints them',
    messages: [
      {
        topic: ['rtl_433/{host}/events', 'rtl_433/events'],
        device: { expression: "join(join(model, '/'), text(id))" },
        // The tyres of a car that drives by are no climate.
        when: "defined(model) and defined(id) and type != 'TPMS'",
        readings: [
          {
            kind: 'climate',
            optional: true,
            fields: { temperatureC: 'temperature_C', humidityPercent: 'humidity', illuminanceLux: 'light_lux', co2Ppm: 'co2_ppm' },
          },
          {
            kind: 'climate',
            optional: true,
            when: 'not defined(temperature_C) and defined(temperature_F)',
            fields: { temperatureC: { path: 'temperature_F', unit: 'F' } },
          },
          {
            kind: 'contact',
            optional: true,
            fields: { open: { expression: 'contact_open ?? reed_open ?? opened', map: { '0': false, '1': true } } },
          },
          { kind: 'contact', optional: true, fields: { open: { path: 'closed', map: { '0': true, '1': false } } } },
          {
            kind: 'contact',
            optional: true,
            when: "subtype == 'contact'",
            fields: { open: { path: 'switch1', map: { OPEN: true, CLOSED: false } } },
          },
          { kind: 'button', optional: true, when: "device == 'doorbell'", fields: { action: { constant: 'press' } } },
          {
            kind: 'occupancy',
            optional: true,
            fields: { occupied: { path: 'motion', map: { '0': false, '1': true, true: true, false: false } } },
          },
        ],
        otherwise: [{ when: "type == 'TPMS'", ignore: 'tyre-pressure' }],
      },
      { topic: 'rtl_433/{rest...}', ignore: 'single-values' },
    ],
  },
  extras: {
    bridgeTopics: ['rtl_433/#'],
    examples: [
      {
        topic: 'rtl_433/attic/events',
        payload: '{"time":"2026-03-01 10:00:00","model":"LaCrosse-TX141THBv2","id":168,"battery_ok":1,"temperature_C":4.5,"humidity":41}',
        reads: ['climate'],
      },
    ],
    setup: 'Start it with: rtl_433 -F "mqtt://{host}:{port},user={user},pass={password},events=rtl_433/{device}/events"',
  },
} satisfies MappingFamily;
