import { filterMatches } from './topic-filter.ts';

/** Topics whose answer is remembered; beyond it all are forgotten at once, which costs one look at the filters a topic. */
const MAX_REMEMBERED = 10_000;

/** Knows whether anybody has subscribed to a topic, for a broker where next to nobody reads what devices say. */
export class Readers {
  readonly #filters = new Map<string, number>();
  readonly #remembered = new Map<string, boolean>();

  /** Somebody has subscribed to a filter; the same filter may be added for others. */
  add(filter: string): void {
    this.#filters.set(filter, (this.#filters.get(filter) ?? 0) + 1);
    this.#remembered.clear();
  }

  /** One of those who were added for the filter has gone. */
  remove(filter: string): void {
    const others = (this.#filters.get(filter) ?? 1) - 1;
    if (others > 0) this.#filters.set(filter, others);
    else this.#filters.delete(filter);
    this.#remembered.clear();
  }

  /** Whether a message on this topic has somewhere to go. */
  has(topic: string): boolean {
    const known = this.#remembered.get(topic);
    if (known !== undefined) return known;
    const isRead = [...this.#filters.keys()].some((filter) => filterMatches(filter, topic));
    if (this.#remembered.size >= MAX_REMEMBERED) this.#remembered.clear();
    this.#remembered.set(topic, isRead);
    return isRead;
  }
}
