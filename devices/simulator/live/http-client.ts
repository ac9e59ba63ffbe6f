import type { DurationMs } from '../../../agent/core/units.ts';
import type { Random } from '../random.ts';
import type { LiveStats } from './live-stats.ts';
import { Backoff, Gate, pause, within } from './waiting.ts';

/** A request to the agent. */
export interface AgentRequest {
  readonly method: 'GET' | 'POST' | 'PATCH' | 'DELETE';
  readonly path: string;
  readonly token?: string | undefined;
  readonly body?: unknown;
  /** Gives up after this long, retries included. */
  readonly patienceMs: DurationMs;
  /** Gives up when aborted. */
  readonly signal: AbortSignal;
}

/** What came of it. `refused`: the agent said no, for good; `unreachable`: it did not answer in time. */
export type AgentAnswer =
  | { readonly kind: 'ok'; readonly body: unknown }
  | { readonly kind: 'refused'; readonly status: number }
  | { readonly kind: 'unreachable' };

const ONE_TRY_MS: DurationMs = 10_000;

/** Speaks HTTP to the agent with a bounded number of requests at once, and tries again while it is away or busy. */
export class AgentHttp {
  readonly #baseUrl: string;
  readonly #stats: LiveStats;
  readonly #random: Random;
  readonly #gate = new Gate({ limit: 64, queue: 5_000 });

  constructor(options: { readonly baseUrl: string; readonly stats: LiveStats; readonly random: Random }) {
    this.#baseUrl = options.baseUrl.replace(/\/+$/, '');
    this.#stats = options.stats;
    this.#random = options.random;
  }

  url(path: string): string {
    return `${this.#baseUrl}${path}`;
  }

  /** Sends until there is an answer; every route it is used for gives the same answer to the same request. Never throws. */
  async send(request: AgentRequest): Promise<AgentAnswer> {
    const untilMs = performance.now() + request.patienceMs;
    const backoff = new Backoff(this.#random, { firstMs: 250, mostMs: 5_000 });
    for (;;) {
      const answer = await this.#gate.run(() => this.#try(request));
      if (answer === 'turned-away') {
        this.#stats.http.dropped += 1;
        return { kind: 'unreachable' };
      }
      if (answer.kind !== 'again') {
        if (answer.kind === 'refused') this.#stats.http.refused += 1;
        return answer;
      }
      const waitMs = Math.max(answer.afterMs, backoff.next());
      if (request.signal.aborted || performance.now() + waitMs > untilMs) {
        this.#stats.http.failed += 1;
        return { kind: 'unreachable' };
      }
      await pause(waitMs, request.signal);
      this.#stats.http.retries += 1;
    }
  }

  async #try(request: AgentRequest): Promise<AgentAnswer | { readonly kind: 'again'; readonly afterMs: DurationMs }> {
    if (request.signal.aborted) return { kind: 'unreachable' };
    this.#stats.http.requests += 1;
    try {
      return await within({ signal: request.signal, limitMs: ONE_TRY_MS }, async (signal) => {
        const response = await fetch(this.url(request.path), {
          method: request.method,
          headers: {
            ...(request.token === undefined ? {} : { authorization: `Bearer ${request.token}` }),
            ...(request.body === undefined ? {} : { 'content-type': 'application/json' }),
          },
          ...(request.body === undefined ? {} : { body: JSON.stringify(request.body) }),
          signal,
        });
        // Read in any case: an unread body keeps its connection busy.
        const text = await response.text();
        if (response.ok) return { kind: 'ok', body: text === '' ? undefined : JSON.parse(text) };
        if (response.status === 429 || response.status >= 500) return { kind: 'again', afterMs: retryAfterMs(response) };
        return { kind: 'refused', status: response.status };
      });
    } catch {
      // Away, restarting, or too slow: all the same to a phone.
      return { kind: 'again', afterMs: 0 };
    }
  }
}

/** At most 10 s, whatever the other side would like. */
function retryAfterMs(response: Response): DurationMs {
  const seconds = Number(response.headers.get('retry-after') ?? 0);
  return Number.isFinite(seconds) ? Math.min(10_000, Math.max(0, seconds * 1_000)) : 0;
}
