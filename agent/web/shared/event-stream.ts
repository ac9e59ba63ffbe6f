import { type ServerSentEvent, SseParser } from './sse-parser.ts';

/** How a stream is doing, for an honest notice on the page. */
export type StreamState =
  | { readonly kind: 'connecting' }
  | { readonly kind: 'open' }
  /** Lost or not reached; the next try is at `retryAtMs`. */
  | { readonly kind: 'waiting'; readonly retryAtMs: number; readonly failures: number }
  /** The server said no (401, 403, 404, 410) or that there is nothing more (204); no further try. */
  | { readonly kind: 'ended'; readonly status: number };

export interface EventStreamOptions {
  readonly url: string;
  /** Asked before each try, so that a renewed token is used. */
  readonly headers?: () => Readonly<Record<string, string>>;
  readonly onEvent: (event: ServerSentEvent) => void;
  readonly onState: (state: StreamState) => void;
  /** First delay after a failure, doubled up to `maxDelayMs`; 1 s by default. The server's `retry:` replaces it. */
  readonly baseDelayMs?: number;
  /** 30 s by default. */
  readonly maxDelayMs?: number;
  /** A stream silent for longer (the server sends comments as heartbeats) counts as lost; 45 s by default. */
  readonly silenceMs?: number;
  readonly fetch?: typeof fetch;
  readonly now?: () => number;
  /** In [0, 1): spreads the retries of many phones after the same outage. */
  readonly random?: () => number;
}

export interface EventStream {
  /** Tries again at once if it was waiting, or if the stream has been silent for suspiciously long: for "page is visible again" and "network is back". */
  readonly wake: () => void;
  /** Ends for good; no callback follows. */
  readonly close: () => void;
}

const GIVE_UP_STATUSES: readonly number[] = [204, 401, 403, 404, 410];

/**
 * Follows a server-sent event stream with `fetch`, which, other than EventSource, can carry an Authorization header.
 * Reconnects for ever with doubling, jittered delays and `Last-Event-ID`, until it is closed or told to go away.
 */
export function openEventStream(options: EventStreamOptions): EventStream {
  const { baseDelayMs = 1_000, maxDelayMs = 30_000, silenceMs = 45_000, now = Date.now, random = Math.random } = options;
  const doFetch = options.fetch ?? ((input: string, init: RequestInit) => fetch(input, init));
  let lastEventId = '';
  let delayMs = baseDelayMs;
  let failures = 0;
  let heardAtMs = now();
  let attempt: AbortController | undefined;
  let timer: ReturnType<typeof setTimeout> | undefined;
  let isFinished = false;

  function finish(): void {
    isFinished = true;
    clearTimeout(timer);
    attempt?.abort();
  }

  function fail(): void {
    if (isFinished) return;
    const failed = attempt;
    attempt = undefined;
    failed?.abort();
    failures += 1;
    const ceiling = Math.min(maxDelayMs, delayMs * 2 ** Math.min(failures - 1, 16));
    const waitMs = Math.round(ceiling * (0.5 + random() / 2));
    options.onState({ kind: 'waiting', retryAtMs: now() + waitMs, failures });
    clearTimeout(timer);
    timer = setTimeout(connect, waitMs);
  }

  function connect(): void {
    clearTimeout(timer);
    const current = new AbortController();
    attempt = current;
    heardAtMs = now();
    options.onState({ kind: 'connecting' });
    watchSilence();
    follow(current).then(
      () => (current === attempt ? fail() : undefined),
      () => (current === attempt ? fail() : undefined),
    );
  }

  function watchSilence(): void {
    clearTimeout(timer);
    timer = setTimeout(() => (now() - heardAtMs >= silenceMs ? fail() : watchSilence()), Math.max(250, silenceMs - (now() - heardAtMs)));
  }

  async function follow(current: AbortController): Promise<void> {
    const headers: Record<string, string> = { accept: 'text/event-stream', ...options.headers?.() };
    if (lastEventId !== '') headers['last-event-id'] = lastEventId;
    const response = await doFetch(options.url, { headers, signal: current.signal, cache: 'no-store', credentials: 'same-origin' });
    if (isFinished || current !== attempt) return;
    if (GIVE_UP_STATUSES.includes(response.status)) {
      finish();
      options.onState({ kind: 'ended', status: response.status });
      return;
    }
    if (!response.ok || response.body === null) return;
    options.onState({ kind: 'open' });
    await read(response.body, current);
  }

  async function read(body: ReadableStream<Uint8Array>, current: AbortController): Promise<void> {
    const parser = new SseParser(lastEventId);
    const decoder = new TextDecoder();
    const reader = body.getReader();
    for (;;) {
      const { done, value } = await reader.read();
      if (done || isFinished || current !== attempt) return;
      heardAtMs = now();
      for (const item of parser.push(decoder.decode(value, { stream: true }))) {
        if (isFinished) return;
        if (item.kind === 'retry') {
          delayMs = Math.max(250, Math.min(item.delayMs, maxDelayMs));
          continue;
        }
        // Only what was heard in full proves that the line works: a server that accepts and dies must still be backed off from.
        failures = 0;
        lastEventId = item.event.id;
        options.onEvent(item.event);
      }
    }
  }

  function wake(): void {
    if (isFinished) return;
    if (attempt === undefined || now() - heardAtMs > silenceMs / 2) {
      attempt?.abort();
      connect();
    }
  }

  connect();
  return { wake, close: finish };
}
