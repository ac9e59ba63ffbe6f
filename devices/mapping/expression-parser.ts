import { fail, ok, type Result } from '../../agent/core/result.ts';

/** A parsed expression. */
export type ExpressionNode =
  | { readonly kind: 'literal'; readonly value: number | string | boolean | undefined }
  | { readonly kind: 'path'; readonly path: string }
  | { readonly kind: 'topic'; readonly name: string }
  | { readonly kind: 'unary'; readonly operator: '-' | 'not'; readonly operand: ExpressionNode }
  | { readonly kind: 'binary'; readonly operator: BinaryOperator; readonly left: ExpressionNode; readonly right: ExpressionNode }
  | { readonly kind: 'choice'; readonly condition: ExpressionNode; readonly yes: ExpressionNode; readonly no: ExpressionNode }
  | { readonly kind: 'call'; readonly name: string; readonly arguments: readonly ExpressionNode[] };

export type BinaryOperator = 'and' | 'or' | '??' | '==' | '!=' | '<' | '<=' | '>' | '>=' | '+' | '-' | '*' | '/' | '%';

const MAX_TEXT = 500;
const MAX_TOKENS = 64;
const MAX_DEPTH = 16;

/** Parses within the limits; says in words where the text stops making sense. */
export function parseExpression(text: string): Result<ExpressionNode, string> {
  if (text.trim() === '' || text.length > MAX_TEXT) return fail(`expected an expression of 1 to ${MAX_TEXT} characters`);
  const tokens = tokenise(text);
  if (!tokens.ok) return tokens;
  try {
    const parser = new Parser(tokens.value);
    const node = parser.choice(0);
    parser.end();
    return ok(node);
  } catch (error) {
    if (error instanceof SyntaxFault) return fail(`"${text}": ${error.message}`);
    throw error;
  }
}

class SyntaxFault extends Error {}

type Token =
  | { readonly kind: 'number'; readonly value: number }
  | { readonly kind: 'text'; readonly value: string }
  | { readonly kind: 'name'; readonly value: string; readonly isQuoted: boolean }
  | { readonly kind: 'topic'; readonly value: string }
  | { readonly kind: 'sign'; readonly value: string };

const TOKEN =
  /^(?:(?<number>(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d{1,3})?)|'(?<single>[^']*)'|"(?<double>[^"]*)"|`(?<quoted>[^`]+)`|(?<rooted>\$\.[a-zA-Z_]\w*(?:\.[a-zA-Z_]\w*|\[\d{1,4}\])*)|\$(?<topic>[a-zA-Z]\w*)|(?<whole>\$)|(?<name>[a-zA-Z_]\w*(?:\.[a-zA-Z_]\w*|\[\d{1,4}\])*)|(?<sign>\?\?|&&|\|\||==|!=|<=|>=|[-+*/%<>!?:(),]))/;

function tokenise(text: string): Result<readonly Token[], string> {
  const tokens: Token[] = [];
  let rest = text.trimStart();
  while (rest !== '') {
    const groups = TOKEN.exec(rest);
    if (groups?.groups === undefined) return fail(`"${text}": cannot read it from "${rest.slice(0, 20)}" on`);
    const { number, single, double, quoted, rooted, topic, whole, name, sign } = groups.groups;
    if (number !== undefined) tokens.push({ kind: 'number', value: Number(number) });
    else if (single !== undefined || double !== undefined) tokens.push({ kind: 'text', value: single ?? double ?? '' });
    else if (quoted !== undefined) tokens.push({ kind: 'name', value: quoted, isQuoted: true });
    else if (topic !== undefined) tokens.push({ kind: 'topic', value: topic });
    else if (whole !== undefined || rooted !== undefined) tokens.push({ kind: 'name', value: whole ?? rooted ?? '', isQuoted: true });
    else if (name !== undefined) tokens.push({ kind: 'name', value: name, isQuoted: false });
    else if (sign !== undefined) tokens.push({ kind: 'sign', value: SYNONYMS.get(sign) ?? sign });
    if (tokens.length > MAX_TOKENS) return fail(`"${text}": more than ${MAX_TOKENS} parts`);
    rest = rest.slice(groups[0].length).trimStart();
  }
  return ok(tokens);
}

const SYNONYMS = new Map([
  ['&&', 'and'],
  ['||', 'or'],
  ['!', 'not'],
]);

/** Loosest first. */
const LEVELS: readonly (readonly BinaryOperator[])[] = [
  ['??'],
  ['or'],
  ['and'],
  ['==', '!='],
  ['<', '<=', '>', '>='],
  ['+', '-'],
  ['*', '/', '%'],
];

class Parser {
  readonly #tokens: readonly Token[];
  #at = 0;

  constructor(tokens: readonly Token[]) {
    this.#tokens = tokens;
  }

  choice(depth: number): ExpressionNode {
    if (depth > MAX_DEPTH) throw new SyntaxFault(`nested deeper than ${MAX_DEPTH} levels`);
    const condition = this.#binary(0, depth);
    if (!this.#takes('?')) return condition;
    const yes = this.choice(depth + 1);
    this.#needs(':');
    return { kind: 'choice', condition, yes, no: this.choice(depth + 1) };
  }

  end(): void {
    if (this.#at < this.#tokens.length) throw new SyntaxFault(`did not expect ${this.#shown()}`);
  }

  #binary(level: number, depth: number): ExpressionNode {
    const operators = LEVELS[level];
    if (operators === undefined) return this.#unary(depth);
    let left = this.#binary(level + 1, depth);
    for (;;) {
      const operator = operators.find((candidate) => this.#takes(candidate));
      if (operator === undefined) return left;
      left = { kind: 'binary', operator, left, right: this.#binary(level + 1, depth) };
    }
  }

  #unary(depth: number): ExpressionNode {
    if (depth > MAX_DEPTH) throw new SyntaxFault(`nested deeper than ${MAX_DEPTH} levels`);
    if (this.#takes('-')) return { kind: 'unary', operator: '-', operand: this.#unary(depth + 1) };
    if (this.#takes('not')) return { kind: 'unary', operator: 'not', operand: this.#unary(depth + 1) };
    return this.#primary(depth);
  }

  #primary(depth: number): ExpressionNode {
    const token = this.#tokens[this.#at];
    if (token === undefined) throw new SyntaxFault('it ends too early');
    if (token.kind === 'sign') {
      if (!this.#takes('(')) throw new SyntaxFault(`did not expect ${this.#shown()}`);
      const inner = this.choice(depth + 1);
      this.#needs(')');
      return inner;
    }
    this.#at += 1;
    if (token.kind === 'number' || token.kind === 'text') return { kind: 'literal', value: token.value };
    if (token.kind === 'topic') return { kind: 'topic', name: token.value };
    if (token.isQuoted) return { kind: 'path', path: token.value };
    if (this.#takes('(')) return { kind: 'call', name: token.value, arguments: this.#arguments(depth + 1) };
    if (WORDS.has(token.value)) return { kind: 'literal', value: WORDS.get(token.value) };
    return { kind: 'path', path: token.value };
  }

  #arguments(depth: number): readonly ExpressionNode[] {
    const given: ExpressionNode[] = [];
    if (this.#takes(')')) return given;
    do given.push(this.choice(depth));
    while (this.#takes(','));
    this.#needs(')');
    return given;
  }

  #takes(sign: string): boolean {
    const token = this.#tokens[this.#at];
    const isIt =
      token !== undefined &&
      token.value === sign &&
      (token.kind === 'sign' || (token.kind === 'name' && !token.isQuoted && OPERATOR_WORDS.has(sign)));
    if (isIt) this.#at += 1;
    return isIt;
  }

  #needs(sign: string): void {
    if (!this.#takes(sign)) throw new SyntaxFault(`expected "${sign}" and found ${this.#shown()}`);
  }

  #shown(): string {
    const token = this.#tokens[this.#at];
    return token === undefined ? 'the end' : `"${String(token.value)}"`;
  }
}

const OPERATOR_WORDS = new Set(['and', 'or', 'not']);
const WORDS: ReadonlyMap<string, boolean | undefined> = new Map([
  ['true', true],
  ['false', false],
  ['null', undefined],
]);
