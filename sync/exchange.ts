import type { DurationMs } from '../agent/core/units.ts';
import { parseRetryAfter } from './backoff.ts';
import { problemSchema, WIRE_LIMITS } from './protocol.ts';

/** What came of one request. */
export type Exchange =
  | { readonly kind: 'answer'; readonly status: number; readonly text: string; readonly etag: string | undefined }
  /** No connection, no answer in time, or one cut off: try again later. */
  | { readonly kind: 'unreachable'; readonly fact: string }
  /** 408, 429 or 5xx: the server is there and cannot now. */
  | { readonly kind: 'busy'; readonly status: number; readonly retryAfterMs: DurationMs | undefined; readonly fact: string }
  /** 401 or 403. */
  | { readonly kind: 'refused'; readonly fact: string }
  /** Any other status from 300 on: sending the same again would fail again. */
  | { readonly kind: 'permanent'; readonly status: number; readonly fact: string };

export interface ExchangeRequest {
  readonly method: 'GET' | 'POST';
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body?: Uint8Array<ArrayBuffer>;
  /** For everything, from connecting to the last byte. */
  readonly timeoutMs: DurationMs;
  readonly nowMs: number;
}

/** The platform's `fetch`, or a test's. */
export type Fetch = (url: string, init: RequestInit) => Promise<Response>;

/** Sends one request and reads the whole answer, at most 2 MB of it. Never throws; redirects are not followed, for they would carry the key away. */
export async function exchange(request: ExchangeRequest, { fetch, signal }: { fetch: Fetch; signal: AbortSignal }): Promise<Exchange> {
  const deadline = new AbortController();
  const abort = (): void => deadline.abort();
  const timer = setTimeout(abort, request.timeoutMs);
  if (signal.aborted) abort();
  signal.addEventListener('abort', abort, { once: true });
  try {
    const response = await fetch(request.url, {
      method: request.method,
      headers: request.headers,
      redirect: 'manual',
      signal: deadline.signal,
      ...(request.body === undefined ? {} : { body: request.body }),
    });
    const text = await readText(response);
    if (text === undefined) return { kind: 'unreachable', fact: 'the answer was too long' };
    return classify(response, { text, nowMs: request.nowMs });
  } catch (error) {
    if (signal.aborted) return { kind: 'unreachable', fact: 'the request was stopped' };
    return { kind: 'unreachable', fact: deadline.signal.aborted ? `no answer within ${request.timeoutMs / 1_000} s` : causeOf(error) };
  } finally {
    clearTimeout(timer);
    signal.removeEventListener('abort', abort);
  }
}

function classify(response: Response, { text, nowMs }: { text: string; nowMs: number }): Exchange {
  const { status } = response;
  if ((status >= 200 && status < 300) || status === 304) {
    return { kind: 'answer', status, text, etag: response.headers.get('etag') ?? undefined };
  }
  const fact = problemFact(text) ?? `it answered ${status}`;
  if (status === 401 || status === 403) return { kind: 'refused', fact };
  if (status === 408 || status === 429 || status >= 500) {
    return { kind: 'busy', status, retryAfterMs: parseRetryAfter(response.headers.get('retry-after'), nowMs), fact };
  }
  return { kind: 'permanent', status, fact };
}

async function readText(response: Response): Promise<string | undefined> {
  const chunks: Uint8Array[] = [];
  let bytes = 0;
  const reader = response.body?.getReader();
  for (;;) {
    const part = await reader?.read();
    if (part === undefined || part.done) return Buffer.concat(chunks).toString('utf8');
    bytes += part.value.byteLength;
    if (bytes > WIRE_LIMITS.responseBytes) {
      await reader?.cancel();
      return undefined;
    }
    chunks.push(part.value);
  }
}

/** The server's own words, printable and short; whatever else it sent stays unread. */
function problemFact(text: string): string | undefined {
  try {
    const problem = problemSchema.safeParse(JSON.parse(text));
    if (!problem.success) return undefined;
    return (problem.data.detail ?? problem.data.title).replace(/[^\x20-\x7e\u00a0-\ufffd]/g, ' ').slice(0, 200);
  } catch {
    return undefined;
  }
}

function causeOf(error: unknown): string {
  const cause = error instanceof Error && error.cause instanceof Error ? error.cause : error;
  if (!(cause instanceof Error)) return 'the connection failed';
  const code = 'code' in cause && typeof cause.code === 'string' ? cause.code : undefined;
  return code ?? cause.message;
}
