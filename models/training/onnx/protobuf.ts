/** A protobuf message under construction: fields are appended in the order of the calls, so the same calls give the same bytes. */
export class ProtoWriter {
  readonly #parts: Uint8Array[] = [];
  #length = 0;

  /** An integer field, 0 or above and below 2^53. */
  int(field: number, value: number): this {
    return this.#push(varints([field * 8, value]));
  }

  /** A 32-bit float field. */
  float(field: number, value: number): this {
    const bytes = new Uint8Array(4);
    new DataView(bytes.buffer).setFloat32(0, value, true);
    return this.#push(varints([field * 8 + 5])).#push(bytes);
  }

  /** A length-delimited field: a nested message, text as UTF-8, or raw bytes. */
  bytes(field: number, value: ProtoWriter | Uint8Array | string): this {
    const bytes = value instanceof ProtoWriter ? value.build() : typeof value === 'string' ? Buffer.from(value, 'utf8') : value;
    return this.#push(varints([field * 8 + 2, bytes.length])).#push(bytes);
  }

  /** A packed field of integers, 0 or above. */
  packedInts(field: number, values: readonly number[]): this {
    return this.bytes(field, varints(values));
  }

  /** A packed field of 32-bit floats. */
  packedFloats(field: number, values: readonly number[]): this {
    const bytes = new Uint8Array(4 * values.length);
    const view = new DataView(bytes.buffer);
    for (const [i, value] of values.entries()) view.setFloat32(4 * i, value, true);
    return this.bytes(field, bytes);
  }

  /** Fields that are written already. */
  raw(fields: Uint8Array): this {
    return this.#push(fields);
  }

  build(): Uint8Array {
    const all = new Uint8Array(this.#length);
    let at = 0;
    for (const part of this.#parts) {
      all.set(part, at);
      at += part.length;
    }
    return all;
  }

  #push(part: Uint8Array): this {
    this.#parts.push(part);
    this.#length += part.length;
    return this;
  }
}

function varints(values: readonly number[]): Uint8Array {
  const bytes: number[] = [];
  for (const value of values) {
    let left = value;
    while (left >= 128) {
      bytes.push((left % 128) + 128);
      left = Math.floor(left / 128);
    }
    bytes.push(left);
  }
  return Uint8Array.from(bytes);
}
