import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { toFloat16 } from '../../../models/vision/convert/float16.ts';

describe('toFloat16', () => {
  it.each([
    [0, 0x0000],
    [-0, 0x8000],
    [1, 0x3c00],
    [-2, 0xc000],
    [65504, 0x7bff],
    [65520, 0x7c00],
    [2 ** -14, 0x0400],
    [2 ** -24, 0x0001],
    [2 ** -26, 0x0000],
    [1 + 2 ** -11, 0x3c00],
    [1 + 3 * 2 ** -11, 0x3c02],
    [Number.POSITIVE_INFINITY, 0x7c00],
    [Number.NaN, 0x7e00],
  ])('of %d is %i', (value, half) => {
    expect(toFloat16(value)).toBe(half);
  });

  it('is off by at most half a step of the ten bits it keeps', () => {
    fc.assert(
      fc.property(fc.float({ min: Math.fround(-60000), max: 60000, noNaN: true }), (value) => {
        const step = Math.max(2 ** -24, 2 ** (Math.floor(Math.log2(Math.abs(value))) - 10));
        return Math.abs(widened(toFloat16(value)) - value) <= step / 2;
      }),
    );
  });
});

function widened(half: number): number {
  const sign = half & 0x8000 ? -1 : 1;
  const exponent = (half >> 10) & 0x1f;
  const mantissa = half & 0x3ff;
  return sign * (exponent === 0 ? mantissa * 2 ** -24 : (1024 + mantissa) * 2 ** (exponent - 25));
}
