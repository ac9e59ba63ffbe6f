import type { StoreOverview } from '../core/overview.ts';
import { type EventStream, eventText } from './event-streams.ts';
import type { HttpDefects } from './ports.ts';

/** Sends the overview to every manager page: at most once in `everyMs`, only when something changed, written as text once for all. */
export class OverviewFeed {
  readonly #overview: () => StoreOverview;
  readonly #everyMs: number;
  readonly #defects: HttpDefects;
  readonly #streams = new Set<EventStream>();
  #timer: NodeJS.Timeout | undefined;
  /** The overview sent last without its time, which alone is no news. */
  #lastBody = '';
  #lastText = '';

  constructor(overview: () => StoreOverview, options: { readonly everyMs: number; readonly defects: HttpDefects }) {
    this.#overview = overview;
    this.#everyMs = options.everyMs;
    this.#defects = options.defects;
  }

  /** Adds a page; it gets the present state at once. Returns how to remove it. */
  add(stream: EventStream): () => void {
    if (this.#streams.size === 0) {
      // With pages watching, the last text is at most `everyMs` old; without, it may be from yesterday.
      this.#lastBody = '';
      this.#render();
    }
    this.#streams.add(stream);
    stream.send(this.#lastText, 'overview');
    this.#timer ??= setInterval(() => this.tick(), this.#everyMs);
    this.#timer.unref();
    return () => this.#remove(stream);
  }

  /** Looks once whether something changed, and tells everybody if so. A defect in looking is reported, and the next look may go well. */
  tick(): void {
    try {
      if (!this.#render()) return;
    } catch (error) {
      this.#defects.report({ route: 'stream', error });
      return;
    }
    for (const stream of [...this.#streams]) stream.send(this.#lastText, 'overview');
  }

  #render(): boolean {
    const { atMs, ...rest } = this.#overview();
    const body = JSON.stringify(rest);
    if (body === this.#lastBody) return false;
    this.#lastBody = body;
    this.#lastText = eventText({ name: 'overview', data: `{"atMs":${atMs},${body.slice(1)}`, id: String(atMs) });
    return true;
  }

  #remove(stream: EventStream): void {
    this.#streams.delete(stream);
    if (this.#streams.size > 0) return;
    clearInterval(this.#timer);
    this.#timer = undefined;
  }
}
