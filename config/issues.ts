import type * as z from 'zod';
import type { Issue } from './problem.ts';
import { formatPath } from './problem.ts';
import { keysAt } from './settings.ts';
import { didYouMean, suggestion } from './suggest.ts';

/** What the schema found, in our words: one issue for each value, unknown keys one by one with what was probably meant. */
export function issuesOf(error: z.ZodError, written: unknown): readonly Issue[] {
  const issues = error.issues.flatMap((issue) => toIssues(issue, written));
  // A misspelt key is one mistake: that the right one is missing needs no line of its own.
  const meant = new Set(issues.map((issue) => issue.meant));
  return issues.filter((issue) => !issue.missing || !meant.has(formatPath(issue.path)));
}

interface SchemaIssue extends Issue {
  readonly missing?: boolean;
  /** Path of the key that an unknown one was probably meant to be. */
  readonly meant?: string | undefined;
}

function toIssues(issue: z.core.$ZodIssue, written: unknown): SchemaIssue[] {
  const where = issue.path.length === 0 ? 'the file' : formatPath(issue.path);
  if (issue.code === 'unrecognized_keys') {
    const known = keysAt(issue.path);
    return issue.keys.map((key) => {
      const meant = didYouMean(key, known);
      return {
        path: [...issue.path, key],
        atKey: true,
        message: `unknown setting "${key}"${issue.path.length === 0 ? '' : ` in ${where}`}`,
        hint: suggestion(key, known) ?? (known.length > 0 ? `known here: ${known.join(', ')}` : undefined),
        meant: meant === undefined ? undefined : formatPath([...issue.path, meant]),
      };
    });
  }
  const { exists, value } = follow(written, issue.path);
  if (!exists) return [{ path: issue.path, message: `${where} is missing`, missing: true }];
  const hint = issue.code === 'invalid_value' && typeof value === 'string' ? suggestion(value, issue.values.map(String)) : undefined;
  const { text, ownWords } = expectation(issue);
  return [
    { path: issue.path, message: `${where}: ${text}${ownWords && issue.message.includes('got ') ? '' : `, got ${show(value)}`}`, hint },
  ];
}

/** What was expected, without the value; `ownWords` when the schema brought its own sentence. */
function expectation(issue: z.core.$ZodIssue): { readonly text: string; readonly ownWords: boolean } {
  if (issue.message.startsWith('expected ')) return { text: issue.message, ownWords: true };
  switch (issue.code) {
    case 'invalid_type':
      return { text: `expected ${TYPE_NAMES[issue.expected] ?? issue.expected}`, ownWords: false };
    case 'invalid_value':
      return { text: `expected one of ${issue.values.join(', ')}`, ownWords: false };
    case 'too_small':
      return {
        text: `expected ${sizeOf(issue.origin, issue.minimum, issue.inclusive === false ? 'more than' : 'at least')}`,
        ownWords: false,
      };
    case 'too_big':
      return {
        text: `expected ${sizeOf(issue.origin, issue.maximum, issue.inclusive === false ? 'less than' : 'at most')}`,
        ownWords: false,
      };
    default:
      return { text: issue.message, ownWords: false };
  }
}

const TYPE_NAMES: Readonly<Record<string, string>> = {
  string: 'text',
  number: 'a number',
  int: 'a whole number',
  boolean: 'true or false',
  object: 'a section with settings',
  array: 'a list',
  tuple: 'a pair like [3, 4]',
};

function sizeOf(origin: string, limit: number | bigint, relation: string): string {
  if (origin === 'string') return `${relation} ${limit} ${limit === 1 ? 'character' : 'characters'}`;
  if (origin === 'array') return `${relation} ${limit} ${limit === 1 ? 'entry' : 'entries'}`;
  return `${relation} ${limit}`;
}

function show(value: unknown): string {
  if (value === null) return 'nothing';
  if (Array.isArray(value)) return value.length === 0 ? 'an empty list' : `a list of ${value.length}`;
  if (typeof value === 'object') return 'a section';
  // An account in an address may come with its password.
  const text = (JSON.stringify(value) ?? String(value)).replace(/\/\/[^/@]*@/, '//...@');
  return text.length > 60 ? `${text.slice(0, 57)}..."` : text;
}

function follow(written: unknown, path: readonly PropertyKey[]): { readonly exists: boolean; readonly value: unknown } {
  let value = written;
  for (const part of path) {
    if (typeof value !== 'object' || value === null || !Object.hasOwn(value, part)) return { exists: false, value: undefined };
    // An own property of an object or array by its key, as just checked.
    value = (value as Record<PropertyKey, unknown>)[part];
  }
  return { exists: true, value };
}
