/** One running count; it only ever grows. */
export interface Counter {
  value: number;
}

/**
 * Plain integer counters by name and one label set, cheap enough for the hot path; `metrics.ts` turns them into the exposition format.
 * Names and labels are low-cardinality by construction: they come from unions in the code, never from the wire.
 */
export class Counters {
  readonly #counters = new Map<string, Map<string, Counter>>();

  /** Adds to a counter; `labels` is written as in the exposition format, e.g. `kind="hold",reason="budget"`, empty for none. */
  add(name: string, labels = '', amount = 1): void {
    this.counter(name, labels).value += amount;
  }

  /** The counter itself, for who adds to it with every message: writing out the labels costs more than all else about counting. */
  counter(name: string, labels = ''): Counter {
    let byLabels = this.#counters.get(name);
    if (byLabels === undefined) {
      byLabels = new Map();
      this.#counters.set(name, byLabels);
    }
    let counter = byLabels.get(labels);
    if (counter === undefined) {
      counter = { value: 0 };
      byLabels.set(labels, counter);
    }
    return counter;
  }

  /** Sum over all label sets, or over those that contain `labelPart`. */
  total(name: string, labelPart?: string): number {
    let sum = 0;
    for (const [labels, { value }] of this.#counters.get(name) ?? [])
      if (labelPart === undefined || labels.includes(labelPart)) sum += value;
    return sum;
  }

  /** Every counter, for the exposition. */
  *entries(): Iterable<readonly [string, ReadonlyMap<string, number>]> {
    for (const [name, byLabels] of this.#counters) yield [name, new Map([...byLabels].map(([labels, { value }]) => [labels, value]))];
  }
}
