const EMPTY = 0;
const DELETED = -1;
const FIRST_CAPACITY = 16;

/**
 * A set of safe integers above 0, open-addressed in one typed array: unlike a `Set` it makes no object an entry, so that remembering hundreds of
 * thousands of ids costs the garbage collector nothing.
 */
export class IdTable {
  #slots = new Float64Array(FIRST_CAPACITY);
  /** Slots that are not empty, deleted ones included: they lengthen the search like the others. */
  #used = 0;
  #size = 0;

  get size(): number {
    return this.#size;
  }

  has(id: number): boolean {
    return this.#find(id) >= 0;
  }

  /** Adds an id that is not in the set. */
  add(id: number): void {
    if ((this.#used + 1) * 2 > this.#slots.length) this.#rebuild();
    const mask = this.#slots.length - 1;
    let at = id & mask;
    while (this.#slots[at] !== EMPTY) at = (at + 1) & mask;
    this.#slots[at] = id;
    this.#used++;
    this.#size++;
  }

  /** Takes an id out, if it is in. */
  delete(id: number): void {
    const at = this.#find(id);
    if (at < 0) return;
    this.#slots[at] = DELETED;
    this.#size--;
  }

  clear(): void {
    this.#slots.fill(EMPTY);
    this.#used = 0;
    this.#size = 0;
  }

  #find(id: number): number {
    const slots = this.#slots;
    const mask = slots.length - 1;
    // At most half of the slots are used, so the search ends at an empty one.
    for (let at = id & mask; ; at = (at + 1) & mask) {
      const found = slots[at];
      if (found === id) return at;
      if (found === EMPTY) return -1;
    }
  }

  /** Doubles the slots, or keeps their number when getting rid of deleted ones is enough. */
  #rebuild(): void {
    const kept = this.#slots.filter((id) => id !== EMPTY && id !== DELETED);
    this.#slots = new Float64Array(kept.length * 4 > this.#slots.length ? this.#slots.length * 2 : this.#slots.length);
    this.#used = 0;
    this.#size = 0;
    for (const id of kept) this.add(id);
  }
}
