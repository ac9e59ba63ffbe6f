/** A connection that used up the turn's bytes and waits to read on. */
interface Waiting {
  /** What it read last, and is likely to read next. */
  readonly bytes: number;
  readonly resume: () => void;
}

/**
 * Shares each turn of the event loop among all connections. Without it a turn grows with what waits in their sockets, megabytes under overload, and
 * a message that matters waits for all of it; with it the rest stays in the sockets, and its senders feel it.
 */
export class ReadBudget {
  readonly #bytesATurn: number;
  readonly #waiting: Waiting[] = [];
  #spent = 0;
  #isTurning = false;

  constructor(bytesATurn: number) {
    this.#bytesATurn = bytesATurn;
  }

  /** Notes what a connection has read. False: it must stop reading until `resume` is called, in a later turn and in the order of asking. */
  spend(bytes: number, resume: () => void): boolean {
    this.#spent += bytes;
    this.#nextTurn();
    if (this.#spent <= this.#bytesATurn) return true;
    this.#waiting.push({ bytes, resume });
    return false;
  }

  #nextTurn(): void {
    if (this.#isTurning) return;
    this.#isTurning = true;
    setImmediate(() => {
      this.#isTurning = false;
      this.#spent = 0;
      this.#resumeSome();
      if (this.#waiting.length > 0) this.#nextTurn();
    });
  }

  /** As many as will fill a turn, at least one. */
  #resumeSome(): void {
    let expected = 0;
    let count = 0;
    for (const { bytes } of this.#waiting) {
      if (count > 0 && expected + bytes > this.#bytesATurn) break;
      expected += bytes;
      count += 1;
    }
    for (const { resume } of this.#waiting.splice(0, count)) resume();
  }
}
