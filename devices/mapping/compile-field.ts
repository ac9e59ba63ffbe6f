import { fail, ok, type Result } from '../../agent/core/result.ts';
import { isNothing, numberOf } from '../adapters/foreign-values.ts';
import { compileExpression, type Evaluate, ExpressionFault, type Scope } from './expression.ts';
import { compilePath } from './field-path.ts';
import type { FieldForm, ListForm } from './mapping-form.ts';
import { conversionFor, unitsOf } from './units.ts';

/** Why a field that is there cannot be used. */
export class FieldFault {
  readonly detail: string;
  constructor(detail: string) {
    this.detail = detail;
  }
}

/** Reads one field: its value, `undefined` when it is not in the message, or a fault. */
export type ReadField = (scope: Scope, root: unknown) => unknown;

/** What the schema wants there; numbers may come as text, the others may not. */
export type FieldType = 'number' | 'boolean' | 'text' | 'list';

/** What a field is called, what it must be, and which parts of the topic there are. */
export interface FieldAbout {
  readonly name: string;
  readonly type: FieldType;
  readonly topicParts: readonly string[];
}

/** Compiles one field; the error says what is wrong with how it is written. */
export function compileField(form: string | FieldForm, about: FieldAbout): Result<ReadField, string> {
  const field: FieldForm = typeof form === 'string' ? { path: form } : form;
  const source = compileSource(field, about);
  if (!source.ok) return source;
  const convert = field.unit === undefined ? undefined : conversionFor(about.name, field.unit);
  if (field.unit !== undefined && convert === undefined) {
    const known = unitsOf(about.name);
    return fail(
      known.length === 0
        ? `${about.name} has no units`
        : `there is no unit "${field.unit}" for ${about.name}; there are ${known.join(', ')}`,
    );
  }
  const map = field.map === undefined ? undefined : new Map(Object.entries(field.map));
  const read = source.value;
  const isNumber = about.type === 'number';
  const fallback = field.default;
  return ok((scope, root) => {
    let value: unknown;
    try {
      value = read(scope, root);
    } catch (error) {
      if (error instanceof ExpressionFault) return new FieldFault(error.message);
      throw error;
    }
    if (value === undefined || value === null) return fallback;
    if (map !== undefined) {
      const stands = typeof value === 'object' ? undefined : map.get(String(value));
      if (stands === null) return fallback;
      if (stands === undefined && typeof value === 'string' && isNothing(value)) return fallback;
      if (stands === undefined) return new FieldFault(`expected one of ${[...map.keys()].slice(0, 10).join(', ')}, found ${shown(value)}`);
      value = stands;
    }
    if (!isNumber) return value;
    const number = numberOf(value);
    if (number === undefined) return fallback;
    if (Number.isNaN(number)) return new FieldFault(`expected a number, found ${shown(value)}`);
    return convert === undefined ? number : convert(number);
  });
}

function compileSource(field: FieldForm, about: FieldAbout): Result<ReadField, string> {
  const named = [field.topic, field.constant, field.path ?? field.expression].filter((one) => one !== undefined).length;
  if (named !== 1) return fail('expected one of path, topic, expression and constant');
  if (field.constant !== undefined) {
    const { constant } = field;
    return ok(() => constant);
  }
  if (field.topic !== undefined) {
    const { topic } = field;
    if (!about.topicParts.includes(topic)) return fail(`the topic has no part {${topic}}`);
    return ok((scope) => scope.topicPart(topic));
  }
  const path = field.path === undefined ? undefined : compileRooted(field.path);
  if (path !== undefined && !path.ok) return path;
  const expression = field.expression === undefined ? undefined : compileExpression(field.expression);
  if (expression !== undefined && !expression.ok) return expression;
  if (expression === undefined) return path ?? fail('expected a path');
  const evaluate: Evaluate = expression.value;
  if (path === undefined) return ok((scope) => evaluate(scope));
  const read = path.value;
  return ok((scope, root) => {
    const value = read(scope, root);
    return value === undefined ? undefined : evaluate({ root: scope.root, message: scope.message, topicPart: scope.topicPart, value });
  });
}

/** `$.x` means the whole message even inside a list; everything else the element that is being read. */
export function compileRooted(text: string): Result<ReadField, string> {
  const path = compilePath(text);
  if (!path.ok) return path;
  const read = path.value;
  return ok(text.startsWith('$.') ? (_scope, root) => read(root) : (scope) => read(scope.root));
}

const MAX_ELEMENTS = 500;

/** Compiles a list of objects; `types` are the fields an element may have. */
export function compileList(
  form: ListForm,
  about: FieldAbout & { readonly types: ReadonlyMap<string, { readonly type: FieldType; readonly isRequired: boolean }> },
): Result<ReadField, string> {
  const path = compileRooted(form.each);
  if (!path.ok) return path;
  const fields: { readonly name: string; readonly isRequired: boolean; readonly read: ReadField }[] = [];
  for (const [name, one] of Object.entries(form.fields)) {
    const known = about.types.get(name);
    if (known === undefined)
      return fail(`an element of ${about.name} has no field ${name}; there are ${[...about.types.keys()].join(', ')}`);
    const compiled = compileField(one, { name, type: known.type, topicParts: about.topicParts });
    if (!compiled.ok) return fail(`${name}: ${compiled.error}`);
    fields.push({ name, isRequired: known.isRequired, read: compiled.value });
  }
  const read = path.value;
  return ok((scope, root) => {
    const list = read(scope, root);
    if (list === undefined || list === null) return undefined;
    if (!Array.isArray(list) || list.length > MAX_ELEMENTS) return new FieldFault(`expected a list of at most ${MAX_ELEMENTS}`);
    const elements: Record<string, unknown>[] = [];
    for (const [index, element] of list.entries()) {
      const made: Record<string, unknown> = {};
      for (const field of fields) {
        const value = field.read({ root: element, message: root, topicPart: scope.topicPart }, root);
        if (value instanceof FieldFault) return new FieldFault(`[${index}].${field.name}: ${value.detail}`);
        if (value === undefined && field.isRequired) return new FieldFault(`[${index}].${field.name}: nothing there`);
        if (value !== undefined) made[field.name] = value;
      }
      elements.push(made);
    }
    return elements;
  });
}

function shown(value: unknown): string {
  return typeof value === 'object' ? 'a list or object' : JSON.stringify(value).slice(0, 40);
}
