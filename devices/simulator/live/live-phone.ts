import { z } from 'zod';
import { uniformOf } from '../random.ts';
import type { OfferSeen, PhoneAction } from '../sim-event.ts';
import { readEvents, type StreamEvent } from './event-stream.ts';
import type { AgentHttp } from './http-client.ts';
import type { LiveStats } from './live-stats.ts';
import { type Backoff, pause } from './waiting.ts';

/** Where a phone's news go. */
export interface PhoneListener {
  visitOpened(visit: string): void;
  offerReceived(offer: OfferSeen): void;
  offerWithdrawn(offer: string): void;
}

/** One shopper's phone page against the real API: opens a visit, listens to its stream, reports in order. */
export class LivePhone {
  readonly #parts: PhoneParts;
  readonly #closed = new AbortController();
  readonly #signal = this.#closed.signal;
  /** Actions happen one after the other, as on one phone. */
  #last: Promise<void> = Promise.resolve();
  #waiting = 0;
  #token: string | undefined;
  #listening: Promise<void> = Promise.resolve();
  #lastEventId = '';

  constructor(parts: PhoneParts) {
    this.#parts = parts;
  }

  /** Queues an action; too many waiting ones are dropped and counted. */
  act(action: PhoneAction): void {
    if (action.action !== 'close' && this.#waiting >= ACTION_LIMIT) {
      this.#parts.stats.http.dropped += 1;
      return;
    }
    // Whoever has left waits for nothing for long.
    if (action.action === 'close') void pause(CLOSE_LIMIT_MS, this.#signal).then(() => this.stop());
    this.#waiting += 1;
    this.#last = this.#last.then(async () => {
      this.#waiting -= 1;
      await this.#do(action);
    });
  }

  /** Drops everything under way and closes the page. */
  stop(): void {
    this.#closed.abort();
  }

  /** Resolves when everything asked for is done or given up. */
  async settled(): Promise<void> {
    await this.#last;
    await this.#listening;
  }

  async #do(action: PhoneAction): Promise<void> {
    const { stats } = this.#parts;
    switch (action.action) {
      case 'open':
        return this.#open(action);
      case 'receipt': {
        const sent = await this.#send('POST', `/api/v1/offers/${encodeURIComponent(action.offer)}/receipts`, { state: action.state });
        if (sent) stats.shop[action.state] += 1;
        return;
      }
      case 'place':
        if (await this.#send('PATCH', '/api/v1/visit/place', { at: action.at })) stats.shop.places += 1;
        return;
      case 'scan':
        if (await this.#send('GET', `/api/v1/products/${encodeURIComponent(action.sku)}?visit`)) stats.shop.scans += 1;
        return;
      case 'erase':
        if (await this.#send('DELETE', '/api/v1/visit')) stats.shop.erased += 1;
        this.stop();
        return;
      case 'close':
        this.stop();
    }
  }

  async #open({ consents, at, tag }: Extract<PhoneAction, { readonly action: 'open' }>): Promise<void> {
    const body = { consents, ...(at === undefined ? {} : { at }), ...(tag === undefined ? {} : { tag }) };
    const answer = await this.#parts.http.send({
      method: 'POST',
      path: '/api/v1/visits',
      body,
      patienceMs: PATIENCE_MS,
      signal: this.#signal,
    });
    const opened = answer.kind === 'ok' ? Opened.safeParse(answer.body) : undefined;
    if (opened?.data === undefined) return;
    this.#token = opened.data.token;
    this.#parts.stats.shop.visits += 1;
    this.#parts.listener.visitOpened(opened.data.visitId);
    if (consents.offers) this.#listening = this.#listen(opened.data.token);
  }

  async #send(method: 'GET' | 'POST' | 'PATCH' | 'DELETE', path: string, body?: unknown): Promise<boolean> {
    if (this.#token === undefined) return false;
    const answer = await this.#parts.http.send({ method, path, token: this.#token, body, patienceMs: PATIENCE_MS, signal: this.#signal });
    return answer.kind === 'ok';
  }

  /** Keeps the stream open until the page closes or the agent says that the visit is over. Never throws. */
  async #listen(token: string): Promise<void> {
    while (!this.#signal.aborted) {
      if ((await this.#connect(token)) === 'ended') return;
      await pause(this.#parts.backoff.next(), this.#signal);
      if (!this.#signal.aborted) this.#parts.stats.streams.reconnects += 1;
    }
  }

  async #connect(token: string): Promise<'ended' | 'broken'> {
    const resume = this.#lastEventId === '' ? {} : { 'last-event-id': this.#lastEventId };
    try {
      const response = await fetch(this.#parts.http.url('/api/v1/visit/stream'), {
        headers: { authorization: `Bearer ${token}`, accept: 'text/event-stream', ...resume },
        signal: this.#signal,
      });
      if (response.ok && response.body !== null) return await this.#follow(response.body);
      await response.body?.cancel();
      return response.status === 401 || response.status === 404 ? 'ended' : 'broken';
    } catch {
      // The stream broke, or the page was closed: whoever called looks at the signal.
      return 'broken';
    }
  }

  async #follow(body: AsyncIterable<Uint8Array>): Promise<'ended' | 'broken'> {
    const { streams } = this.#parts.stats;
    streams.open += 1;
    this.#parts.backoff.reset();
    try {
      for await (const event of readEvents(body)) {
        if (event.id !== '') this.#lastEventId = event.id;
        if (event.name === 'closed') return 'ended';
        this.#hear(event);
      }
      return 'broken';
    } finally {
      streams.open -= 1;
    }
  }

  #hear(event: StreamEvent): void {
    const { listener, stats } = this.#parts;
    if (event.name === 'offer') {
      const offer = readOffer(event.data);
      if (offer === undefined) return;
      stats.shop.offers += 1;
      listener.offerReceived(offer);
    } else if (event.name === 'withdrawn') {
      const withdrawn = Withdrawn.safeParse(parse(event.data));
      if (withdrawn.success) listener.offerWithdrawn(withdrawn.data.id);
    }
  }
}

/** What a phone is made of. */
export interface PhoneParts {
  readonly http: AgentHttp;
  readonly listener: PhoneListener;
  readonly stats: LiveStats;
  readonly backoff: Backoff;
}

const ACTION_LIMIT = 50;
const PATIENCE_MS = 60_000;
const CLOSE_LIMIT_MS = 15_000;
/** Share of codes that are read out and typed instead of scanned. */
const TYPED_SHARE = 0.3;

const Opened = z.object({ visitId: z.string(), token: z.string() });
const Offer = z.object({
  id: z.string(),
  sku: z.string(),
  discountCents: z.number(),
  code: z.object({ long: z.string(), short: z.string() }),
});
const Withdrawn = z.object({ id: z.string() });

function readOffer(data: string): OfferSeen | undefined {
  const { data: offer } = Offer.safeParse(parse(data));
  if (offer === undefined) return undefined;
  const code = uniformOf(offer.id) < TYPED_SHARE ? offer.code.short : offer.code.long;
  return { id: offer.id, sku: offer.sku, discountCents: offer.discountCents, code };
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
