import type { FixtureId, Sku } from '../ids.ts';
import { type DurationMs, SECOND_MS, type TimestampMs } from '../units.ts';
import { SHELF_LIMITS, type ShelfState, type TagSeen } from './shelf-state.ts';

/** A tag not heard for so long was gone, however rarely it is read. */
const TAG_GONE_MS: DurationMs = 30 * SECOND_MS;
/** A tag that was read regularly is gone after so many of its intervals, and no sooner than this. */
const GONE_INTERVALS = 10;
const LEAST_GONE_MS: DurationMs = 4 * SECOND_MS;
/** Reads from which on the interval of a tag is known. */
const KNOWN_READS = 5;
/** A tag heard for the first time this recently has just arrived. */
const ARRIVED_MS: DurationMs = 8 * SECOND_MS;
/** The reader of a fixture works while it has read something there within this time. */
const READER_ALIVE_MS: DurationMs = 20 * SECOND_MS;
/** No silence of a tag says more than this about its product having been taken, and no reading less. */
const MOST_FACTOR = 30;
const LEAST_FACTOR = 0.1;

/** Notes the tag of a known product at a fixture; one that was not heard for a while has just arrived, which speaks for a put-back. */
export function hearTag(
  shelf: ShelfState,
  heard: { readonly epc: string; readonly sku: Sku; readonly fixture: FixtureId; readonly nowMs: TimestampMs },
): void {
  const { epc, sku, fixture, nowMs } = heard;
  const seen = shelf.tags.get(epc);
  if (seen !== undefined && seen.fixture === fixture && nowMs - seen.atMs <= goneAfterMs(seen)) {
    const sinceMs = nowMs - seen.atMs;
    seen.reads = Math.min(1_000, (seen.reads ?? 1) + 1);
    seen.everyMs = seen.everyMs === undefined ? sinceMs : seen.everyMs + (sinceMs - seen.everyMs) / Math.min(20, seen.reads);
    seen.atMs = nowMs;
    return;
  }
  shelf.tags.delete(epc);
  shelf.tags.set(epc, { sku, fixture, sinceMs: nowMs, atMs: nowMs, reads: 1 });
  if (shelf.tags.size <= SHELF_LIMITS.tags) return;
  for (const oldest of shelf.tags.keys()) {
    shelf.tags.delete(oldest);
    return;
  }
}

/** What the reader of a fixture says at one moment. */
export interface TagView {
  /** Products whose tags have just begun to be heard. */
  readonly arrived: ReadonlySet<Sku>;
  /** Products whose tags the reader knows. */
  readonly tagged: ReadonlySet<Sku>;
  /** How much more likely a product's `units` were taken from here, given how long its tags have been silent; 1 where it has no tags. */
  takenFactor(sku: Sku, units: number): number;
}

/** Looks at the tags of one fixture; nothing is known where no reader works. */
export function tagsAt(shelf: ShelfState, at: { readonly fixture: FixtureId; readonly nowMs: TimestampMs }): TagView {
  const arrived = new Set<Sku>();
  const silence = new Map<Sku, number[]>();
  let heardAtMs = Number.NEGATIVE_INFINITY;
  for (const seen of shelf.tags.values()) {
    if (seen.fixture !== at.fixture) continue;
    heardAtMs = Math.max(heardAtMs, seen.atMs);
    if (at.nowMs - seen.sinceMs <= ARRIVED_MS) arrived.add(seen.sku);
    const silentMs = at.nowMs - seen.atMs;
    if (silentMs > TAG_GONE_MS) continue;
    const list = silence.get(seen.sku) ?? [];
    silence.set(seen.sku, list);
    if (seen.everyMs !== undefined && (seen.reads ?? 0) >= KNOWN_READS) list.push(silentMs / Math.max(50, seen.everyMs));
  }
  const isAlive = at.nowMs - heardAtMs <= READER_ALIVE_MS;
  return {
    arrived,
    tagged: isAlive ? new Set(silence.keys()) : new Set(),
    takenFactor(sku, units) {
      const intervals = isAlive ? silence.get(sku)?.toSorted((a, b) => b - a) : undefined;
      const nth = intervals?.[units - 1];
      if (intervals === undefined || nth === undefined) return 1;
      // The most silent of many tags is silent for longer by chance alone.
      return Math.min(MOST_FACTOR, Math.max(LEAST_FACTOR, Math.exp(nth) / Math.max(1, 2 * intervals.length)));
    },
  };
}

function goneAfterMs({ everyMs, reads }: TagSeen): DurationMs {
  if (everyMs === undefined || (reads ?? 0) < KNOWN_READS) return TAG_GONE_MS;
  return Math.min(TAG_GONE_MS, Math.max(LEAST_GONE_MS, GONE_INTERVALS * everyMs));
}
