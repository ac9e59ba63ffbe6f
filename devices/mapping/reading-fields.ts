import { z } from 'zod';
import type { ReadingKind } from '../../agent/core/reading.ts';
import { READING_BODIES } from '../adapters/native-schemas.ts';
import type { FieldType } from './compile-field.ts';

/** One field of a reading, as its schema has it. */
export interface ReadingField {
  readonly type: FieldType;
  readonly isRequired: boolean;
  /** The fields of its elements, when it is a list of objects. */
  readonly elements: ReadonlyMap<string, { readonly type: FieldType; readonly isRequired: boolean }> | undefined;
}

/** The fields of each kind besides `kind`, read from the schemas, so that a new kind needs no second list. */
export const READING_FIELDS: Readonly<Record<ReadingKind, ReadonlyMap<string, ReadingField>>> = fieldsByKind();

function fieldsByKind(): Record<ReadingKind, ReadonlyMap<string, ReadingField>> {
  const kinds = Object.entries(READING_BODIES).map(([kind, schema]) => [kind, fieldsOf(schema.shape)] as const);
  return Object.fromEntries(kinds) as Record<ReadingKind, ReadonlyMap<string, ReadingField>>; // One entry for each kind of reading.
}

function fieldsOf(shape: Readonly<Record<string, z.core.$ZodType>>): ReadonlyMap<string, ReadingField> {
  return new Map(
    Object.entries(shape)
      .filter(([name]) => name !== 'kind')
      .map(([name, schema]) => {
        const isRequired = !(schema instanceof z.ZodOptional);
        const inner = schema instanceof z.ZodOptional ? schema.unwrap() : schema;
        const element = inner instanceof z.ZodArray ? inner.element : undefined;
        return [name, { type: typeOf(inner), isRequired, elements: element instanceof z.ZodObject ? fieldsOf(element.shape) : undefined }];
      }),
  );
}

function typeOf(schema: z.core.$ZodType): FieldType {
  if (schema instanceof z.ZodNumber) return 'number';
  if (schema instanceof z.ZodBoolean) return 'boolean';
  return schema instanceof z.ZodArray ? 'list' : 'text';
}
