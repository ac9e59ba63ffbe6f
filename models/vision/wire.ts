import { z } from 'zod';
import type { Box } from './boxes.ts';
import type { PicturePoint } from './camera-place.ts';

/** What goes to the process that looks at pictures: a few words and the picture itself. */
export interface FrameJob extends FrameView {
  readonly id: number;
  readonly camera: string;
  readonly atMs: number;
}

/** How a picture is to be looked at. */
export interface FrameView {
  readonly rotateDegrees: 0 | 90 | 180 | 270;
  /** Parts of the upright picture that are blacked out before anything looks at it. */
  readonly masks?: readonly (readonly PicturePoint[])[];
  /** Fronts of shelves that hands may reach into. */
  readonly shelves?: readonly (readonly PicturePoint[])[];
  /** Who was in view in the picture before, by the id of their track. */
  readonly followed?: readonly (Box & { readonly track: string })[];
  /** Whether the detector may be left out when the picture shows what the one before did: nobody is in view. */
  readonly mayRest?: boolean;
}

/** What one picture shows of a reach: somebody's hand in a shelf, 0 to 1 where it was looked for, and how much of it changed beside them. */
export type ReachSign = NonNullable<Extract<ChildMessage, { readonly kind: 'seen' }>['reach']>[number];

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
    reach: z
      .array(z.strictObject({ track: z.string().max(16), shelf: z.number().int().min(0).max(63), hand: unit.optional(), change: unit }))
      .max(64)
      .optional(),
    /** The picture showed what the one before did, and nobody looked for people. */
    rested: z.boolean().optional(),
    fingerprint: z.number().int().min(0).max(0xffffffff),
    /** When the picture says that it was taken, by the camera's clock. */
    takenAt: z
      .string()
      .regex(/^\d{4}:\d{2}:\d{2} \d{2}:\d{2}:\d{2}$/)
      .optional(),
    /** Processor time that it took. */
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
