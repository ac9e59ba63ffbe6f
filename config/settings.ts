import * as z from 'zod';
import { storeConfigSchema } from './schema.ts';

/** One scalar setting (or list of words) outside the store's lists, as the schema describes it: what environment and documentation need. */
export interface Setting {
  readonly path: readonly string[];
  /** `ENDCAP_` and the path in capitals. */
  readonly variable: string;
  readonly form: 'text' | 'number' | 'boolean' | 'words';
  /** As people write it; `undefined` where there is none. */
  readonly defaultValue: string | undefined;
  readonly description: string;
}

/** Every setting of the configuration that an environment variable can override, in the order of the schema. */
export function listSettings(): readonly Setting[] {
  return settingsOf(storeConfigSchema, []);
}

/** The keys that the schema knows at a path of a written configuration; empty where it is not a section. */
export function keysAt(path: readonly PropertyKey[]): readonly string[] {
  let schema: z.core.$ZodType = storeConfigSchema;
  for (const part of path) {
    const inner = unwrap(schema).schema;
    if (inner instanceof z.ZodObject) schema = inner.shape[String(part)];
    else if (inner instanceof z.ZodArray) schema = inner.element;
    else return [];
    if (schema === undefined) return [];
  }
  const target = unwrap(schema).schema;
  return target instanceof z.ZodObject ? Object.keys(target.shape) : [];
}

function settingsOf(schema: z.core.$ZodType, path: readonly string[]): Setting[] {
  const { schema: inner, description, defaultValue } = unwrap(schema);
  if (inner instanceof z.ZodObject) {
    return Object.entries(inner.shape).flatMap(([key, child]) => settingsOf(child as z.core.$ZodType, [...path, key]));
  }
  const form = formOf(inner);
  if (form === undefined) return [];
  return [{ path, variable: variableOf(path), form, defaultValue, description }];
}

function variableOf(path: readonly string[]): string {
  return `ENDCAP_${path.map((part) => part.replace(/[A-Z]/g, '_$&').toUpperCase()).join('_')}`;
}

function formOf(schema: z.core.$ZodType): Setting['form'] | undefined {
  if (schema instanceof z.ZodNumber) return 'number';
  if (schema instanceof z.ZodBoolean) return 'boolean';
  if (schema instanceof z.ZodString || schema instanceof z.ZodStringFormat || schema instanceof z.ZodEnum) return 'text';
  // A codec that reads text reads it from the environment as it is.
  if (schema instanceof z.ZodUnion) return schema.options.some((option) => option instanceof z.ZodString) ? 'text' : undefined;
  if (schema instanceof z.ZodArray) return schema.element instanceof z.ZodString ? 'words' : undefined;
  return undefined;
}

/** What is inside optional, default and codec, with the outermost description and default. */
function unwrap(schema: z.core.$ZodType): {
  readonly schema: z.core.$ZodType;
  readonly description: string;
  readonly defaultValue: string | undefined;
} {
  let inner = schema;
  let description = '';
  let defaultValue: string | undefined;
  for (;;) {
    description ||= z.globalRegistry.get(inner)?.description ?? '';
    if (inner instanceof z.ZodDefault || inner instanceof z.ZodPrefault) {
      const value: unknown = inner.def.defaultValue;
      if (typeof value !== 'object') defaultValue ??= String(value);
      inner = inner.def.innerType;
    } else if (inner instanceof z.ZodOptional) {
      inner = inner.def.innerType;
    } else if (inner instanceof z.ZodPipe) {
      inner = inner.def.in;
    } else {
      return { schema: inner, description, defaultValue };
    }
  }
}
