import { z } from 'zod';

/** What goes to the process that looks at pictures: a few words and the picture itself. */
export interface FrameJob {
  readonly id: number;
  readonly rotateDegrees: 0 | 90 | 180 | 270;
}

const unit = z.number().min(0).max(1);

/**
 * What may come back: boxes, numbers and words, and no field that a picture would fit in. `fingerprint` tells one picture from the next and
 * nothing about it.
 */
export const childMessageSchema = z.discriminatedUnion('kind', [
  z.strictObject({ kind: z.literal('ready'), model: z.string().max(64) }),
  z.strictObject({ kind: z.literal('refused'), sentence: z.string().max(400), hint: z.string().max(400) }),
  z.strictObject({
    kind: z.literal('seen'),
    id: z.number().int(),
    people: z.array(z.strictObject({ x: unit, y: unit, w: unit, h: unit, confidence: unit })).max(200),
    fingerprint: z.number().int().min(0).max(0xffffffff),
    busyMs: z.number().min(0),
    rssBytes: z.number().int().min(0),
  }),
  z.strictObject({
    kind: z.literal('unreadable'),
    id: z.number().int(),
    problem: z.string().max(40),
    sentence: z.string().max(400),
    busyMs: z.number().min(0),
    rssBytes: z.number().int().min(0),
  }),
]);

export type ChildMessage = z.infer<typeof childMessageSchema>;

/** Longest message that is read from the child: 200 boxes are 20 kB. */
export const MAX_CHILD_MESSAGE = 64 * 1024;

const HEADER = 8;

/** Words and bytes as one message: both lengths as 32-bit numbers, then both. */
export function encodeMessage(words: unknown, bytes: Uint8Array = new Uint8Array()): Buffer {
  const text = Buffer.from(JSON.stringify(words), 'utf8');
  const header = Buffer.alloc(HEADER);
  header.writeUInt32BE(text.length, 0);
  header.writeUInt32BE(bytes.length, 4);
  return Buffer.concat([header, text, bytes]);
}

/** A message that came in whole; `words` is what JSON gave. */
export interface WireMessage {
  readonly words: unknown;
  readonly bytes: Buffer;
}

/** Cuts a stream into messages. A message longer than allowed, or one that is not JSON, is a defect of the other side: `push` throws. */
export class MessageReader {
  readonly #maxBytes: number;
  #parts: Buffer[] = [];
  #length = 0;

  constructor(maxBytes: number) {
    this.#maxBytes = maxBytes;
  }

  push(chunk: Buffer): WireMessage[] {
    this.#parts.push(chunk);
    this.#length += chunk.length;
    const messages: WireMessage[] = [];
    for (;;) {
      if (this.#length < HEADER) return messages;
      const start = this.#gather(HEADER);
      const [words, bytes] = [start.readUInt32BE(0), start.readUInt32BE(4)];
      const whole = HEADER + words + bytes;
      if (whole > this.#maxBytes) throw new Error(`Cannot read a message of ${whole} bytes: most are ${this.#maxBytes}`);
      if (this.#length < whole) return messages;
      const all = this.#gather(whole);
      messages.push({ words: JSON.parse(all.toString('utf8', HEADER, HEADER + words)), bytes: all.subarray(HEADER + words, whole) });
      this.#parts = [all.subarray(whole)];
      this.#length -= whole;
    }
  }

  /** The first buffer, grown to hold at least so many bytes. */
  #gather(bytes: number): Buffer {
    if ((this.#parts[0]?.length ?? 0) < bytes) this.#parts = [Buffer.concat(this.#parts)];
    return this.#parts[0] ?? Buffer.alloc(0);
  }
}
