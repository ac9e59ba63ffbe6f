import { describeCaptures, type Read, type Refused } from './capture-table.ts';

const AT = '2026-03-01T10:00:00Z';
const AXIS = 'axis/B8A44F000001/event/tns:axis/CameraApplicationPlatform/ObjectAnalytics/Device1Scenario';
const LORA = 'application/5/device/24e124136b500001/event/up';

function axis(scenario: string, data: object): object {
  const topic = `axis:CameraApplicationPlatform/ObjectAnalytics/Device1Scenario${scenario}`;
  return { topic, timestamp: 1_772_359_200_000, serial: 'B8A44F000001', message: { source: {}, key: {}, data } };
}

function onvif(data: object): object {
  return { UtcTime: AT, Source: { VideoSourceToken: 'vs-0' }, Data: data };
}

function lora(object: object): object {
  return { time: AT, deviceInfo: { deviceName: 'door-1' }, object };
}

function vs(data: object): object {
  return { device_info: { device_sn: 'SN1' }, time_info: { end_time: AT }, ...data };
}

function xovis(...logics: readonly object[]): object {
  return { logics_data: { package_info: { version: '5.0' }, sensor_info: { serial_number: 'XO-1' }, logics } };
}

function logic(info: string | undefined, counts: Readonly<Record<string, number>>): object {
  const list = Object.entries(counts).map(([name, value], id) => ({ id, name, value }));
  return { id: 1, name: 'Door', ...(info !== undefined && { info }), records: [{ from: AT, to: AT, counts: list }] };
}

const crossed = (inside: number, outside: number) => [{ kind: 'door.count', in: inside, out: outside }];
const present = (count: number) => [{ kind: 'presence', count }];

const READS: readonly Read[] = [
  ['Axis, how many are in an area', `${AXIS}1`, axis('1', { scenario: 'Occupancy', total: '9', human: '6', car: '3' }), present(6)],
  [
    'Axis, somebody over a line',
    `${AXIS}2`,
    axis('2', { scenario: 'Door', reason: 'human', total: '88', totalHuman: '71' }),
    crossed(1, 0),
  ],
  [
    'Axis, a motion sensor',
    'axis/B8A44F000001/event/tns:onvif/Device/tns:axis/Sensor/PIR/$source/sensor/0',
    {
      topic: 'onvif:Device/axis:Sensor/PIR',
      timestamp: 1_772_359_200_000,
      message: { source: { sensor: '0' }, key: {}, data: { state: '1' } },
    },
    [{ kind: 'occupancy', occupied: true }],
  ],
  [
    'Hanwha, somebody over a line',
    'E4:30:22:00:00:01/onvif-ej/OpenApp/WiseAI/LineCrossing/&vs-0/entrance',
    onvif({ State: 'true', ObjectId: '41', Action: 'Right' }),
    crossed(1, 0),
  ],
  ['a camera that is there', 'cam-7/onvif-ej/Status', 'online', [{ device: 'onvif:cam-7', kind: 'device.status', online: true }]],
  [
    'Milesight, a line with groups beside the total',
    'vs/1',
    vs({ line_trigger_data: [{ line: 1, total: { in: 1, out: 0 }, group: { in: 0, out: 0 } }] }),
    crossed(1, 0),
  ],
  [
    'Milesight, an interval beside totals since midnight',
    'vs/1',
    vs({
      line_periodic_data: [{ line: 1, total: { in: 4, out: 3 } }],
      line_total_data: [{ line: 1, total: { in_counted: 900, out_counted: 880 } }],
    }),
    [{ device: 'people-counters:SN1', kind: 'door.count', in: 4, out: 3, atMs: 1_772_359_200_000 }],
  ],
  [
    'Milesight, a region with its count one level below',
    'vs/1',
    vs({ region_trigger_data: { region_count_data: [{ region: 1, total: { current_total: 5 } }] } }),
    present(5),
  ],
  [
    'Xovis, a list of packages',
    'xovis',
    [xovis(logic('XLT_4X_LINE_IN_OUT_COUNT', { fw: 2, bw: 1 })), xovis(logic(undefined, { balance: 7 }))],
    [...crossed(2, 1), ...present(7)],
  ],
  [
    'Xovis, logics that do not say what they are',
    'xovis',
    xovis(logic(undefined, { fw: 3, bw: 0 }), logic(undefined, { balance: 4 })),
    [...crossed(3, 0), ...present(4)],
  ],
  [
    'Xovis, an older push',
    'xovis',
    {
      content: {
        element: [
          {
            'element-name': 'Door',
            'data-type': 'LINE',
            measurement: [
              {
                to: AT,
                value: [
                  { value: 5, label: 'fw' },
                  { value: 2, label: 'bw' },
                ],
              },
            ],
          },
        ],
      },
      'sensor-info': { 'serial-number': 'XO-1' },
    },
    crossed(5, 2),
  ],
  [
    'Hikvision, in its wrapper',
    'hik',
    {
      EventNotificationAlert: {
        channelName: 'door',
        dateTime: AT,
        eventType: 'PeopleCounting',
        peopleCounting: { statisticalMethods: 'timeRange', enter: 6, exit: 5 },
      },
    },
    crossed(6, 5),
  ],
  [
    'Hikvision, people in a region',
    'hik',
    { channelName: 'hall', dateTime: AT, eventType: 'regionTargetNumberCounting', RegionTargetNumberCounting: { humanNum: 3 } },
    present(3),
  ],
  [
    'Density, one who comes',
    'entry',
    { space_id: 'spc_1', doorway_id: 'drw_9', direction: 1, count: 41, timestamp: AT },
    [{ device: 'density:drw_9', ...crossed(1, 0)[0] }],
  ],
  ['Density, one who goes', 'entry', { space_id: 'spc_1', doorway_id: 'drw_9', direction: -1, count: 40, timestamp: AT }, crossed(0, 1)],
  [
    'LoRaWAN, all lines of a sensor',
    LORA,
    lora({ line_1_period_in: 1, line_1_period_out: 0, line_4_period_in: 5, line_4_period_out: 7 }),
    crossed(6, 7),
  ],
  [
    'LoRaWAN, an interval beside totals',
    LORA,
    lora({ total_counter_in: 190, total_counter_out: 305, periodic_counter_in: 2, periodic_counter_out: 1 }),
    crossed(2, 1),
  ],
  [
    'LoRaWAN, both ways of a door',
    LORA,
    lora({ payload_type: 'People counter', counter_a: 4, counter_b: 3, total_counter_a: 904 }),
    crossed(4, 3),
  ],
  ['LoRaWAN, all four regions', LORA, lora({ region_1_count: 2, region_2_count: 1, region_3_count: 0, region_4_count: 4 }), present(7)],
  ['LoRaWAN, a desk camera', LORA, lora({ people_count_all: 3, region_count: 8, region_1: 1, people_count_max: 5 }), present(3)],
  ['ESPHome, a people counter that can be corrected', 'door-node/number/people_counter/state', '4', present(4)],
  [
    'Viseron, a person',
    'viseron/binary_sensor/aisle_2_object_detected_person/state',
    { state: 'on', attributes: {} },
    [{ device: 'viseron:aisle_2', kind: 'occupancy', occupied: true }],
  ],
  [
    'Viseron, a camera that is away',
    'viseron/binary_sensor/aisle_2_connected/state',
    { state: 'off', attributes: {} },
    [{ kind: 'device.status', online: false }],
  ],
];

const REFUSED: readonly Refused[] = [
  [
    'Axis, everybody who ever crossed',
    `${AXIS}2`,
    axis('2', { scenario: 'Crossline', total: '93', totalHuman: '90' }),
    'ignored running-total',
  ],
  [
    'Axis, an interval that is over',
    `${AXIS}1Interval`,
    axis('1Interval', { totalHuman: '12', average: '2.3' }),
    'ignored interval-summary',
  ],
  ['Axis, more people than a limit', `${AXIS}1Threshold`, axis('1Threshold', { active: '1' }), 'ignored threshold'],
  ['Axis, a counter set to zero', `${AXIS}2`, axis('2', { reason: 'reset', total: '0', totalHuman: '0' }), 'ignored counter-reset'],
  [
    'Hanwha, the end of a crossing',
    'cam/onvif-ej/OpenApp/WiseAI/LineCrossing/&vs-0/door',
    onvif({ State: 'false', ObjectId: '' }),
    'ignored crossing-over',
  ],
  ['a lorry', 'cam/onvif-ej/RuleEngine/MyRuleDetector/VehicleDetect/&1', onvif({ State: 'true' }), 'ignored not-a-person'],
  ['a face', 'cam/onvif-ej/RuleEngine/FaceDetector/Face', onvif({ State: 'true' }), 'ignored identifies-people'],
  ['a covered lens', 'cam/onvif-ej/RuleEngine/TamperDetector/Tamper/&1', onvif({ IsTamper: 'true' }), 'ignored tampering'],
  [
    'Milesight, totals one level below',
    'vs/1',
    vs({ line_total_data: [{ line: 1, total: { in_counted: 900, out_counted: 880 } }] }),
    'ignored running-total',
  ],
  ['Xovis, phones nearby', 'xovis', { wifi_bt_data: { frames: [] } }, 'ignored follows-people'],
  ['Xovis, its health', 'xovis', { status_data: { sensor_info: { serial_number: 'XO-1' } } }, 'ignored device-info'],
  [
    'Hikvision, a line that says nothing of people',
    'hik',
    { channelName: 'yard', dateTime: AT, eventType: 'linedetection', eventState: 'active' },
    'ignored other-event',
  ],
  [
    'Hikvision as XML',
    'hik',
    '<EventNotificationAlert version="2.0"><eventType>VMD</eventType></EventNotificationAlert>',
    'ignored not-json',
  ],
  ['LoRaWAN, totals alone', LORA, lora({ line_1_total_in: 72, line_1_total_out: 200 }), 'ignored running-total'],
  ['LoRaWAN, what was stored', LORA, lora({ history: [{ period_in: 11, period_out: 4, timestamp: 1_772_300_000 }] }), 'ignored history'],
  ['ESPHome, everybody of a day', 'door-node/sensor/daily_people_count/state', '412', 'ignored no-reading'],
  [
    'Meraki, a model of its owner',
    '/merakimv/Q2XX-1/custom_analytics',
    { timestamp: 1, outputs: [{ class: 0 }] },
    'ignored other-analytics',
  ],
  ['Meraki, cars', '/merakimv/Q2XX-1/0', { ts: 1_772_359_200_000, counts: { vehicle: 3 } }, 'ignored not-a-person'],
  ['Viseron, pictures that move', 'viseron/binary_sensor/aisle_2_motion_detected/state', { state: 'on' }, 'ignored picture-motion'],
  ['what somebody looks like', 'deepstream', { mdsversion: '1.0', object: { person: { age: 45 } } }, 'ignored describes-people'],
];

describeCaptures('people, as cameras and counters say them', { reads: READS, refused: REFUSED });
