import type { ReadingBody } from '../../agent/core/reading.ts';
import type { Adapter, Decoded, DeviceMessage } from './adapter.ts';
import type { AdapterContext } from './adapter-context.ts';
import { ignored, malformed, readingsOf, type Said, unreadable } from './decoded.ts';
import { isObject, numberOf, objectIn, textOf, zonedTime } from './foreign-values.ts';
import { type JsonObject, parseJson } from './json-payload.ts';
import type { Placements, Source } from './placements.ts';

/**
 * Sensors above doors that push JSON to a topic of their owner's choice: Xovis (logic counts), Milesight VS133 and VS135 (lines and regions), Hikvision
 * (people counting). What happened since the last message is read; totals since midnight are not, because a restart would count them again.
 */
export function createPeopleCountersAdapter({ placements }: AdapterContext): Adapter {
  return {
    name: FAMILY,
    title: 'Xovis, Milesight VS, Hikvision people counters',
    description: 'People in and out, and how many there are; known by the name in the topic counters/<name> or the serial number they send',
    form: 'code',
    topics: ['counters/{device}', 'counters/{device}/+'],
    examples: [
      {
        topic: 'counters/{device}',
        payload:
          '{"device_info":{"device_name":"VS133","device_sn":"{device}"},"time_info":{"time":"2026-03-01T10:00:00+00:00"},"line_trigger_data":[{"line":1,"line_uuid":"1","in":1,"out":0}]}',
        reads: ['door.count'],
      },
      {
        topic: 'counters/{device}',
        payload:
          '{"logics_data":{"package_info":{"version":"5.0"},"sensor_info":{"serial_number":"{device}"},"logics":[{"id":1,"name":"Door","info":"XLT_4X_LINE_IN_OUT_COUNT","records":[{"from":"2026-03-01T09:59:00Z","to":"2026-03-01T10:00:00Z","counts":[{"id":0,"name":"fw","value":2},{"id":1,"name":"bw","value":1}]}]}]}}',
        reads: ['door.count'],
      },
    ],
    setup: "On the sensor's page, data push over MQTT: host {host}, port {port}, user {user}, password {password}, topic counters/{device}",
    matches: (topic) => topic.startsWith('counters/'),
    recognises: (text) =>
      /"(?:line_trigger_data|region_trigger_data|line_periodic_data|line_total_data|logics_data|live_data|peopleCounting|status_data|wifi_bt_data)"/.test(
        text,
      ) || /"(?:EventNotificationAlert|RegionTargetNumberCounting|sensor-info)"/i.test(text),
    decode: (message) => decode(placements, message),
  };
}

const FAMILY = 'people-counters';
const MAX_ENTRIES = 64;

function decode(placements: Placements, message: DeviceMessage): Decoded {
  const json = parseJson(message.payload);
  if (!json.ok) return unreadable(json.error);
  // Xovis also sends several packages at once; Hikvision may wrap its alerts.
  if (Array.isArray(json.value)) return several(placements, message, json.value);
  if (!isObject(json.value)) return malformed('not-an-object', 'expected a JSON object or list');
  return one(placements, message, objectIn(json.value, 'EventNotificationAlert') ?? json.value);
}

const MAX_PACKAGES = 20;

function several(placements: Placements, message: DeviceMessage, packages: readonly unknown[]): Decoded {
  if (packages.length > MAX_PACKAGES) return malformed('schema', `${packages.length} packages, expected at most ${MAX_PACKAGES}`);
  const decoded = packages.map((part) => (isObject(part) ? one(placements, message, part) : malformed('schema', 'expected objects')));
  const readings = decoded.flatMap((part) => (part.kind === 'readings' ? part.readings : []));
  if (readings.length === 0) return decoded[0] ?? ignored('nothing-counted');
  // Each package numbers its own readings.
  return { kind: 'readings', readings: readings.map((reading, index) => ({ ...reading, id: `${reading.id}.${index}` })) };
}

function one(placements: Placements, message: DeviceMessage, value: JsonObject): Decoded {
  const isOurs = message.topic.startsWith('counters/');
  const speak = (...names: readonly (string | undefined)[]): Source =>
    placements.speaker(message, FAMILY, ...names, isOurs ? message.topic.split('/', 2)[1] : undefined);
  if (objectIn(value, 'logics_data') !== undefined) return xovis(message, objectIn(value, 'logics_data') ?? {}, speak);
  if (objectIn(value, 'live_data') !== undefined) return ignored('positions');
  if ('wifi_bt_data' in value) return ignored('follows-people');
  if ('status_data' in value || 'connection_test' in value) return ignored('device-info');
  const legacy = objectIn(value, 'content');
  if (legacy !== undefined && Array.isArray(legacy['element'])) return xovisLegacy(message, value, speak);
  if (objectIn(value, 'device_info') !== undefined) return milesight(message, value, speak);
  if (objectIn(value, 'peopleCounting') !== undefined) return hikvision(message, value, speak);
  const region = objectIn(value, 'RegionTargetNumberCounting') ?? objectIn(value, 'regionTargetNumberCounting');
  if (region !== undefined) return hikvisionRegion(message, { value, region }, speak);
  if (textOf(value['eventType']) !== undefined) return ignored('other-event');
  return isOurs
    ? malformed('schema', 'expected logics_data, line_trigger_data, region_trigger_data or peopleCounting')
    : ignored('unknown-topic');
}

type Speak = (...names: readonly (string | undefined)[]) => Source;

function xovis(message: DeviceMessage, data: JsonObject, speak: Speak): Decoded {
  const source = speak(textOf(objectIn(data, 'sensor_info')?.['serial_number']));
  const said: Said[] = [];
  for (const logic of listIn(data, 'logics')) {
    const info = textOf(logic['info']);
    for (const record of listIn(logic, 'records')) {
      const counts = new Map(listIn(record, 'counts').map((count) => [textOf(count['name']), numberOf(count['value'])]));
      const [forward, backward, fill] = [counts.get('fw'), counts.get('bw'), counts.get('balance') ?? counts.get('fill_level')];
      const atMs = zonedTime(record['to']);
      // Without a word on what it is, the names of its counts tell.
      const isLine = info === undefined ? forward !== undefined || backward !== undefined : /LINE|IN_OUT/.test(info);
      if (isLine && (forward !== undefined || backward !== undefined))
        said.push({ source, body: crossed(source, forward ?? 0, backward ?? 0), atMs });
      else if (!isLine && fill !== undefined) said.push({ source, body: { kind: 'presence', count: fill }, atMs });
    }
  }
  return readingsOf(message, said, { stamped: true, nothing: 'nothing-counted' });
}

/** Versions 3 and 4: counts of each interval by their labels. */
function xovisLegacy(message: DeviceMessage, value: JsonObject, speak: Speak): Decoded {
  const source = speak(textOf(objectIn(value, 'sensor-info')?.['serial-number']));
  const said: Said[] = [];
  for (const element of listIn(objectIn(value, 'content') ?? {}, 'element')) {
    for (const measurement of listIn(element, 'measurement')) {
      const counts = new Map(listIn(measurement, 'value').map((count) => [textOf(count['label']), numberOf(count['value'])]));
      const [forward, backward] = [counts.get('fw'), counts.get('bw')];
      if (element['data-type'] === 'LINE' && (forward !== undefined || backward !== undefined))
        said.push({ source, body: crossed(source, forward ?? 0, backward ?? 0), atMs: zonedTime(measurement['to']) });
    }
  }
  return readingsOf(message, said, { stamped: true, nothing: 'nothing-counted' });
}

function milesight(message: DeviceMessage, value: JsonObject, speak: Speak): Decoded {
  const info = objectIn(value, 'device_info');
  const source = speak(textOf(info?.['device_sn']), textOf(info?.['device_name']), textOf(info?.['device_mac']));
  const times = objectIn(value, 'time_info');
  const atMs = zonedTime(times?.['time']) ?? zonedTime(times?.['end_time']);
  const said: Said[] = [];
  for (const line of [...listIn(value, 'line_trigger_data'), ...listIn(value, 'line_periodic_data')]) {
    // Newer firmware counts everybody under `total`, and grown-ups, children and groups beside it.
    const counted = objectIn(line, 'total') ?? line;
    const [inside, outside] = [numberOf(counted['in']), numberOf(counted['out'])];
    if (inside !== undefined || outside !== undefined) said.push({ source, body: crossed(source, inside ?? 0, outside ?? 0), atMs });
  }
  const regions = objectIn(value, 'region_trigger_data');
  for (const region of regions === undefined ? [] : listIn(regions, 'region_count_data')) {
    const total: unknown = region['current_total'] ?? region['total'];
    const count = numberOf(isObject(total) ? (total['current_total'] ?? total['total']) : total);
    if (count !== undefined) said.push({ source, body: { kind: 'presence', count }, atMs });
  }
  const nothing = 'line_total_data' in value ? 'running-total' : 'nothing-counted';
  return readingsOf(message, said, { stamped: atMs !== undefined, nothing });
}

function hikvision(message: DeviceMessage, value: JsonObject, speak: Speak): Decoded {
  const counting = objectIn(value, 'peopleCounting') ?? {};
  const source = speak(textOf(value['deviceSerial']), textOf(value['channelName']), textOf(value['ipAddress']));
  if (textOf(counting['statisticalMethods']) !== 'timeRange') return ignored('running-total');
  const [inside, outside] = [numberOf(counting['enter']), numberOf(counting['exit'])];
  if (inside === undefined || outside === undefined) return malformed('schema', 'peopleCounting: expected enter and exit');
  const body = crossed(source, inside, outside);
  return readingsOf(message, [{ source, body, atMs: zonedTime(value['dateTime']) }], { stamped: true });
}

/** How many people are in a region now; vehicles may be counted beside them. */
function hikvisionRegion(
  message: DeviceMessage,
  { value, region }: { readonly value: JsonObject; readonly region: JsonObject },
  speak: Speak,
): Decoded {
  const source = speak(textOf(value['deviceSerial']), textOf(value['channelName']), textOf(value['ipAddress']));
  const count = numberOf(region['humanNum'] ?? region['peopleNum']);
  if (count === undefined) return ignored('not-a-person');
  return readingsOf(message, [{ source, body: { kind: 'presence', count }, atMs: zonedTime(value['dateTime']) }], { stamped: true });
}

/** A sensor that hangs the other way round counts the other way round. */
function crossed(source: Source, inside: number, outside: number): ReadingBody {
  return source.placed?.counts === 'out'
    ? { kind: 'door.count', in: outside, out: inside }
    : { kind: 'door.count', in: inside, out: outside };
}

function listIn(value: JsonObject, key: string): readonly JsonObject[] {
  const list: unknown = value[key];
  return Array.isArray(list) ? list.slice(0, MAX_ENTRIES).filter(isObject) : [];
}
