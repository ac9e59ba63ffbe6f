import type { FixtureId, SlotId } from '../ids.ts';
import { type DurationMs, SECOND_MS, type TimestampMs } from '../units.ts';
import type { ShelfState } from './shelf-state.ts';

/** What shook a shelf changes its weight within this time, or changes nothing. */
const TOUCH_MS: DurationMs = 4 * SECOND_MS;
/** A shelf that shakes all the time, beside a door or a freezer, is touched once in this time at most. */
const TOUCH_EVERY_MS: DurationMs = 20 * SECOND_MS;
/** Touches waiting at once. */
const MOST_TOUCHES = 1_000;

/** Something shook a slot, or some slot of a fixture. */
export interface Touch {
  readonly fixture: FixtureId;
  readonly slot: SlotId | undefined;
  readonly atMs: TimestampMs;
}

/** Notes that a slot or fixture was shaken; unless something is taken or put back there soon, it was only touched. */
export function noteShake(shelf: ShelfState, shake: Touch): void {
  const key = keyOf(shake);
  const before = shelf.shakes.get(key);
  shelf.shakes.set(key, shake.atMs);
  if (before !== undefined && shake.atMs - before < TOUCH_EVERY_MS) return;
  if (shelf.touches.size < MOST_TOUCHES) shelf.touches.set(key, shake);
}

/** Something was taken or put back: what shook the shelf was that. */
export function explainShakes(shelf: ShelfState, at: { readonly fixture: FixtureId; readonly slot: SlotId }): void {
  shelf.touches.delete(keyOf(at));
  shelf.touches.delete(keyOf({ fixture: at.fixture, slot: undefined }));
}

/** Whether a touch has waited long enough. */
export function isTouchDue(shelf: ShelfState, nowMs: TimestampMs): boolean {
  for (const { atMs } of shelf.touches.values()) if (nowMs - atMs >= TOUCH_MS) return true;
  return false;
}

/** The touches that nothing else explained, once each. */
export function dueTouches(shelf: ShelfState, nowMs: TimestampMs): readonly Touch[] {
  const due = [...shelf.touches].filter(([, { atMs }]) => nowMs - atMs >= TOUCH_MS);
  for (const [key] of due) shelf.touches.delete(key);
  return due.map(([, touch]) => touch);
}

/** When a slot, or its fixture as a whole, was last shaken. */
export function shakenAtMs(shelf: ShelfState, at: { readonly fixture: FixtureId; readonly slot: SlotId }): TimestampMs | undefined {
  return shelf.shakes.get(keyOf(at)) ?? shelf.shakes.get(keyOf({ fixture: at.fixture, slot: undefined }));
}

function keyOf({ fixture, slot }: { readonly fixture: FixtureId; readonly slot: SlotId | undefined }): string {
  return slot === undefined ? `fixture:${fixture}` : `slot:${slot}`;
}
