import { fail, ok, type Result } from '../../agent/core/result.ts';

/** Reads one place of a JSON value; `undefined` when nothing is there. */
export type ReadPath = (root: unknown) => unknown;

const MAX_PATH = 200;
const MAX_STEPS = 12;

/**
 * Compiles `weight.net`, `items[0].grams`, `["odd key"].x`: only own properties, never a prototype's. `$` alone is the whole value. At most 200
 * characters and 12 steps.
 */
export function compilePath(text: string): Result<ReadPath, string> {
  const steps = splitPath(text);
  if (!steps.ok) return steps;
  const keys = steps.value;
  if (keys.length === 0) return ok((root) => root);
  if (keys.length === 1) {
    const only = keys[0]!;
    return ok(typeof only === 'number' ? (root) => step(root, only) : (root) => named(root, only));
  }
  return ok((root) => {
    let value = root;
    for (const key of keys) {
      value = step(value, key);
      if (value === undefined) return undefined;
    }
    return value;
  });
}

/** The keys of a path in order; numbers are places in a list. */
export function splitPath(text: string): Result<readonly (string | number)[], string> {
  if (text.length === 0 || text.length > MAX_PATH) return fail(`expected a path of 1 to ${MAX_PATH} characters`);
  if (text === '$') return ok([]);
  const keys: (string | number)[] = [];
  let rest = text.startsWith('$.') ? text.slice(2) : text;
  while (rest.length > 0) {
    const match = STEP.exec(rest);
    if (match === null) return fail(`"${text}" is not a path: it goes wrong at "${rest.slice(0, 20)}"`);
    const [whole, quoted, index, plain] = match;
    keys.push(quoted ?? (index === undefined ? plain! : Number(index)));
    rest = rest.slice(whole.length);
    if (rest.startsWith('.')) {
      rest = rest.slice(1);
      if (rest === '') return fail(`"${text}" ends with a dot`);
    } else if (rest !== '' && !rest.startsWith('[')) return fail(`"${text}" is not a path: it goes wrong at "${rest.slice(0, 20)}"`);
  }
  return keys.length > MAX_STEPS ? fail(`"${text}" has more than ${MAX_STEPS} steps`) : ok(keys);
}

const STEP = /^(?:\["([^"]{1,100})"\]|\[(\d{1,4})\]|([^.[\]"]{1,100}))/;

function step(value: unknown, key: string | number): unknown {
  if (typeof key === 'string') return named(value, key);
  return Array.isArray(value) ? value[key] : undefined;
}

function named(value: unknown, key: string): unknown {
  if (typeof value !== 'object' || value === null) return undefined;
  // Most names that a mapping tries are not there, so that comes first.
  if (!Object.hasOwn(value, key) || Array.isArray(value)) return undefined;
  return (value as Readonly<Record<string, unknown>>)[key];
}
