import type { Decoded, DeviceMessage } from '../adapters/adapter.ts';
import { parseJson } from '../adapters/json-payload.ts';
import type { Placements } from '../adapters/placements.ts';
import { FieldFault } from './compile-field.ts';
import type { CompiledField, CompiledMapping, CompiledMessage } from './compile-mapping.ts';
import type { Scope } from './expression.ts';
import { createMappingAdapter, type MappingExtras, messageFor } from './mapping-adapter.ts';
import { holds } from './read-mapping.ts';

/** What a mapping makes of one message, step by step, for the person who is writing the mapping. */
export interface Explanation {
  /** Topics that were tried, and which fitted. */
  readonly topics: readonly { readonly topic: string; readonly fits: boolean }[];
  /** The named parts of the topic. */
  readonly parts: Readonly<Record<string, string>>;
  readonly device: string | undefined;
  /** Why nothing was read before any field was looked at. */
  readonly stopped: string | undefined;
  readonly readings: readonly ReadingStep[];
  /** What the agent would do with the message. */
  readonly verdict: Decoded;
}

/** One reading of the mapping on one element of the message. */
export interface ReadingStep {
  readonly kind: string;
  /** Place in the list, where the mapping reads a list. */
  readonly element: number | undefined;
  readonly skipped: string | undefined;
  readonly fields: readonly FieldStep[];
}

/** One field: where it was looked for and what came out. */
export interface FieldStep {
  readonly name: string;
  readonly from: string;
  readonly outcome:
    | { readonly kind: 'value'; readonly value: unknown }
    | { readonly kind: 'missing' }
    | { readonly kind: 'fault'; readonly detail: string };
}

/** Elements that are explained one by one; the verdict is about all of them. */
const MAX_ELEMENTS = 3;

/** Runs the same readers that decode, and keeps what each of them said. */
export function explainMapping(
  mapping: CompiledMapping,
  message: DeviceMessage,
  { placements, extras }: { readonly placements: Placements; readonly extras?: MappingExtras | undefined },
): Explanation {
  const verdict = createMappingAdapter(mapping, { placements, ...(extras !== undefined && { extras }) }).decode(message);
  const topics = mapping.messages.flatMap((candidate) =>
    candidate.patterns.map((pattern, index) => ({
      topic: typeof candidate.form.topic === 'string' ? candidate.form.topic : (candidate.form.topic[index] ?? ''),
      fits: pattern.match(message.topic) !== undefined,
    })),
  );
  const nothing = { topics, parts: {}, device: undefined, readings: [], verdict };
  const found = messageFor(mapping, message, extras?.recognises);
  if (found === undefined) return { ...nothing, stopped: 'no topic of the mapping fits' };
  const parts = partsOf(found.message, message.topic);
  if (found.message.form.ignore !== undefined)
    return { ...nothing, parts, stopped: `this topic is not for us: ${found.message.form.ignore}` };
  const root = rootOf(found.message, message);
  if (root === undefined) return { ...nothing, parts, stopped: 'the message is not JSON' };
  const given =
    found.message.each === undefined ? [root.value] : found.message.each({ root: root.value, topicPart: found.topicPart }, root.value);
  const list: unknown = typeof given === 'object' && given !== null && !Array.isArray(given) ? [given] : given;
  if (!Array.isArray(list)) return { ...nothing, parts, stopped: `each: there is no list at "${found.message.form.each ?? ''}"` };
  let device: string | undefined;
  const readings: ReadingStep[] = [];
  for (const [index, element] of list.slice(0, MAX_ELEMENTS).entries()) {
    const scope: Scope = { root: element, message: root.value, topicPart: found.topicPart };
    const name = found.message.device(scope, root.value);
    device ??= typeof name === 'string' ? placements.speaker(message, mapping.form.name, name).device : undefined;
    const place = found.message.each === undefined ? undefined : index;
    if (!holds(found.message.when, scope)) {
      readings.push({ kind: 'message', element: place, skipped: `when: ${found.message.form.when ?? ''} is not true`, fields: [] });
      continue;
    }
    for (const reading of found.message.readings) {
      const skipped = holds(reading.when, scope) ? undefined : `when: ${reading.form.when ?? ''} is not true`;
      const fields = skipped === undefined ? reading.fields.map((field) => stepOf(field, scope, root.value)) : [];
      readings.push({ kind: reading.kind, element: place, skipped, fields });
    }
  }
  return { topics, parts, device, stopped: undefined, readings, verdict };
}

function stepOf(field: CompiledField, scope: Scope, root: unknown): FieldStep {
  const value = field.read(scope, root);
  const from = sourceOf(field);
  if (value instanceof FieldFault) return { name: field.name, from, outcome: { kind: 'fault', detail: value.detail } };
  return { name: field.name, from, outcome: value === undefined ? { kind: 'missing' } : { kind: 'value', value } };
}

/** As the mapping has it, in a few words. */
function sourceOf({ form }: CompiledField): string {
  if (typeof form === 'string') return form;
  if ('each' in form) return `each of ${form.each}`;
  const place =
    form.path ?? form.expression ?? (form.topic === undefined ? `always ${String(form.constant)}` : `{${form.topic}} of the topic`);
  const done = [
    form.path === undefined ? undefined : form.expression,
    form.unit === undefined ? undefined : `in ${form.unit}`,
    form.map === undefined ? undefined : 'mapped',
  ];
  return [place, ...done.filter((text) => text !== undefined)].join(', ');
}

function partsOf(message: CompiledMessage, topic: string): Readonly<Record<string, string>> {
  for (const pattern of message.patterns) {
    const parts = pattern.match(topic);
    if (parts !== undefined) return Object.fromEntries(pattern.names.map((name, index) => [name, parts[index] ?? '']));
  }
  return {};
}

function rootOf(message: CompiledMessage, { payload }: DeviceMessage): { readonly value: unknown } | undefined {
  if (message.form.payload !== 'json') return { value: Buffer.from(payload).toString('utf8').trim() };
  const json = parseJson(payload);
  return json.ok ? { value: json.value } : undefined;
}
