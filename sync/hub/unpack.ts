import { promisify } from 'node:util';
import { gunzip } from 'node:zlib';
import { WIRE_LIMITS } from '../protocol.ts';
import { ProblemError } from './problem.ts';

const gunzipAsync = promisify(gunzip);

/** The text of a body. Throws a ProblemError for an unknown encoding, broken gzip, invalid UTF-8, or one that unpacks to more than the limit. */
export async function unpack(body: Buffer, encoding: string | undefined): Promise<string> {
  return decode(encoding === undefined || encoding === 'identity' ? body : await inflate(body, encoding));
}

async function inflate(body: Buffer, encoding: string): Promise<Buffer> {
  if (encoding !== 'gzip') throw new ProblemError('wrong-type', `Cannot read a body in the encoding "${encoding.slice(0, 40)}"; use gzip`);
  try {
    // The limit stops unpacking where it is reached: a small bomb never becomes a large buffer.
    return await gunzipAsync(body, { maxOutputLength: WIRE_LIMITS.unpackedBytes });
  } catch (error) {
    const tooLarge = error instanceof Error && 'code' in error && error.code === 'ERR_BUFFER_TOO_LARGE';
    if (tooLarge) throw new ProblemError('too-large', `The body unpacks to more than ${WIRE_LIMITS.unpackedBytes} bytes`);
    throw new ProblemError('malformed', 'The body is not gzip');
  }
}

function decode(bytes: Buffer): string {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch {
    throw new ProblemError('malformed', 'The body is not UTF-8');
  }
}
