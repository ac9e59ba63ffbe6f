import { MAX_FRAME_BYTES } from './frame-source.ts';

const START = Buffer.of(0xff, 0xd8, 0xff);
const END = Buffer.of(0xff, 0xd9);

/**
 * Cuts a stream of JPEG pictures into pictures, whatever stands between them: MJPEG parts over HTTP, or one after the other from a program.
 * A picture that grows too long is thrown away, and so is everything before the next beginning.
 */
export class JpegStream {
  #held: Buffer = Buffer.alloc(0);
  #searched = 0;

  push(chunk: Uint8Array): Buffer[] {
    this.#held = this.#held.length === 0 ? Buffer.from(chunk) : Buffer.concat([this.#held, chunk]);
    const pictures: Buffer[] = [];
    for (;;) {
      const start = this.#held.indexOf(START);
      if (start < 0) {
        // The beginning of a beginning may be there already.
        this.#keep(Math.max(0, this.#held.length - 2));
        return pictures;
      }
      if (start > 0) this.#keep(start);
      const end = this.#held.indexOf(END, Math.max(START.length, this.#searched - 1));
      if (end < 0) {
        this.#searched = this.#held.length;
        if (this.#held.length > MAX_FRAME_BYTES) this.#keep(this.#held.length);
        return pictures;
      }
      pictures.push(Buffer.from(this.#held.subarray(0, end + END.length)));
      this.#keep(end + END.length);
    }
  }

  #keep(from: number): void {
    this.#held = this.#held.subarray(from);
    this.#searched = 0;
  }
}
