import { readdir, readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { type FrameSink, type FrameSource, MAX_FRAME_BYTES } from './frame-source.ts';

/** A folder of JPEG pictures, shown in the order of their names, again and again: for trying a store out without a camera. */
export class FolderSource implements FrameSource {
  readonly #folder: string;
  readonly #intervalMs: number;
  #timer: NodeJS.Timeout | undefined;
  #names: readonly string[] = [];
  #at = 0;
  #busy = false;

  constructor(folder: string, intervalMs: number) {
    this.#folder = folder;
    this.#intervalMs = intervalMs;
  }

  start(sink: FrameSink): void {
    this.#timer ??= setInterval(() => {
      if (this.#busy) return;
      this.#busy = true;
      this.#show(sink)
        .catch((error: unknown) => sink.trouble(error instanceof Error ? error.message : String(error)))
        .finally(() => {
          this.#busy = false;
        });
    }, this.#intervalMs);
  }

  stop(): void {
    clearInterval(this.#timer);
    this.#timer = undefined;
  }

  async #show(sink: FrameSink): Promise<void> {
    if (this.#at >= this.#names.length) {
      this.#names = (await readdir(this.#folder)).filter((name) => /\.jpe?g$/i.test(name)).sort();
      this.#at = 0;
    }
    const name = this.#names[this.#at++];
    if (name === undefined) return sink.trouble(`there is no JPEG picture in ${this.#folder}`);
    const path = join(this.#folder, name);
    if ((await stat(path)).size > MAX_FRAME_BYTES) return sink.trouble(`${name} is too large`);
    const bytes = await readFile(path);
    if (this.#timer === undefined) return;
    sink.trouble('');
    sink.frame(bytes);
  }
}
