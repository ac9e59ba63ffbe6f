import { type Account, backoffMs, type FrameSink, type FrameSource, MAX_FRAME_BYTES } from './frame-source.ts';
import { JpegStream } from './jpeg-stream.ts';

/** Longest wait for a camera to answer, and for the next piece of a stream. */
const ANSWER_LIMIT_MS = 8_000;

/** A camera's snapshot address, asked at a rate, or its MJPEG stream, whichever the address answers with. */
export class HttpSource implements FrameSource {
  readonly #url: string;
  readonly #headers: Readonly<Record<string, string>>;
  readonly #intervalMs: number;
  #running: AbortController | undefined;

  /** The account is sent as basic authentication. */
  constructor(url: string, { intervalMs, account }: { readonly intervalMs: number; readonly account?: Account | undefined }) {
    this.#url = url;
    this.#headers =
      account === undefined
        ? {}
        : { authorization: `Basic ${Buffer.from(`${account.username}:${account.password}`, 'utf8').toString('base64')}` };
    this.#intervalMs = intervalMs;
  }

  start(sink: FrameSink): void {
    if (this.#running !== undefined) return;
    this.#running = new AbortController();
    // It ends only when it is stopped; what goes wrong on the way is said to the sink.
    void this.#run(sink, this.#running.signal);
  }

  stop(): void {
    this.#running?.abort();
    this.#running = undefined;
  }

  async #run(sink: FrameSink, stopped: AbortSignal): Promise<void> {
    let failures = 0;
    while (!stopped.aborted) {
      const began = performance.now();
      try {
        await this.#ask(sink, stopped);
        failures = 0;
        await rest(this.#intervalMs - (performance.now() - began), stopped);
      } catch (error) {
        if (stopped.aborted) return;
        failures += 1;
        sink.trouble(error instanceof Error ? reasonOf(error) : String(error));
        await rest(backoffMs(failures), stopped);
      }
    }
  }

  async #ask(sink: FrameSink, stopped: AbortSignal): Promise<void> {
    const patience = new AbortController();
    let timer = setTimeout(() => patience.abort(), ANSWER_LIMIT_MS);
    const heard = () => {
      clearTimeout(timer);
      timer = setTimeout(() => patience.abort(), ANSWER_LIMIT_MS);
    };
    try {
      const answer = await fetch(this.#url, {
        headers: this.#headers,
        redirect: 'error',
        signal: AbortSignal.any([stopped, patience.signal]),
      });
      if (answer.status === 401 || answer.status === 403) throw new Error(`it refuses the account (status ${answer.status})`);
      if (!answer.ok) throw new Error(`it answers with status ${answer.status}`);
      if (answer.body === null) throw new Error('its answer is empty');
      const type = answer.headers.get('content-type') ?? 'image/jpeg';
      if (!/^(?:image\/|multipart\/|application\/octet-stream)/i.test(type))
        throw new Error(`it answers with ${type.slice(0, 60)}, expected a picture`);
      const isStream = /^multipart\//i.test(type);
      const stream = new JpegStream();
      const parts: Uint8Array[] = [];
      let length = 0;
      let shownAtMs = Number.NEGATIVE_INFINITY;
      for await (const chunk of answer.body) {
        heard();
        if (isStream) {
          const picture = stream.push(chunk).at(-1);
          // A stream is faster than we look: what comes in between is left out here.
          if (picture === undefined || performance.now() - shownAtMs < 0.8 * this.#intervalMs) continue;
          shownAtMs = performance.now();
          sink.trouble('');
          sink.frame(picture);
          continue;
        }
        length += chunk.length;
        if (length > MAX_FRAME_BYTES) throw new Error('its picture is too large');
        parts.push(chunk);
      }
      if (isStream) throw new Error('its stream ended');
      if (length === 0) throw new Error('its answer is empty');
      sink.trouble('');
      sink.frame(Buffer.concat(parts));
    } catch (error) {
      if (patience.signal.aborted) throw new Error('it does not answer', { cause: error });
      throw error;
    } finally {
      clearTimeout(timer);
    }
  }
}

function reasonOf(error: Error): string {
  const cause = error.cause instanceof Error && 'code' in error.cause ? String(error.cause.code) : '';
  if (cause === 'ECONNREFUSED') return 'it refuses connections';
  if (cause === 'ENOTFOUND' || cause === 'EAI_AGAIN') return 'its name is not known';
  return cause === '' ? error.message : `${error.message}, ${cause}`;
}

function rest(ms: number, stopped: AbortSignal): Promise<void> {
  if (ms <= 0 || stopped.aborted) return Promise.resolve();
  return new Promise((resolve) => {
    const done = () => {
      clearTimeout(timer);
      stopped.removeEventListener('abort', done);
      resolve();
    };
    const timer = setTimeout(done, ms);
    stopped.addEventListener('abort', done);
  });
}
