/** One field of a protobuf message: a number, or bytes. */
export interface ProtoField {
  readonly number: number;
  readonly wire: number;
  readonly value: number;
  readonly bytes: Uint8Array;
}

/** The fields of a message in order. Throws an Error that says what is wrong where the bytes are no message. */
export function* protoFields(bytes: Uint8Array): Generator<ProtoField> {
  const cursor = { at: 0 };
  while (cursor.at < bytes.length) {
    const tag = varint(bytes, cursor);
    const number = Math.floor(tag / 8);
    const wire = tag % 8;
    if (wire === 0) yield { number, wire, value: varint(bytes, cursor), bytes: NONE };
    else if (wire === 1 || wire === 2 || wire === 5) {
      const length = wire === 2 ? varint(bytes, cursor) : wire === 1 ? 8 : 4;
      const start = cursor.at;
      cursor.at += length;
      if (cursor.at > bytes.length) throw new Error('it ends too early');
      yield { number, wire, value: 0, bytes: bytes.subarray(start, cursor.at) };
    } else throw new Error('it is not an ONNX file');
  }
}

export function protoBody(field: ProtoField): Uint8Array {
  if (field.wire !== 2) throw new Error('it is not an ONNX file');
  return field.bytes;
}

export function protoText(field: ProtoField): string {
  return Buffer.from(protoBody(field)).toString('utf8');
}

/** Floats of a field, packed or one at a time: both are written by somebody. */
export function protoFloats({ bytes }: ProtoField): number[] {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  return Array.from({ length: Math.floor(bytes.byteLength / 4) }, (_, i) => view.getFloat32(4 * i, true));
}

/** Integers of a field, packed or one at a time. */
export function protoInts(field: ProtoField): number[] {
  if (field.wire === 0) return [field.value];
  const cursor = { at: 0 };
  const ints: number[] = [];
  while (cursor.at < field.bytes.length) ints.push(varint(field.bytes, cursor));
  return ints;
}

function varint(bytes: Uint8Array, cursor: { at: number }): number {
  let value = 0;
  let scale = 1;
  for (let i = 0; i < 10; i++) {
    const byte = bytes[cursor.at++];
    if (byte === undefined) throw new Error('it ends too early');
    value += (byte & 127) * scale;
    if (byte < 128) return value;
    scale *= 128;
  }
  throw new Error('it is not an ONNX file');
}

const NONE = new Uint8Array(0);
