import { fail, ok, type Result } from '../agent/core/result.ts';

/** What an ONNX file asks of its runtime, read without running any of it. */
export interface OnnxSummary {
  /** `Sigmoid`, `ai.onnx.ml:TreeEnsembleRegressor`; sorted, each once, sub-graphs included. */
  readonly operators: readonly string[];
  /** Version by domain; the standard domain is `ai.onnx`. */
  readonly opset: Readonly<Record<string, number>>;
  readonly inputs: readonly string[];
  readonly outputs: readonly string[];
  /** Whether weights live in other files, which would be opened by name. */
  readonly external: boolean;
}

const MAX_DEPTH = 16;

/** Reads the parts of an ONNX file that decide whether it may be loaded at all. Never throws; random bytes give a failure with a fact. */
export function inspectOnnx(bytes: Uint8Array): Result<OnnxSummary, string> {
  const found = {
    operators: new Set<string>(),
    opset: {} as Record<string, number>,
    inputs: [] as string[],
    outputs: [] as string[],
    external: false,
  };
  let graphs = 0;
  try {
    for (const field of fieldsOf(bytes)) {
      if (field.number === 7) {
        graphs++;
        readGraph(field, found, 0);
      } else if (field.number === 8) readOpset(field, found.opset);
      else if (field.number === 25) return fail('it defines functions of its own');
    }
  } catch (error) {
    if (error instanceof MalformedError) return fail(error.message);
    throw error;
  }
  if (graphs !== 1) return fail(`it holds ${graphs} graphs instead of one`);
  return ok({ ...found, operators: [...found.operators].sort() });
}

type Found = { operators: Set<string>; inputs: string[]; outputs: string[]; external: boolean };

function readGraph(graph: Field, found: Found, depth: number): void {
  if (depth > MAX_DEPTH) throw new MalformedError('its graphs are nested too deep');
  for (const field of fieldsOf(body(graph))) {
    if (field.number === 1) readNode(field, found, depth);
    else if (field.number === 5) readTensor(field, found);
    else if (field.number === 11 && depth === 0) found.inputs.push(firstText(field));
    else if (field.number === 12 && depth === 0) found.outputs.push(firstText(field));
  }
}

function readNode(node: Field, found: Found, depth: number): void {
  let operator = '';
  let domain = '';
  for (const field of fieldsOf(body(node))) {
    if (field.number === 4) operator = text(field);
    else if (field.number === 7) domain = text(field);
    else if (field.number === 5) readAttribute(field, found, depth);
  }
  found.operators.add(domain === '' || domain === 'ai.onnx' ? operator : `${domain}:${operator}`);
}

function readAttribute(attribute: Field, found: Found, depth: number): void {
  for (const field of fieldsOf(body(attribute))) {
    if (field.number === 6 || field.number === 11) readGraph(field, found, depth + 1);
    else if (field.number === 5 || field.number === 10) readTensor(field, found);
  }
}

function readTensor(tensor: Field, found: Found): void {
  for (const field of fieldsOf(body(tensor))) if (field.number === 13 || (field.number === 14 && field.value === 1)) found.external = true;
}

function readOpset(opset: Field, versions: Record<string, number>): void {
  let domain = 'ai.onnx';
  let version = 0;
  for (const field of fieldsOf(body(opset))) {
    if (field.number === 1) domain = text(field) || 'ai.onnx';
    else if (field.number === 2) version = field.value;
  }
  versions[domain] = version;
}

function firstText(value: Field): string {
  for (const field of fieldsOf(body(value))) if (field.number === 1) return text(field);
  throw new MalformedError('an input or output has no name');
}

class MalformedError extends Error {}

interface Field {
  readonly number: number;
  readonly value: number;
  readonly bytes: Uint8Array | undefined;
}

function body(field: Field): Uint8Array {
  if (field.bytes === undefined) throw new MalformedError('it is not an ONNX file');
  return field.bytes;
}

function text(field: Field): string {
  return Buffer.from(body(field)).toString('utf8');
}

function* fieldsOf(bytes: Uint8Array): Generator<Field> {
  const cursor = { at: 0 };
  while (cursor.at < bytes.length) {
    const tag = varint(bytes, cursor);
    const number = Math.floor(tag / 8);
    const wire = tag % 8;
    if (number === 0) throw new MalformedError('it is not an ONNX file');
    if (wire === 0) yield { number, value: varint(bytes, cursor), bytes: undefined };
    else if (wire === 1 || wire === 5) skip(bytes, cursor, wire === 1 ? 8 : 4);
    else if (wire === 2) {
      const length = varint(bytes, cursor);
      const start = cursor.at;
      skip(bytes, cursor, length);
      yield { number, value: 0, bytes: bytes.subarray(start, start + length) };
    } else throw new MalformedError('it is not an ONNX file');
  }
}

function skip(bytes: Uint8Array, cursor: { at: number }, length: number): void {
  cursor.at += length;
  if (cursor.at > bytes.length) throw new MalformedError('it ends too early');
}

/** Exact up to 2^53; larger values only ever are lengths and versions out of all bounds, which fail later. */
function varint(bytes: Uint8Array, cursor: { at: number }): number {
  let value = 0;
  let scale = 1;
  for (let i = 0; i < 10; i++) {
    const byte = bytes[cursor.at++];
    if (byte === undefined) throw new MalformedError('it ends too early');
    value += (byte & 127) * scale;
    if (byte < 128) return value;
    scale *= 128;
  }
  throw new MalformedError('it is not an ONNX file');
}
