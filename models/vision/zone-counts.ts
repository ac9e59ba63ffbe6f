import type { ZoneId } from '../../agent/core/ids.ts';
import type { ReadingBody } from '../../agent/core/reading.ts';

/** An unchanged count is said again this often, so that it is not taken for an old one. */
const REPEAT_MS = 10_000;
const NEVER = { count: -1, atMs: Number.NEGATIVE_INFINITY };

/** How many are in each zone, said when it changes and now and then when it does not. */
export class ZoneCounts {
  readonly #said = new Map<ZoneId, { readonly count: number; readonly atMs: number }>();

  /** Begins to watch zones. */
  watch(zones: readonly ZoneId[]): void {
    for (const zone of zones) if (!this.#said.has(zone)) this.#said.set(zone, NEVER);
  }

  /** What is to be said of some zones now; a zone that is not in `counts` is empty. */
  report(
    zones: readonly ZoneId[],
    { counts, nowMs }: { readonly counts: ReadonlyMap<ZoneId, number>; readonly nowMs: number },
  ): readonly ReadingBody[] {
    return zones.flatMap((zone): ReadingBody[] => {
      const count = counts.get(zone) ?? 0;
      const said = this.#said.get(zone) ?? NEVER;
      if (count === said.count && nowMs - said.atMs < REPEAT_MS) return [];
      this.#said.set(zone, { count, atMs: nowMs });
      return [{ kind: 'presence', zone, count }];
    });
  }

  /** Counts of these zones are said anew. */
  forget(zones: readonly ZoneId[]): void {
    for (const zone of zones) this.#said.set(zone, NEVER);
  }
}
