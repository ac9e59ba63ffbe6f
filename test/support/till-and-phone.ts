import { SseClient } from './sse-client.ts';
import { TILL_KEY } from './store-yaml.ts';
import { until } from './until.ts';

/** An answer of the agent's API; tests look into the body by name. */
export interface Answered {
  readonly status: number;
  readonly headers: Headers;
  // The shapes are the API's own and are checked where the API is tested.
  readonly body: Record<string, never> & Record<string, unknown>;
}

/** One request to the agent. */
export async function call(
  url: string,
  options: {
    readonly method?: string;
    readonly token?: string;
    readonly cookie?: string;
    readonly body?: unknown;
    readonly headers?: Readonly<Record<string, string>>;
  } = {},
): Promise<Answered> {
  const { method = options.body === undefined ? 'GET' : 'POST', token, cookie, body } = options;
  const response = await fetch(url, {
    method,
    headers: {
      ...(token === undefined ? {} : { authorization: `Bearer ${token}` }),
      ...(cookie === undefined ? {} : { cookie }),
      ...(body === undefined ? {} : { 'content-type': 'application/json' }),
      ...options.headers,
    },
    ...(body === undefined ? {} : { body: typeof body === 'string' ? body : JSON.stringify(body) }),
  });
  const text = await response.text();
  return { status: response.status, headers: response.headers, body: parsed(text) };
}

function parsed(text: string): Answered['body'] {
  try {
    return JSON.parse(text) as Answered['body'];
  } catch {
    return {} as Answered['body'];
  }
}

/** An offer as it arrives on a phone. */
export interface PhoneOffer {
  readonly id: string;
  readonly sku: string;
  readonly discountCents: number;
  readonly code: { readonly long: string; readonly short: string };
}

/** A shopper's phone: one visit and its stream. */
export class Phone {
  readonly visit: string;
  readonly token: string;
  readonly #url: string;
  #stream: SseClient | undefined;
  readonly #seen: PhoneOffer[] = [];

  private constructor(url: string, opened: { readonly visit: string; readonly token: string }) {
    this.#url = url;
    this.visit = opened.visit;
    this.token = opened.token;
  }

  /** Opens a visit that agreed to everything, at a shelf. */
  static async open(url: string, at: string): Promise<Phone> {
    const { status, body } = await call(`${url}/api/v1/visits`, { body: { consents: { offers: true, measurement: true }, at } });
    if (status !== 201) throw new Error(`Cannot open a visit: ${status} ${JSON.stringify(body)}`);
    return new Phone(url, { visit: String(body['visitId']), token: String(body['token']) });
  }

  /** Connects (again) to the stream of offers. */
  async listen(): Promise<this> {
    const lastEventId = this.#stream?.events.findLast(({ id }) => id !== undefined)?.id;
    this.hangUp();
    const stream = await SseClient.open(`${this.#url}/api/v1/visit/stream`, {
      authorization: `Bearer ${this.token}`,
      ...(lastEventId === undefined ? {} : { 'last-event-id': lastEventId }),
    });
    if (stream.status !== 200) throw new Error(`Cannot listen: ${stream.status}`);
    this.#stream = stream;
    await until('the greeting of the stream', () => stream.names().includes('open'));
    return this;
  }

  hangUp(): void {
    this.#stream?.close();
  }

  /** Events of the connection, in order. */
  get events(): readonly { readonly event: string; readonly data: unknown }[] {
    return this.#stream?.events ?? [];
  }

  /** The next offer on this connection; waits for it. */
  async nextOffer(): Promise<PhoneOffer> {
    return until('an offer on the phone', () => this.peekOffer());
  }

  /** The next offer on this connection, if it is there already. */
  peekOffer(): PhoneOffer | undefined {
    const offers = this.events.filter(({ event }) => event === 'offer').map(({ data }) => data as PhoneOffer);
    const offer = offers.find(({ id }) => !this.#seen.some((seen) => seen.id === id));
    if (offer !== undefined) this.#seen.push(offer);
    return offer;
  }

  /** Says what the shopper did with an offer; gives the status. */
  async receipt(offer: string, state: 'shown' | 'dismissed' | 'saved'): Promise<number> {
    return (await this.call(`/api/v1/offers/${offer}/receipts`, { body: { state } })).status;
  }

  /** Walks out of the way of the next shopper at that shelf. */
  async leave(): Promise<void> {
    this.hangUp();
    await this.call('/api/v1/visit/place', { method: 'PATCH', body: { at: 'rack' } });
  }

  call(path: string, options: { readonly method?: string; readonly body?: unknown } = {}): Promise<Answered> {
    return call(`${this.#url}${path}`, { ...options, token: this.token });
  }
}

/** Asks the till for a code. */
export function redeem(url: string, asked: { readonly code: string; readonly receipt: string }): Promise<Answered> {
  return call(`${url}/api/v1/redemptions`, { token: TILL_KEY, body: asked });
}

const MANAGER = { name: 'ana', password: 'four random words here' };

/** Sets the store up with the code from the console, or signs in where that was done; gives the cookie. */
export async function signIn(url: string, setupCode: string | undefined): Promise<string> {
  const answer =
    setupCode === undefined
      ? await call(`${url}/api/v1/login`, { body: MANAGER })
      : await call(`${url}/api/v1/setup`, { body: { ...MANAGER, code: setupCode } });
  if (answer.status >= 300) throw new Error(`Cannot sign in: ${answer.status} ${JSON.stringify(answer.body)}`);
  return answer.headers.get('set-cookie')?.split(';')[0] ?? '';
}
