const scratch = new DataView(new ArrayBuffer(4));

/** A number as IEEE 754 half precision, rounded to nearest, ties to even; beyond 65504 infinite. */
export function toFloat16(value: number): number {
  scratch.setFloat32(0, value);
  const bits = scratch.getUint32(0);
  const sign = (bits >>> 16) & 0x8000;
  const exponent = (bits >>> 23) & 0xff;
  const mantissa = bits & 0x7fffff;
  if (exponent === 0xff) return sign | 0x7c00 | (mantissa === 0 ? 0 : 0x200);
  const target = exponent - 127 + 15;
  if (target >= 0x1f) return sign | 0x7c00;
  // Below the normal halves the hidden bit becomes visible and the value shifts right.
  const shift = target > 0 ? 13 : 14 - target;
  if (shift > 24) return sign;
  const whole = target > 0 ? (target << 23) | mantissa : mantissa | 0x800000;
  const kept = Math.floor(whole / 2 ** shift);
  const rest = whole - kept * 2 ** shift;
  const half = 2 ** (shift - 1);
  const up = rest > half || (rest === half && kept % 2 === 1) ? 1 : 0;
  // A carry out of the mantissa runs into the exponent, which is right.
  return sign | (kept + up);
}

/** Numbers as the bytes of little-endian halves. */
export function float16Bytes(values: Float32Array): Uint8Array {
  const bytes = new Uint8Array(2 * values.length);
  const view = new DataView(bytes.buffer);
  for (const [i, value] of values.entries()) view.setUint16(2 * i, toFloat16(value), true);
  return bytes;
}

/** Halves as numbers, exactly. */
export function fromFloat16(halves: Uint16Array): Float32Array {
  return Float32Array.from(halves, (half) => {
    const sign = half & 0x8000 ? -1 : 1;
    const exponent = (half >> 10) & 0x1f;
    const mantissa = half & 0x3ff;
    if (exponent === 0x1f) return mantissa === 0 ? sign * Number.POSITIVE_INFINITY : Number.NaN;
    return sign * (exponent === 0 ? mantissa * 2 ** -24 : (1024 + mantissa) * 2 ** (exponent - 25));
  });
}
