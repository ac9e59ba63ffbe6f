import { createHmac } from 'node:crypto';
import { type Answered, call } from './till-and-phone.ts';

interface Grant {
  readonly seed: string;
  readonly periodMs: number;
  readonly tokensPerPeriod: number;
  readonly tokenBytes: number;
}

/** An app as a retailer would write it from the documentation: opens a visit, asks for its seed, and says which token it broadcasts when. */
export class TestPhone {
  readonly visitId: string;
  #url: string;
  readonly #token: string;
  #grant: Grant | undefined;

  private constructor(url: string, opened: Answered) {
    this.#url = url;
    this.visitId = String(opened.body['visitId']);
    this.#token = String(opened.body['token']);
  }

  static async open(url: string, consents: Readonly<Record<string, boolean>> = { offers: true }): Promise<TestPhone> {
    const opened = await call(`${url}/api/v1/visits`, { body: { consents } });
    if (opened.status !== 201) throw new Error(`Cannot open a visit: ${opened.status}`);
    return new TestPhone(url, opened);
  }

  /** Goes on with an agent that was started again at another address. */
  moveTo(url: string): void {
    this.#url = url;
  }

  /** Begins or ends to broadcast; the answer of the agent. */
  async broadcast(on: boolean): Promise<Answered> {
    const answer = await this.#send('PATCH', '/broadcast', { on });
    if (answer.status === 200 && on) this.#grant = answer.body['broadcast'] as unknown as Grant;
    return answer;
  }

  /** What a scanner reports of it: the n-th token of the period that the phone's clock shows. */
  beacon(nowMs: number, n = 0): string {
    if (this.#grant === undefined) throw new Error('Cannot broadcast: the agent has not granted it');
    const { seed, periodMs, tokensPerPeriod, tokenBytes } = this.#grant;
    const text = `${Math.floor(nowMs / periodMs)}.${n % tokensPerPeriod}`;
    return `token:${createHmac('sha256', Buffer.from(seed, 'hex'))
      .update(text)
      .digest('hex')
      .slice(0, 2 * tokenBytes)}`;
  }

  now(): Promise<Answered> {
    return this.#send('GET', '');
  }

  held(): Promise<Answered> {
    return this.#send('GET', '/data');
  }

  consent(consents: Readonly<Record<string, boolean>>): Promise<Answered> {
    return this.#send('PATCH', '/consents', { consents });
  }

  erase(): Promise<Answered> {
    return this.#send('DELETE', '');
  }

  #send(method: string, path: string, body?: unknown): Promise<Answered> {
    return call(`${this.#url}/api/v1/visit${path}`, { method, token: this.#token, ...(body === undefined ? {} : { body }) });
  }
}
