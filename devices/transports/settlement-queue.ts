import type { Settlement } from './transport.ts';

/**
 * Keeps the answers of one connection in the order of its messages, whatever order they are settled in. A `retry` is the last answer: what
 * came after it is forgotten, because its connection ends and the sender sends it all again.
 */
export class SettlementQueue<T extends Ticket = Ticket> {
  readonly #answer: (settlement: Settlement, ticket: T) => void;
  #waiting: T[] = [];
  #answering = false;

  /** `answer` is called once for each message, in order; after a `retry` for none that was waiting behind it. */
  constructor(answer: (settlement: Settlement, ticket: T) => void) {
    this.#answer = answer;
  }

  /** Messages that have no answer yet. */
  get size(): number {
    return this.#waiting.length;
  }

  /** Puts a message at the end; the ticket settles it. */
  add(ticket: T): void {
    this.#waiting.push(ticket);
  }

  /** Settles a message; a second time, or after its connection was given up, means nothing. */
  settle(ticket: T, settlement: Settlement): void {
    if (ticket.settlement !== undefined) return;
    ticket.settlement = settlement;
    if (this.#waiting[0] === ticket && !this.#answering) this.#answerSettled();
  }

  /** Forgets every waiting message, as when its connection is gone. Returns how many there were. */
  clear(): number {
    const count = this.#waiting.length;
    this.#waiting = [];
    return count;
  }

  #answerSettled(): void {
    // An answer may lead to more messages and settlements before it returns; this one loop handles them all.
    this.#answering = true;
    try {
      for (let head = this.#waiting[0]; head?.settlement !== undefined; head = this.#waiting[0]) {
        if (head.settlement === 'retry') this.#waiting = [];
        else this.#waiting.shift();
        this.#answer(head.settlement, head);
      }
    } finally {
      this.#answering = false;
    }
  }
}

/** One message in the queue. The transport adds what it needs for the answer. */
export interface Ticket {
  settlement: Settlement | undefined;
}
