/**
 * Plain integer counters by name and one label set, cheap enough for the hot path; `metrics.ts` turns them into the exposition format.
 * Names and labels are low-cardinality by construction: they come from unions in the code, never from the wire.
 */
export class Counters {
  readonly #values = new Map<string, Map<string, number>>();

  /** Adds to a counter; `labels` is written as in the exposition format, e.g. `kind="hold",reason="budget"`, empty for none. */
  add(name: string, labels = '', amount = 1): void {
    let byLabels = this.#values.get(name);
    if (byLabels === undefined) {
      byLabels = new Map();
      this.#values.set(name, byLabels);
    }
    byLabels.set(labels, (byLabels.get(labels) ?? 0) + amount);
  }

  /** Sum over all label sets, or over those that contain `labelPart`. */
  total(name: string, labelPart?: string): number {
    let sum = 0;
    for (const [labels, value] of this.#values.get(name) ?? []) if (labelPart === undefined || labels.includes(labelPart)) sum += value;
    return sum;
  }

  /** Every counter, for the exposition. */
  entries(): Iterable<readonly [string, ReadonlyMap<string, number>]> {
    return this.#values;
  }
}
