/** One event as a test sees it. */
export interface SeenEvent {
  readonly event: string;
  readonly id: string | undefined;
  readonly data: unknown;
}

/** Reads a server-sent event stream with fetch, as the pages do. */
export class SseClient {
  readonly events: SeenEvent[] = [];
  readonly comments: string[] = [];
  readonly status: number;
  readonly headers: Headers;
  retryMs: number | undefined;
  isEnded = false;
  readonly #abort: AbortController;

  constructor(response: Response, abort: AbortController) {
    this.status = response.status;
    this.headers = response.headers;
    this.#abort = abort;
    this.#read(response).catch(() => {
      this.isEnded = true;
    });
  }

  /** Connects; a refusal is a client with that status. */
  static async open(url: string, headers: Readonly<Record<string, string>>): Promise<SseClient> {
    const abort = new AbortController();
    return new SseClient(await fetch(url, { headers, signal: abort.signal }), abort);
  }

  close(): void {
    this.#abort.abort();
  }

  /** Names of the events so far, in order. */
  names(): readonly string[] {
    return this.events.map(({ event }) => event);
  }

  async #read(response: Response): Promise<void> {
    let text = '';
    const decoder = new TextDecoder();
    for await (const chunk of response.body ?? []) {
      text += decoder.decode(chunk, { stream: true });
      const blocks = text.split('\n\n');
      text = blocks.pop() ?? '';
      for (const block of blocks) this.#take(block.split('\n'));
    }
    this.isEnded = true;
  }

  #take(lines: readonly string[]): void {
    const field = (name: string) => lines.find((line) => line.startsWith(`${name}: `))?.slice(name.length + 2);
    this.comments.push(...lines.filter((line) => line.startsWith(':')));
    const retry = field('retry');
    if (retry !== undefined) this.retryMs = Number(retry);
    const event = field('event');
    if (event !== undefined) this.events.push({ event, id: field('id'), data: JSON.parse(field('data') ?? 'null') });
  }
}
