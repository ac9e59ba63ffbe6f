import { fail, ok, type Result } from '../../agent/core/result.ts';
import { callFunction, isKnownFunction } from './expression-functions.ts';
import { type ExpressionNode, parseExpression } from './expression-parser.ts';
import { compilePath, splitPath } from './field-path.ts';

/** What an expression can see. */
export interface Scope {
  /** The message, or the element of it that is being read. */
  readonly root: unknown;
  /** The whole message, where `root` is an element of it. */
  readonly message?: unknown;
  /** A part of the topic by name. */
  topicPart(name: string): string | undefined;
  /** The value of the field itself, for an expression beside a path. */
  readonly value?: unknown;
}

/** A compiled expression: the value, `undefined` when something it needs is not in the message, or a fault when types do not fit. */
export type Evaluate = (scope: Scope) => unknown;

/** What went wrong while evaluating. */
export class ExpressionFault extends Error {}

/**
 * Compiles an expression over the fields of a message: arithmetic, comparison, `and`, `or`, `not`, `a ? b : c`, `??`, and a few functions. No loops, no
 * assignment, no access to anything but own fields; at most 500 characters, 64 parts and 16 levels, so that evaluating has a bound too.
 * `$name` is a part of the topic, `$.name` a field of the whole message also inside a list, `value` the field's own value, backticks quote odd names (`rssi@1m`).
 */
export function compileExpression(text: string): Result<Evaluate, string> {
  const parsed = parseExpression(text);
  return parsed.ok ? compile(parsed.value) : parsed;
}

function compile(node: ExpressionNode): Result<Evaluate, string> {
  switch (node.kind) {
    case 'literal': {
      const { value } = node;
      return ok(() => value);
    }
    case 'topic': {
      const { name } = node;
      return ok((scope) => scope.topicPart(name));
    }
    case 'path': {
      if (node.path === 'value') return ok((scope) => scope.value ?? valueField(scope.root));
      const read = compilePath(node.path);
      if (read.ok && node.path.startsWith('$.')) return ok((scope) => read.value(scope.message ?? scope.root) ?? undefined);
      return read.ok ? ok((scope) => read.value(scope.root) ?? undefined) : read;
    }
    case 'unary':
      return compileUnary(node);
    case 'binary':
      return compileBinary(node);
    case 'choice':
      return compileChoice(node);
    case 'call':
      return compileCall(node);
  }
}

/** A message may have a field called `value`; beside a path the name means the path's value. */
const readValueField = compilePath('value');
function valueField(root: unknown): unknown {
  return readValueField.ok ? (readValueField.value(root) ?? undefined) : undefined;
}

function compileUnary(node: Extract<ExpressionNode, { kind: 'unary' }>): Result<Evaluate, string> {
  const inner = compile(node.operand);
  if (!inner.ok) return inner;
  const operand = inner.value;
  if (node.operator === 'not') return ok((scope) => !isTrue(operand(scope)));
  return ok((scope) => {
    const value = operand(scope);
    return value === undefined ? undefined : -asNumber(value);
  });
}

/** `a ?? b ?? c` as one walk over all of them: mappings try a dozen names for one value. */
function compileChain(node: Extract<ExpressionNode, { kind: 'binary' }>): Result<Evaluate, string> {
  const nodes: ExpressionNode[] = [];
  let rest: ExpressionNode = node;
  while (rest.kind === 'binary' && rest.operator === '??') {
    nodes.unshift(rest.right);
    rest = rest.left;
  }
  nodes.unshift(rest);
  const operands: Evaluate[] = [];
  for (const one of nodes) {
    const compiled = compile(one);
    if (!compiled.ok) return compiled;
    operands.push(compiled.value);
  }
  const names = nodes.length < MANY_NAMES ? undefined : nodes.map(firstName);
  if (names?.every((name) => name !== undefined)) return ok(firstOfMany(names, operands));
  return ok((scope) => {
    for (const operand of operands) {
      const value = operand(scope);
      if (value !== undefined && value !== null) return value;
    }
    return undefined;
  });
}

/** From so many names on it pays to look at what the message has instead of at each name. */
const MANY_NAMES = 4;
/** An object with more fields than this is asked name by name. */
const MANY_FIELDS = 24;

/** The field of the message (or element) that a path begins with; `undefined` for anything but such a path. */
function firstName(node: ExpressionNode): string | undefined {
  if (node.kind !== 'path' || node.path === 'value' || node.path.startsWith('$')) return undefined;
  const keys = splitPath(node.path);
  const first = keys.ok ? keys.value[0] : undefined;
  return typeof first === 'string' ? first : undefined;
}

/** The first of many names that the message has: its few fields are looked up among the names, in place of a dozen names among its fields. */
function firstOfMany(names: readonly (string | undefined)[], operands: readonly Evaluate[]): Evaluate {
  const places = new Map<string, readonly number[]>();
  for (const [place, name] of names.entries()) if (name !== undefined) places.set(name, [...(places.get(name) ?? []), place]);
  return (scope) => {
    const { root } = scope;
    if (typeof root !== 'object' || root === null) return undefined;
    const keys = Object.keys(root);
    let best = operands.length;
    let found: unknown;
    if (keys.length > MANY_FIELDS) {
      for (const operand of operands) {
        const value = operand(scope);
        if (value !== undefined && value !== null) return value;
      }
      return undefined;
    }
    for (const key of keys) {
      for (const place of places.get(key) ?? NO_PLACES) {
        if (place >= best) break;
        const value = operands[place]!(scope);
        if (value === undefined || value === null) continue;
        best = place;
        found = value;
        break;
      }
    }
    return found;
  };
}

const NO_PLACES: readonly number[] = [];

function compileBinary(node: Extract<ExpressionNode, { kind: 'binary' }>): Result<Evaluate, string> {
  if (node.operator === '??') return compileChain(node);
  const [first, second] = [compile(node.left), compile(node.right)];
  if (!first.ok) return first;
  if (!second.ok) return second;
  const [left, right] = [first.value, second.value];
  switch (node.operator) {
    case 'and':
      return ok((scope) => isTrue(left(scope)) && isTrue(right(scope)));
    case 'or':
      return ok((scope) => isTrue(left(scope)) || isTrue(right(scope)));
    case '==':
      return ok((scope) => left(scope) === right(scope));
    case '!=':
      return ok((scope) => left(scope) !== right(scope));
    case '<':
    case '<=':
    case '>':
    case '>=': {
      const compare = COMPARISONS[node.operator];
      return ok((scope) => {
        const [a, b] = [left(scope), right(scope)];
        return a === undefined || b === undefined ? false : compare(asNumber(a), asNumber(b));
      });
    }
    default: {
      const calculate = ARITHMETIC[node.operator];
      return ok((scope) => {
        const [a, b] = [left(scope), right(scope)];
        return a === undefined || b === undefined ? undefined : calculate(asNumber(a), asNumber(b));
      });
    }
  }
}

const COMPARISONS = {
  '<': (a: number, b: number) => a < b,
  '<=': (a: number, b: number) => a <= b,
  '>': (a: number, b: number) => a > b,
  '>=': (a: number, b: number) => a >= b,
} as const;

const ARITHMETIC = {
  '+': (a: number, b: number) => a + b,
  '-': (a: number, b: number) => a - b,
  '*': (a: number, b: number) => a * b,
  '/': (a: number, b: number) => a / b,
  '%': (a: number, b: number) => a % b,
} as const;

function compileChoice(node: Extract<ExpressionNode, { kind: 'choice' }>): Result<Evaluate, string> {
  const [condition, yes, no] = [compile(node.condition), compile(node.yes), compile(node.no)];
  if (!condition.ok) return condition;
  if (!yes.ok) return yes;
  if (!no.ok) return no;
  return ok((scope) => (isTrue(condition.value(scope)) ? yes.value(scope) : no.value(scope)));
}

function compileCall(node: Extract<ExpressionNode, { kind: 'call' }>): Result<Evaluate, string> {
  const inner = node.arguments.map(compile);
  const args: Evaluate[] = [];
  for (const one of inner) {
    if (!one.ok) return one;
    args.push(one.value);
  }
  if (node.name === 'defined') {
    const [only] = args;
    return args.length === 1 && only !== undefined ? ok((scope) => only(scope) !== undefined) : fail('defined() takes one thing');
  }
  const known = isKnownFunction(node.name, args.length);
  if (known !== true) return fail(known);
  return ok((scope) =>
    callFunction(
      node.name,
      args.map((one) => one(scope)),
    ),
  );
}

function isTrue(value: unknown): boolean {
  if (value === undefined) return false;
  if (typeof value !== 'boolean') throw new ExpressionFault(`expected true or false, found ${shown(value)}`);
  return value;
}

function asNumber(value: unknown): number {
  if (typeof value === 'number') return value;
  if (typeof value === 'string' && /^\s*[+-]?(?:\d+\.?\d*|\.\d+)\s*$/.test(value)) return Number(value);
  throw new ExpressionFault(`expected a number, found ${shown(value)}`);
}

function shown(value: unknown): string {
  return typeof value === 'string' ? `"${value.slice(0, 20)}"` : typeof value === 'object' ? 'a list or object' : String(value);
}
