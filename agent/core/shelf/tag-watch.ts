import type { FixtureId, Sku } from '../ids.ts';
import { type DurationMs, SECOND_MS, type TimestampMs } from '../units.ts';
import { SHELF_LIMITS, type ShelfState, type TagSeen } from './shelf-state.ts';

/** Reads are counted in slices of this length; so many slices are remembered. */
const SLICE_MS: DurationMs = 500;
const MOST_SLICES = 24;
/** A tag not heard for so long is no longer at the fixture. */
const TAG_GONE_MS: DurationMs = 30 * SECOND_MS;
/** Reads from which on the interval of a tag is known, and what is assumed until then. */
const KNOWN_READS = 5;
const USUAL_EVERY_MS: DurationMs = 500;
/** A silence longer than so many intervals is an absence, and teaches nothing about how often a tag is read. */
const ABSENT_INTERVALS = 6;
/** What is held a step away from the shelf is read this much more rarely than what lies on it. */
const HELD_SHARE = 0.08;
/** How long before a change of weight a tag is looked at, and how near to the change its reads say nothing: hands take their time. */
const BEFORE_MS: DurationMs = 4 * SECOND_MS;
const BLUR_MS: DurationMs = 300;
/** The reader of a fixture works while it has read something there within this time. */
const READER_ALIVE_MS: DurationMs = 20 * SECOND_MS;
/** However clear the tags are, a product may have lost its tag, or a tag its product. */
const MOST_FACTOR = 1_000;
const LEAST_FACTOR = 0.02;

/** Notes that the tag of a known product was read at a fixture. */
export function hearTag(
  shelf: ShelfState,
  heard: { readonly epc: string; readonly sku: Sku; readonly fixture: FixtureId; readonly nowMs: TimestampMs },
): void {
  const { epc, sku, fixture, nowMs } = heard;
  const seen = shelf.tags.get(epc);
  if (seen !== undefined && seen.fixture === fixture && nowMs - seen.atMs <= TAG_GONE_MS) return noteRead(seen, nowMs);
  shelf.tags.delete(epc);
  const slices = [Math.floor(nowMs / SLICE_MS), 1];
  shelf.tags.set(epc, { sku, fixture, sinceMs: nowMs, atMs: nowMs, reads: 1, everyMs: USUAL_EVERY_MS, slices });
  if (shelf.tags.size <= SHELF_LIMITS.tags) return;
  for (const oldest of shelf.tags.keys()) {
    shelf.tags.delete(oldest);
    return;
  }
}

function noteRead(seen: TagSeen, nowMs: TimestampMs): void {
  const passedMs = Math.max(0, nowMs - seen.atMs);
  seen.reads = Math.min(1_000, seen.reads + 1);
  if (passedMs <= ABSENT_INTERVALS * seen.everyMs) seen.everyMs += (passedMs - seen.everyMs) / Math.min(20, seen.reads);
  seen.everyMs = Math.max(20, seen.everyMs);
  seen.atMs = nowMs;
  const slice = Math.floor(nowMs / SLICE_MS);
  const last = seen.slices.length - 2;
  if (seen.slices[last] === slice) seen.slices[last + 1]! += 1;
  else seen.slices.push(slice, 1);
  if (seen.slices.length > 2 * MOST_SLICES) seen.slices.splice(0, 2);
}

/** What the reader of a fixture says about a change of weight there. Factors are 1 for a product that has no tags. */
export interface TagView {
  /** Products whose tags the reader knows; none where it does not work. */
  readonly tagged: ReadonlySet<Sku>;
  /** How much likelier `units` of a product left at the change, by its tags having fallen silent then. */
  takenFactor(sku: Sku, units: number): number;
  /** How much likelier `units` of a product were put there, by its tags having begun to be heard then. */
  arrivedFactor(sku: Sku, units: number): number;
}

/** Looks at the tags of one fixture around a change of weight, in the agent's time. */
export function tagsAt(
  shelf: ShelfState,
  at: {
    readonly fixture: FixtureId;
    readonly change: { readonly sinceMs: TimestampMs; readonly atMs: TimestampMs };
    readonly nowMs: TimestampMs;
  },
): TagView {
  const { fixture, change, nowMs } = at;
  const bySku = new Map<Sku, TagSeen[]>();
  let heardAtMs = Number.NEGATIVE_INFINITY;
  for (const seen of shelf.tags.values()) {
    if (seen.fixture !== fixture) continue;
    heardAtMs = Math.max(heardAtMs, seen.atMs);
    if (nowMs - seen.atMs > TAG_GONE_MS) continue;
    const list = bySku.get(seen.sku);
    if (list === undefined) bySku.set(seen.sku, [seen]);
    else list.push(seen);
  }
  if (nowMs - heardAtMs > READER_ALIVE_MS) bySku.clear();
  const before = { fromMs: change.sinceMs - BEFORE_MS, toMs: change.sinceMs - BLUR_MS };
  const after = { fromMs: change.atMs + BLUR_MS, toMs: nowMs };
  // Each way is held against a tag that did not move: that lay there all the time, or was away all the time.
  const factor = (sku: Sku, units: number, evidence: (awayBefore: number, awayAfter: number) => number) => {
    const logs = bySku.get(sku)?.map((seen) => {
      const [awayBefore, awayAfter] = [absence(seen, before), absence(seen, after)];
      return evidence(awayBefore, awayAfter) - Math.max(0, awayBefore + awayAfter);
    });
    return logs === undefined ? 1 : oneOf(logs, units);
  };
  return {
    tagged: new Set(bySku.keys()),
    takenFactor: (sku, units) => factor(sku, units, (_before, awayAfter) => awayAfter),
    arrivedFactor: (sku, units) => factor(sku, units, (awayBefore) => awayBefore),
  };
}

/** Logarithm of how much likelier the reads of a time are if the tag was away than if it lay there: reads come by chance, rarely when away. */
function absence(seen: TagSeen, time: { readonly fromMs: TimestampMs; readonly toMs: TimestampMs }): number {
  const lengthMs = time.toMs - time.fromMs;
  if (lengthMs <= 0) return 0;
  const everyMs = seen.reads < KNOWN_READS ? USUAL_EVERY_MS : seen.everyMs;
  let reads = 0;
  for (let at = 0; at < seen.slices.length; at += 2) {
    const fromMs = seen.slices[at]! * SLICE_MS;
    const overlapMs = Math.min(time.toMs, fromMs + SLICE_MS) - Math.max(time.fromMs, fromMs);
    if (overlapMs > 0) reads += (seen.slices[at + 1]! * overlapMs) / SLICE_MS;
  }
  return ((1 - HELD_SHARE) * lengthMs) / everyMs + reads * Math.log(HELD_SHARE);
}

/** Any of the tags may be the one: the mean likelihood over them, for several units of the least of the best so many. */
function oneOf(logs: readonly number[], units: number): number {
  const nth = [...logs].sort((a, b) => b - a)[Math.min(units, logs.length) - 1] ?? 0;
  const likelihood = units === 1 ? logs.reduce((sum, log) => sum + Math.exp(Math.min(20, log)), 0) : Math.exp(Math.min(20, nth));
  return Math.min(MOST_FACTOR, Math.max(LEAST_FACTOR, likelihood / logs.length));
}
