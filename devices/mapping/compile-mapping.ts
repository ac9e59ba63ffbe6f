import type { ReadingKind } from '../../agent/core/reading.ts';
import { fail, ok, type Result } from '../../agent/core/result.ts';
import { anyTime, unixMs, unixSeconds, zonedTime } from '../adapters/foreign-values.ts';
import { compileField, compileList, compileRooted, type ReadField } from './compile-field.ts';
import { compileExpression, type Evaluate } from './expression.ts';
import type { FieldForm, ListForm, MappingForm, MappingIssue, MessageForm, ReadingForm } from './mapping-form.ts';
import { READING_FIELDS } from './reading-fields.ts';
import { compileTopic, type TopicPattern } from './topic-pattern.ts';

/** A mapping ready to decode with. */
export interface CompiledMapping {
  readonly form: MappingForm;
  readonly messages: readonly CompiledMessage[];
}

/** One kind of message. */
export interface CompiledMessage {
  readonly form: MessageForm;
  readonly patterns: readonly TopicPattern[];
  readonly when: Evaluate | undefined;
  readonly device: ReadField;
  readonly at: ReadField | undefined;
  readonly each: ReadField | undefined;
  readonly readings: readonly CompiledReading[];
  readonly otherwise: readonly { readonly when: Evaluate | undefined; readonly reason: string }[];
}

/** One reading of a message. */
export interface CompiledReading {
  readonly form: ReadingForm;
  readonly kind: ReadingKind;
  readonly when: Evaluate | undefined;
  readonly fields: readonly CompiledField[];
}

/** One field of a reading. */
export interface CompiledField {
  readonly name: string;
  readonly isRequired: boolean;
  readonly form: string | FieldForm | ListForm;
  readonly read: ReadField;
}

/** Compiles every part of a mapping, or says everything that is wrong with it. */
export function compileMapping(form: MappingForm): Result<CompiledMapping, readonly MappingIssue[]> {
  const issues: MappingIssue[] = [];
  const messages = form.messages.map((message, index) => compileMessage(message, new Issues(issues, ['messages', index])));
  return issues.length > 0 ? fail(issues) : ok({ form, messages });
}

/** Collects what is wrong, with where it is. */
class Issues {
  readonly #found: MappingIssue[];
  readonly #path: readonly PropertyKey[];

  constructor(found: MappingIssue[], path: readonly PropertyKey[]) {
    this.#found = found;
    this.#path = path;
  }

  at(...path: readonly PropertyKey[]): Issues {
    return new Issues(this.#found, [...this.#path, ...path]);
  }

  add(message: string): void {
    this.#found.push({ path: this.#path, message });
  }

  /** The value, or a stand-in that is never used because there is an issue now. */
  take<T>(result: Result<T, string>, standIn: T): T {
    if (result.ok) return result.value;
    this.add(result.error);
    return standIn;
  }
}

const NOTHING = () => undefined;

function compileMessage(form: MessageForm, issues: Issues): CompiledMessage {
  const topics = typeof form.topic === 'string' ? [form.topic] : form.topic;
  const patterns = topics.flatMap((topic) => {
    const compiled = compileTopic(topic);
    if (compiled.ok) return [compiled.value];
    issues.at('topic').add(compiled.error);
    return [];
  });
  // A part that not every topic of the message has cannot be relied on.
  const topicParts = (patterns[0]?.names ?? []).filter((name) => patterns.every((pattern) => pattern.names.includes(name)));
  const deviceForm = form.device ?? { topic: 'device' };
  if (form.device === undefined && form.ignore === undefined && !topicParts.includes('device') && patterns.length > 0) {
    issues.at('topic').add('names no device: write {device} into the topic, or say where it is with device');
  }
  const device =
    form.device === undefined && !topicParts.includes('device')
      ? NOTHING
      : issues.at('device').take(compileField(deviceForm, { name: 'device', type: 'text', topicParts }), NOTHING);
  if (form.ignore === undefined && form.readings.length === 0) issues.at('readings').add('expected readings, or ignore with a reason');
  return {
    form,
    patterns,
    when: form.when === undefined ? undefined : issues.at('when').take(compileExpression(form.when), NOTHING),
    device,
    at: form.at === undefined ? undefined : compileTime(form.at, issues.at('at', 'path')),
    each: form.each === undefined ? undefined : issues.at('each').take(compileRooted(form.each), NOTHING),
    readings: form.readings.map((reading, index) => compileReading(reading, topicParts, issues.at('readings', index))),
    otherwise: (form.otherwise ?? []).map(({ when, ignore }, index) => ({
      when: when === undefined ? undefined : issues.at('otherwise', index, 'when').take(compileExpression(when), NOTHING),
      reason: ignore,
    })),
  };
}

function compileTime({ path, form }: NonNullable<MessageForm['at']>, issues: Issues): ReadField {
  const read = issues.take(compileRooted(path), NOTHING);
  const convert = { 'unix-s': unixSeconds, 'unix-ms': unixMs, iso: zonedTime, any: anyTime }[form];
  return (scope, root) => convert(read(scope, root));
}

function compileReading(form: ReadingForm, topicParts: readonly string[], issues: Issues): CompiledReading {
  const known = READING_FIELDS[form.kind];
  const fields: CompiledField[] = [];
  for (const [name, field] of Object.entries(form.fields)) {
    const here = issues.at('fields', name);
    const about = known.get(name);
    if (about === undefined) {
      here.add(`${form.kind} has no field ${name}; it has ${[...known.keys()].join(', ')}`);
      continue;
    }
    const isList = typeof field === 'object' && 'each' in field;
    if (isList && about.elements === undefined) {
      here.add(`${name} is no list of objects`);
      continue;
    }
    const compiled = isList
      ? compileList(field, { name, type: about.type, topicParts, types: about.elements ?? new Map() })
      : compileField(field, { name, type: about.type, topicParts });
    fields.push({ name, isRequired: about.isRequired, form: field, read: here.take(compiled, NOTHING) });
  }
  for (const [name, { isRequired }] of known) {
    // The slot of a device that has one comes from its place in the store.
    if (isRequired && name !== 'slot' && !Object.hasOwn(form.fields, name)) issues.at('fields').add(`${form.kind} needs ${name}`);
  }
  return {
    form,
    kind: form.kind,
    when: form.when === undefined ? undefined : issues.at('when').take(compileExpression(form.when), NOTHING),
    fields,
  };
}
