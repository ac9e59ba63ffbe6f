import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { compileExpression, ExpressionFault } from '../../../devices/mapping/expression.ts';

const MESSAGE = { a: 2, b: 3, text: 'ON', nested: { list: [{ x: 7 }] }, 'rssi@1m': -59, yes: true, no: false, nothing: null, value: 11 };

function evaluate(text: string, value?: unknown): unknown {
  const compiled = compileExpression(text);
  if (!compiled.ok) return `refused: ${compiled.error}`;
  return compiled.value({ root: MESSAGE, topicPart: (name) => (name === 'slot' ? '03-2' : undefined), value });
}

describe('an expression', () => {
  it.each<[text: string, value: unknown]>([
    ['1 + 2 * 3', 7],
    ['(1 + 2) * 3', 9],
    ['-a + b', 1],
    ['10 % 4 - 2', 0],
    ['2 - 1 - 1', 0],
    ['a < b and not no', true],
    ['a > b or yes', true],
    ['a == 2 ? "two" : "other"', 'two'],
    ["text == 'ON'", true],
    ['nested.list[0].x * 2', 14],
    ['`rssi@1m` + 1', -58],
    ['$slot', '03-2'],
    ['missing', undefined],
    ['missing + 1', undefined],
    ['missing > 1', false],
    ['missing ?? a', 2],
    ['nothing ?? b', 3],
    // As many names as make it look the other way round; the order of the names counts, not that of the message.
    ['missing ?? nothing ?? b ?? a ?? text', 3],
    ['nested.other ?? other ?? nested.list ?? nested ?? a', [{ x: 7 }]],
    ['nested.other ?? nothing ?? more ?? most', undefined],
    ['missing ?? other ?? more ?? value', 11],
    ['numeric(text) ?? numeric(a)', 2],
    ['defined(a) and not defined(nothing)', true],
    ['round(2.6) + abs(-1) + min(1, 2) + max(1, 2)', 7],
    ["contains(lower(text), 'on')", true],
    ["join('a', text(1))", 'a1'],
    ['hexOfBase64("ikUCJA==")', '8A450224'],
    ['value', 11],
    ['1e3 / 4', 250],
  ])('%s is %s', (text, value) => {
    expect(evaluate(text)).toEqual(value);
  });

  it('sees the value of its own path before a field of that name', () => {
    expect(evaluate('value * 2', 4)).toBe(8);
  });

  it.each([
    ['', 'expected an expression'],
    ['1 +', 'ends too early'],
    ['(1', 'expected ")"'],
    ['1 2', 'did not expect'],
    ['a = 1', 'cannot read it'],
    ['a; b', 'cannot read it'],
    ['system("ls")', 'no function system()'],
    ['round(1, 2)', 'round() takes 1'],
    ['constructor.constructor("x")', 'no function'],
    [`${'('.repeat(20)}1${')'.repeat(20)}`, 'deeper than'],
    [Array(70).fill('1').join('+'), 'more than 64 parts'],
    ['1'.repeat(501), '1 to 500'],
  ])('"%s" is refused with a reason', (text, reason) => {
    expect(evaluate(text)).toContain(reason);
  });

  it.each(['text + 1', 'not a', 'yes and 1', '-nested'])('"%s" is a fault, not a guess', (text) => {
    expect(() => evaluate(text)).toThrow(ExpressionFault);
  });

  it.each(['constructor', '__proto__', 'toString', 'nested.constructor', 'text.length', 'nested.list.length'])(
    '%s reaches nothing',
    (text) => {
      expect(evaluate(text)).toBeUndefined();
    },
  );

  it('calculates what JavaScript does', () => {
    const term: fc.Arbitrary<string> = fc.letrec((tie) => ({
      number: fc.integer({ min: 0, max: 99 }).map(String),
      pair: fc.tuple(tie('term'), fc.constantFrom('+', '-', '*'), tie('term')).map(([l, op, r]) => `(${String(l)} ${op} ${String(r)})`),
      term: fc.oneof({ maxDepth: 3 }, tie('number'), tie('pair')),
    })).term as fc.Arbitrary<string>;
    fc.assert(
      fc.property(term, (text) => {
        // The text is made of digits, brackets and three signs, so it is the same in both languages.
        const wanted: unknown = new Function(`return ${text}`)();
        const found = evaluate(text);
        if (typeof found === 'string') expect(found).toMatch(/refused/);
        else expect(found).toBe(wanted);
      }),
    );
  });

  it('never throws anything but a fault, whatever is written', () => {
    fc.assert(
      fc.property(fc.stringMatching(/^[\w .+*/%<>=!?:()'"`$,-]{0,60}$/), (text) => {
        try {
          evaluate(text);
        } catch (error) {
          expect(error).toBeInstanceOf(ExpressionFault);
        }
      }),
      { numRuns: 500 },
    );
  });
});
