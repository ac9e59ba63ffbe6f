import { Agent, type ClientRequest, type IncomingMessage, request } from 'node:http';
import { fixtureName } from '../bench-store.ts';

/** One phone with an open visit and an open stream. */
interface Phone {
  readonly token: string;
  readonly stream: ClientRequest;
}

export interface PhonesOptions {
  readonly httpUrl: string;
  /** Phones to open, one at each of the first fixtures. */
  readonly count: number;
  /** Called with the phone's number the moment an offer's event has arrived. */
  readonly onOffer: (phone: number, atMs: number) => void;
}

/** Phones that open at the same time. */
const AT_ONCE = 12;

/** Phones that stand at shelves, having agreed to offers: each reads its event stream and answers every offer with "saved", as a shopper who wants it. */
export class Phones implements Disposable {
  readonly #options: PhonesOptions;
  readonly #phones: Phone[] = [];
  readonly #agent = new Agent({ keepAlive: true, maxSockets: 16 });
  #receiptsRefused = 0;

  private constructor(options: PhonesOptions) {
    this.#options = options;
  }

  /** Opens all visits and streams. */
  static async open(options: PhonesOptions): Promise<Phones> {
    const phones = new Phones(options);
    for (let first = 0; first < options.count; first += AT_ONCE) {
      const group = Array.from({ length: Math.min(AT_ONCE, options.count - first) }, (_, index) => phones.#openOne(first + index));
      await Promise.all(group);
    }
    return phones;
  }

  get count(): number {
    return this.#phones.length;
  }

  /** Answers of the agent to receipts that were not 2xx. */
  get receiptsRefused(): number {
    return this.#receiptsRefused;
  }

  [Symbol.dispose](): void {
    for (const { stream } of this.#phones) stream.destroy();
    this.#agent.destroy();
  }

  async #openOne(index: number): Promise<void> {
    const answer = await this.#send('POST', '/api/v1/visits', { body: { consents: { offers: true }, at: fixtureName(index) } });
    if (answer.status !== 201)
      throw new Error(`Cannot open visit ${index}: the agent answered ${answer.status} ${answer.text.slice(0, 200)}`);
    const { token } = JSON.parse(answer.text) as { readonly token: string };
    this.#phones.push({ token, stream: await this.#openStream(token, index) });
  }

  #openStream(token: string, index: number): Promise<ClientRequest> {
    return new Promise((resolve, reject) => {
      const headers = { authorization: `Bearer ${token}`, accept: 'text/event-stream' };
      const stream = request(`${this.#options.httpUrl}/api/v1/visit/stream`, { agent: false, headers }, (response) => {
        if (response.statusCode !== 200) return reject(new Error(`Cannot open stream ${index}: the agent answered ${response.statusCode}`));
        response.socket.setNoDelay(true);
        this.#read(response, { token, index });
        resolve(stream);
      });
      stream.on('error', reject);
      stream.end();
    });
  }

  #read(response: IncomingMessage, phone: { readonly token: string; readonly index: number }): void {
    let text = '';
    response.setEncoding('utf8').on('data', (chunk: string) => {
      const atMs = performance.now();
      text += chunk;
      for (let end = text.indexOf('\n\n'); end >= 0; end = text.indexOf('\n\n')) {
        this.#hear(text.slice(0, end), { ...phone, atMs });
        text = text.slice(end + 2);
      }
    });
    // Ended by us, or with the agent: whoever waits for an offer will notice.
    response.on('error', () => undefined);
  }

  #hear(event: string, heard: { readonly token: string; readonly index: number; readonly atMs: number }): void {
    if (!/^event: offer$/m.test(event)) return;
    this.#options.onOffer(heard.index, heard.atMs);
    const { id } = JSON.parse(/^data: (.*)$/m.exec(event)?.[1] ?? '{}') as { readonly id?: string };
    if (id === undefined) return;
    void this.#send('POST', `/api/v1/offers/${id}/receipts`, { body: { state: 'saved' }, token: heard.token }).then(
      ({ status }) => {
        if (status >= 300) this.#receiptsRefused += 1;
      },
      () => {
        this.#receiptsRefused += 1;
      },
    );
  }

  #send(
    method: string,
    path: string,
    what: { readonly body: unknown; readonly token?: string },
  ): Promise<{ readonly status: number; readonly text: string }> {
    return new Promise((resolve, reject) => {
      const headers = {
        'content-type': 'application/json',
        ...(what.token === undefined ? {} : { authorization: `Bearer ${what.token}` }),
      };
      const sent = request(`${this.#options.httpUrl}${path}`, { method, agent: this.#agent, headers }, (response) => {
        let text = '';
        response.setEncoding('utf8').on('data', (chunk: string) => {
          text += chunk;
        });
        response.on('end', () => resolve({ status: response.statusCode ?? 0, text }));
      });
      sent.on('error', reject);
      sent.end(JSON.stringify(what.body));
    });
  }
}
