import type { ReadingKind } from '../../agent/core/reading.ts';

/** One field as a mapping may write it: a path alone, or with what is done to the value. */
export interface FieldForm {
  readonly path?: string | undefined;
  readonly topic?: string | undefined;
  readonly expression?: string | undefined;
  readonly constant?: string | number | boolean | undefined;
  readonly unit?: string | undefined;
  /** `null` stands for no value. */
  readonly map?: Readonly<Record<string, string | number | boolean | null>> | undefined;
  /** An empty list stands for a list that is not in the message. */
  readonly default?: string | number | boolean | readonly [] | undefined;
}

/** A field that is a list of objects. */
export interface ListForm {
  readonly each: string;
  readonly fields: Readonly<Record<string, string | FieldForm>>;
}

/** One reading that a message becomes. */
export interface ReadingForm {
  readonly kind: ReadingKind;
  readonly when?: string | undefined;
  readonly optional: boolean;
  readonly beside: boolean;
  readonly fields: Readonly<Record<string, string | FieldForm | ListForm>>;
}

/** One kind of message. */
export interface MessageForm {
  readonly topic: string | readonly string[];
  readonly payload: 'json' | 'text' | 'bare';
  readonly when?: string | undefined;
  readonly ignore?: string | undefined;
  readonly device?: string | FieldForm | undefined;
  readonly at?: { readonly path: string; readonly form: 'unix-s' | 'unix-ms' | 'iso' | 'any' } | undefined;
  readonly each?: string | undefined;
  readonly readings: readonly ReadingForm[];
  /** Why a message that says nothing is not for us: the first that is true. */
  readonly otherwise?: readonly OtherwiseForm[] | undefined;
}

/** A name for messages of which nothing is read. */
export interface OtherwiseForm {
  readonly when?: string | undefined;
  readonly ignore: string;
}

/** A whole mapping, with defaults filled in. */
export interface MappingForm {
  readonly name: string;
  readonly title?: string | undefined;
  readonly description?: string | undefined;
  readonly messages: readonly MessageForm[];
}

/** What is wrong with a mapping, and where. */
export interface MappingIssue {
  readonly path: readonly PropertyKey[];
  readonly message: string;
}
