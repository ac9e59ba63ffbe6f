import { get } from 'sparkplug-payload';
import type { TimestampMs } from '../../agent/core/units.ts';
import type { Adapter, Decoded, DeviceMessage } from './adapter.ts';
import type { AdapterContext } from './adapter-context.ts';
import { ignored, malformed, readingsOf, type Said } from './decoded.ts';
import { textOf } from './foreign-values.ts';
import type { Placements } from './placements.ts';
import { metricBody } from './sparkplug-metric.ts';

/**
 * Sparkplug B (version 3 of the specification): births name the metrics, later messages may use only their aliases. Known by the device (or edge node)
 * in the topic. Values from before a lost connection carry their own time. The one family that must remember something: the aliases of each birth.
 */
export function createSparkplugAdapter({ placements }: AdapterContext): Adapter {
  const births = new Births();
  return {
    name: FAMILY,
    title: 'Sparkplug B',
    description:
      'Metrics called weight, temperature, humidity, count, door and the like; known by the device id, or node/device, in the topic',
    form: 'code',
    topics: ['spBv1.0/+/+/{device}', 'spBv1.0/+/+/{device}/+', 'spBv1.0/+/+/+/{device}'],
    bridgeTopics: ['spBv1.0/#'],
    examples: [{ topic: 'spBv1.0/store/DBIRTH/edge-1/{device}', payload: exampleBirth(), reads: ['shelf.weight'] }],
    matches: (topic) => topic.startsWith('spBv1.0/') || topic.startsWith('STATE/'),
    decode: (message) => decode(placements, births, message),
  };
}

const FAMILY = 'sparkplug';
const MAX_METRICS = 1_000;
const sparkplug = get('spBv1.0');

function exampleBirth(): Uint8Array {
  return (
    sparkplug?.encodePayload({
      timestamp: 1_772_359_200_000,
      seq: 1,
      metrics: [{ name: 'Weight', alias: 7, type: 'Float', value: 1.5, properties: { engUnit: { type: 'String', value: 'kg' } } }],
    }) ?? new Uint8Array()
  );
}

/** What a birth said about a metric. */
interface Metric {
  readonly name: string;
  readonly unit: string | undefined;
}

/** The aliases of each edge node and device, bounded: the node unheard for longest is forgotten, and its data waits for the next birth. */
class Births {
  readonly #speakers = new Map<string, ReadonlyMap<string, Metric>>();

  note(speaker: string, metrics: ReadonlyMap<string, Metric>): void {
    this.#speakers.delete(speaker);
    if (this.#speakers.size >= MAX_SPEAKERS) {
      for (const oldest of this.#speakers.keys()) {
        this.#speakers.delete(oldest);
        break;
      }
    }
    this.#speakers.set(speaker, metrics);
  }

  of(speaker: string): ReadonlyMap<string, Metric> | undefined {
    return this.#speakers.get(speaker);
  }

  end(speaker: string): void {
    this.#speakers.delete(speaker);
  }
}

const MAX_SPEAKERS = 1_000;

function decode(placements: Placements, births: Births, message: DeviceMessage): Decoded {
  const [root, group = '', type = '', node = '', device] = message.topic.split('/', 6);
  if (root === 'STATE' || group === 'STATE') return ignored('host-state');
  if (type === 'NCMD' || type === 'DCMD') return ignored('command');
  if (!/^[ND](?:BIRTH|DATA|DEATH)$/.test(type) || node === '') return ignored('unknown-topic');
  const speaker = `${group}/${node}/${device ?? ''}`;
  const source = placements.speaker(message, FAMILY, device === undefined ? node : `${node}/${device}`, device);
  if (type.endsWith('DEATH')) {
    births.end(speaker);
    return readingsOf(message, [{ source, body: { kind: 'device.status', online: false } }]);
  }
  const payload = payloadOf(message.payload);
  if (payload === undefined) return malformed('not-sparkplug', 'the bytes are not a Sparkplug B payload');
  if (payload.length > MAX_METRICS) return malformed('schema', `${payload.length} metrics, expected at most ${MAX_METRICS}`);
  const isBirth = type.endsWith('BIRTH');
  const names = isBirth ? namesIn(payload) : (births.of(speaker) ?? births.of(`${group}/${node}/`));
  if (isBirth && names !== undefined) births.note(speaker, names);
  const said: Said[] = isBirth ? [{ source, body: { kind: 'device.status', online: true } }] : [];
  let unnamed = false;
  for (const metric of payload) {
    const known = metric.name === undefined ? (metric.alias === undefined ? undefined : names?.get(metric.alias)) : metric;
    if (known?.name === undefined) {
      unnamed = true;
      continue;
    }
    const unit = metric.unit ?? known.unit ?? names?.get(known.name)?.unit;
    const body = metricBody({ name: known.name, value: metric.value, unit }, source);
    if (body !== undefined) said.push({ source, body, atMs: metric.atMs });
  }
  return readingsOf(message, said, { nothing: unnamed ? 'before-birth' : 'nothing-relevant', stamped: true });
}

/** A metric as far as we need it. */
interface HeardMetric {
  readonly name: string | undefined;
  readonly alias: string | undefined;
  readonly value: unknown;
  readonly unit: string | undefined;
  readonly atMs: TimestampMs | undefined;
}

/** By alias and by name: both may be used later. */
function namesIn(payload: readonly HeardMetric[]): ReadonlyMap<string, Metric> {
  const names = new Map<string, Metric>();
  for (const { name, alias, unit } of payload) {
    if (name === undefined) continue;
    names.set(name, { name, unit });
    if (alias !== undefined) names.set(alias, { name, unit });
  }
  return names;
}

function payloadOf(bytes: Uint8Array): readonly HeardMetric[] | undefined {
  if (sparkplug === null || bytes.length > 65_536) return undefined;
  try {
    const decoded = sparkplug.decodePayload(bytes);
    // Both are demanded of births and data; foreign bytes that happen to parse have neither.
    if (decoded.timestamp === undefined || decoded.timestamp === null || decoded.seq === undefined || decoded.seq === null)
      return undefined;
    const sentAtMs = Number(decoded.timestamp);
    return (decoded.metrics ?? []).map((metric) => ({
      name: metric.name === null || metric.name === undefined || metric.name === '' ? undefined : metric.name,
      alias: metric.alias === null || metric.alias === undefined ? undefined : `#${String(metric.alias)}`,
      value: metric.value,
      unit: textOf(metric.properties?.['engUnit']?.value) ?? textOf(metric.properties?.['EngUnit']?.value),
      atMs: metric.timestamp === null || metric.timestamp === undefined ? sentAtMs : Number(metric.timestamp),
    }));
  } catch {
    // The library throws for anything that is no payload; what it says about foreign bytes helps nobody.
    return undefined;
  }
}
