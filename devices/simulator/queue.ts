/** A priority queue by time; what was pushed first comes first among equals, so that a run is deterministic. */
export class TimeQueue<T> {
  // Three flat arrays instead of one of objects: half the time per event.
  #times: number[] = [];
  #orders: number[] = [];
  #items: T[] = [];
  #pushed = 0;

  get size(): number {
    return this.#items.length;
  }

  /** Time of the next item; `Infinity` when empty. */
  get nextAtMs(): number {
    return this.#times[0] ?? Number.POSITIVE_INFINITY;
  }

  push(atMs: number, item: T): void {
    const order = this.#pushed;
    this.#pushed += 1;
    let at = this.#items.length;
    this.#times.push(atMs);
    this.#orders.push(order);
    this.#items.push(item);
    while (at > 0) {
      const parent = (at - 1) >> 1;
      // Newer items lose every tie on the way up.
      if (this.#times[parent]! <= atMs) break;
      this.#move(parent, at);
      at = parent;
    }
    this.#set(at, atMs, order, item);
  }

  pop(): T | undefined {
    const first = this.#items[0];
    const item = this.#items.pop();
    const atMs = this.#times.pop();
    const order = this.#orders.pop();
    if (this.#items.length === 0 || item === undefined || atMs === undefined || order === undefined) return first;
    const length = this.#items.length;
    let at = 0;
    for (;;) {
      let child = 2 * at + 1;
      if (child >= length) break;
      if (child + 1 < length && this.#before(child + 1, child)) child += 1;
      const childTime = this.#times[child]!;
      if (childTime > atMs || (childTime === atMs && this.#orders[child]! > order)) break;
      this.#move(child, at);
      at = child;
    }
    this.#set(at, atMs, order, item);
    return first;
  }

  #before(a: number, b: number): boolean {
    const difference = this.#times[a]! - this.#times[b]!;
    return difference < 0 || (difference === 0 && this.#orders[a]! < this.#orders[b]!);
  }

  #move(from: number, to: number): void {
    this.#set(to, this.#times[from]!, this.#orders[from]!, this.#items[from]!);
  }

  #set(at: number, atMs: number, order: number, item: T): void {
    this.#times[at] = atMs;
    this.#orders[at] = order;
    this.#items[at] = item;
  }
}
