import type { TimestampMs } from '../../agent/core/units.ts';
import type { Adapter, AdapterExample, Decoded, DeviceMessage } from '../adapters/adapter.ts';
import { ignored, malformed, readingsOf, type Said, unreadable } from '../adapters/decoded.ts';
import { isNothing, shortText } from '../adapters/foreign-values.ts';
import { DEVICE_JSON_LIMITS, decodeText, parseJson } from '../adapters/json-payload.ts';
import type { Placements } from '../adapters/placements.ts';
import type { CompiledMapping, CompiledMessage } from './compile-mapping.ts';
import type { Scope } from './expression.ts';
import type { MessageForm } from './mapping-form.ts';
import { findMessage, holds, isStructured, readReading } from './read-mapping.ts';

/** What a family has besides its mapping. */
export interface MappingExtras {
  readonly examples?: readonly AdapterExample[];
  readonly setup?: string;
  readonly bridgeTopics?: readonly string[];
  readonly reads?: readonly string[];
  readonly recognises?: (text: string) => boolean;
}

/** More elements than any message needs; a longer list is refused. */
const MAX_ELEMENTS = 500;

/** Makes an adapter of a mapping: the same promises, no code. */
export function createMappingAdapter(
  mapping: CompiledMapping,
  context: { readonly placements: Placements; readonly extras?: MappingExtras },
): Adapter {
  const { form, messages } = mapping;
  const { placements, extras } = context;
  const topics = messages
    .filter((message) => message.form.ignore === undefined)
    .flatMap((message) => message.patterns.map((pattern) => pattern.filter));
  return {
    name: form.name,
    title: form.title ?? form.name,
    description: form.description ?? 'A mapping of this store',
    form: 'mapping',
    topics: [...new Set(topics)],
    examples: extras?.examples ?? [],
    ...(extras?.setup !== undefined && { setup: extras.setup }),
    ...(extras?.reads !== undefined && { reads: extras.reads }),
    ...(extras?.bridgeTopics !== undefined && { bridgeTopics: extras.bridgeTopics }),
    ...(extras?.recognises !== undefined && { recognises: extras.recognises }),
    matches: (topic) => findMessage(messages, topic) !== undefined,
    decode: (message) => decode(mapping, { placements, recognises: extras?.recognises }, message),
  };
}

interface About {
  readonly placements: Placements;
  readonly recognises: ((text: string) => boolean) | undefined;
}

function decode(mapping: CompiledMapping, { placements, recognises }: About, message: DeviceMessage): Decoded {
  const found = messageFor(mapping, message, recognises);
  if (found === undefined) return ignored('unknown-topic');
  const { form } = found.message;
  if (form.ignore !== undefined) return ignored(form.ignore);
  const root = payloadOf(form.payload, message, form.each === '$');
  if (!root.ok) return root.decoded;
  const elements = elementsOf(found.message, root.value, found.topicPart);
  const whole: Scope = { root: root.value, topicPart: found.topicPart };
  if (elements === undefined)
    return (
      otherwise(found.message, whole) ?? malformed('schema', `each: expected a list of at most ${MAX_ELEMENTS} at "${form.each ?? ''}"`)
    );
  const said: Said[] = [];
  let isTimed = false;
  for (const element of elements) {
    const scope: Scope = { root: element, message: root.value, topicPart: found.topicPart };
    if (!holds(found.message.when, scope)) continue;
    const name = found.message.device(scope, root.value);
    const source = placements.speaker(
      message,
      mapping.form.name,
      typeof name === 'string' || typeof name === 'number' ? String(name) : undefined,
    );
    const atMs = found.message.at?.(scope, root.value) as TimestampMs | undefined; // What the compiled time reader gives.
    isTimed ||= atMs !== undefined;
    const before = said.length;
    for (const [index, reading] of found.message.readings.entries()) {
      if (reading.form.beside && said.length === before) continue;
      const outcome = readReading(reading, { scope, root: root.value, source, placements });
      if (outcome.kind === 'fault')
        return malformed('field', `${reading.kind}.${outcome.field} (reading ${index + 1}): ${outcome.detail}`.slice(0, 300));
      if (outcome.kind === 'body') said.push({ source, body: outcome.body, atMs });
    }
  }
  if (said.length === 0) return otherwise(found.message, whole) ?? ignored('no-reading');
  return readingsOf(message, said, { stamped: isTimed });
}

/** Why a message of which nothing was read is not for us, where the mapping has a name for it. */
function otherwise({ otherwise: names }: CompiledMessage, scope: Scope): Decoded | undefined {
  const name = names.find(({ when }) => holds(when, scope));
  return name === undefined ? undefined : ignored(name.reason);
}

/** The message of a mapping that a device's message is, by its topic or else by its form. */
export function messageFor(
  mapping: CompiledMapping,
  message: DeviceMessage,
  recognises: About['recognises'],
): ReturnType<typeof findMessage> {
  return findMessage(mapping.messages, message.topic, message.payload) ?? onOtherTopic(mapping, message, recognises);
}

/** A device that is configured to write another topic, or whose form alone says what it is, says what the mapping's first message says. */
function onOtherTopic(mapping: CompiledMapping, message: DeviceMessage, recognises: About['recognises']): ReturnType<typeof findMessage> {
  const isOurs = message.as !== undefined || recognises?.(shortText(message.payload, MAX_SNIFFED) ?? '') === true;
  const ours = isOurs ? mapping.messages.filter((candidate) => candidate.form.ignore === undefined) : [];
  const first = (isStructured(message.payload) ? ours.find(({ form }) => form.payload === 'json') : undefined) ?? ours[0];
  // What stands last in a topic of one's own mostly names the device.
  const last = message.topic.slice(message.topic.lastIndexOf('/') + 1);
  return first === undefined ? undefined : { message: first, topicPart: (name) => (name === 'device' ? last : undefined) };
}

const MAX_SNIFFED = 8_192;

function payloadOf(
  form: MessageForm['payload'],
  message: DeviceMessage,
  isList: boolean,
): { readonly ok: true; readonly value: unknown } | { readonly ok: false; readonly decoded: Decoded } {
  if (message.payload.length === 0) return { ok: false, decoded: ignored('cleared') };
  if (form !== 'json') {
    const text = decodeText(message.payload, 1_024);
    if (!text.ok) return { ok: false, decoded: unreadable(text.error) };
    const value = text.value.trim();
    return isNothing(value) ? { ok: false, decoded: ignored('unavailable') } : { ok: true, value };
  }
  const json = parseJson(message.payload);
  const lines = json.ok || !isList ? undefined : linesOf(message.payload);
  if (lines !== undefined) return { ok: true, value: lines };
  if (!json.ok) return { ok: false, decoded: unreadable(json.error) };
  if (typeof json.value !== 'object' || json.value === null)
    return { ok: false, decoded: malformed('not-an-object', 'expected a JSON object or list') };
  return { ok: true, value: json.value };
}

/** Several objects, one a line, as readers stream them; `undefined` for anything else. */
function linesOf(payload: Uint8Array): readonly unknown[] | undefined {
  const text = decodeText(payload, DEVICE_JSON_LIMITS.maxBytes);
  if (!text.ok || !text.value.includes('\n')) return undefined;
  const lines = text.value.split('\n').filter((line) => line.trim() !== '');
  if (lines.length < 2 || lines.length > MAX_ELEMENTS) return undefined;
  const values: unknown[] = [];
  for (const line of lines) {
    const json = parseJson(Buffer.from(line));
    if (!json.ok || typeof json.value !== 'object' || json.value === null) return undefined;
    values.push(json.value);
  }
  return values;
}

function elementsOf(message: CompiledMessage, root: unknown, topicPart: Scope['topicPart']): readonly unknown[] | undefined {
  if (message.each === undefined) return [root];
  const list = message.each({ root, topicPart }, root);
  if (Array.isArray(list)) return list.length <= MAX_ELEMENTS ? list : undefined;
  // Some gateways send one thing as it is and several as a list.
  return typeof list === 'object' && list !== null ? [list] : undefined;
}
