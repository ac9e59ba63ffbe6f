import type { ReadingBody } from '../../agent/core/reading.ts';
import { textOf } from '../adapters/foreign-values.ts';
import type { Placements, Source } from '../adapters/placements.ts';
import { gramsOf } from '../adapters/weight-unit.ts';
import { FieldFault } from './compile-field.ts';
import type { CompiledMessage, CompiledReading } from './compile-mapping.ts';
import { type Evaluate, ExpressionFault, type Scope } from './expression.ts';
import { READING_FIELDS } from './reading-fields.ts';

/** What reading one reading of a message gave. */
export type ReadingOutcome =
  | { readonly kind: 'body'; readonly body: ReadingBody }
  /** Rightly not in this message. */
  | { readonly kind: 'absent' }
  | { readonly kind: 'fault'; readonly field: string; readonly detail: string };

/**
 * Finds which of a mapping's messages a topic is, with the named parts; `undefined` when none. With a payload, messages of bare values are passed
 * over where it is an object or a list.
 */
export function findMessage(
  messages: readonly CompiledMessage[],
  topic: string,
  payload?: Uint8Array,
): { readonly message: CompiledMessage; readonly topicPart: (name: string) => string | undefined } | undefined {
  const isJson = payload !== undefined && isStructured(payload);
  for (const message of messages) {
    if (isJson && message.form.payload === 'bare') continue;
    for (const pattern of message.patterns) {
      const parts = pattern.match(topic);
      if (parts === undefined) continue;
      const { names } = pattern;
      return {
        message,
        topicPart: (name) => {
          const at = names.indexOf(name);
          return at === -1 ? undefined : parts[at];
        },
      };
    }
  }
  return undefined;
}

/** Whether the first character that shows is that of an object or a list. */
export function isStructured(payload: Uint8Array): boolean {
  for (let at = 0; at < payload.length; at++) {
    const byte = payload[at]!;
    if (byte === 0x20 || byte === 0x0a || byte === 0x0d || byte === 0x09) continue;
    return byte === 0x7b || byte === 0x5b;
  }
  return false;
}

/** Whether a condition holds: no condition does; a missing field or a fault does not. */
export function holds(when: Evaluate | undefined, scope: Scope): boolean {
  if (when === undefined) return true;
  try {
    return when(scope) === true;
  } catch (error) {
    if (error instanceof ExpressionFault) return false;
    throw error;
  }
}

/** Reads the fields of one reading. */
export function readReading(
  reading: CompiledReading,
  about: { readonly scope: Scope; readonly root: unknown; readonly source: Source; readonly placements: Placements },
): ReadingOutcome {
  const { scope, root, source, placements } = about;
  if (!holds(reading.when, scope)) return ABSENT;
  const body: Record<string, unknown> = { kind: reading.kind };
  let found = 0;
  for (const field of reading.fields) {
    const value = field.read(scope, root);
    if (value instanceof FieldFault) return { kind: 'fault', field: field.name, detail: value.detail };
    if (value === undefined) {
      if (!field.isRequired) continue;
      if (reading.form.optional) return ABSENT;
      return { kind: 'fault', field: field.name, detail: missing(field.form, scope.root) };
    }
    found += 1;
    body[field.name] = value;
  }
  if (found === 0 && reading.fields.length > 0) {
    const names = reading.fields.map(({ name }) => name);
    return reading.form.optional ? ABSENT : { kind: 'fault', field: names.join(', '), detail: 'none of them is in the message' };
  }
  const weightUnit = source.placed?.weightUnit;
  if (reading.kind === 'shelf.weight' && weightUnit !== undefined && !saysUnit(reading) && typeof body['grams'] === 'number')
    body['grams'] = gramsOf(body['grams'], weightUnit);
  const slot = READING_FIELDS[reading.kind].get('slot');
  if (slot !== undefined) {
    const channel = textOf(body['slot']) ?? (typeof body['slot'] === 'number' ? String(body['slot']) : undefined);
    if (slot.isRequired || channel !== undefined) body['slot'] = source.slotOf(channel);
    else if (source.slot !== undefined) body['slot'] = source.slot;
  }
  if (typeof body['beacon'] === 'string') body['beacon'] = placements.beacon(body['beacon']);
  return { kind: 'body', body: body as unknown as ReadingBody }; // Checked against the schema of its kind before it goes anywhere.
}

const ABSENT: ReadingOutcome = { kind: 'absent' };

/** Whether the mapping knows in which unit the weight is; where it does not, the device's own setting counts. */
function saysUnit(reading: CompiledReading): boolean {
  const form = reading.fields.find(({ name }) => name === 'grams')?.form;
  return typeof form === 'object' && 'unit' in form && form.unit !== undefined;
}

/** Says where nothing was and what there was instead. */
function missing(form: unknown, root: unknown): string {
  const where =
    typeof form === 'string'
      ? `at "${form}"`
      : isForm(form)
        ? `at "${form.path ?? form.expression ?? form.each ?? form.topic ?? ''}"`
        : 'there';
  const keys = typeof root === 'object' && root !== null ? Object.keys(root).slice(0, 12) : [];
  return keys.length === 0 ? `nothing ${where}` : `nothing ${where}; the message has ${keys.join(', ')}`;
}

function isForm(
  form: unknown,
): form is { readonly path?: string; readonly expression?: string; readonly each?: string; readonly topic?: string } {
  return typeof form === 'object' && form !== null;
}
