import type { SlotId } from '../ids.ts';
import { type DurationMs, MINUTE_MS, type TimestampMs } from '../units.ts';
import type { ShelfEvent } from './shelf-event.ts';
import { type Move, pushBounded, SHELF_LIMITS, type ShelfState, stockOf } from './shelf-state.ts';
import { bookCounted } from './stock.ts';
import { noteBack, noteTaken } from './taken.ts';
import { type SlotNow, weighSlot } from './weigh-slot.ts';

/** Two sensors of one slot may be this far apart about one act. */
const SLACK_MS: DurationMs = 1_500;
/** A scale that was silent for longer no longer keeps the stock. */
const SCALE_ALIVE_MS: DurationMs = 10 * MINUTE_MS;

/** Whether the slot's scale keeps its stock: it spoke within the last minutes of `atMs`, by its own clock. */
export function hasLivingScale(shelf: ShelfState, slot: SlotId, atMs: TimestampMs): boolean {
  const seenAtMs = shelf.cells.get(slot)?.level?.seenAtMs;
  return seenAtMs !== undefined && Math.abs(atMs - seenAtMs) <= SCALE_ALIVE_MS;
}

/** The slot, the time, and whether sensors that count people say that nobody is near. */
export interface ShelfNow extends SlotNow {
  readonly isAlone: boolean;
}

/** Takes in a weight; gives what happened and was not already reported by the slot's counting sensor. */
export function takeWeight(
  shelf: ShelfState,
  now: ShelfNow,
  reading: { readonly atMs: TimestampMs; readonly grams: number },
): ShelfEvent | undefined {
  const event = weighSlot(shelf, now, reading);
  if (event === undefined || event.kind === 'hand') return event;
  const stock = stockOf(shelf, now.slot);
  if (event.sku !== now.slot.sku) return note(shelf, now, event);
  const sign = isTake(event) ? -1 : 1;
  const known = consume(stock.counted, {
    sinceMs: event.sinceMs - SLACK_MS,
    untilMs: event.settledAtMs + SLACK_MS,
    sign,
    most: event.units,
  });
  const units = event.units - known;
  if (units === 0) return undefined;
  pushBounded(stock.weighed, { sinceMs: event.sinceMs, untilMs: event.settledAtMs, units: sign * units }, SHELF_LIMITS.moves);
  return note(shelf, now, { ...event, units });
}

/** Takes in what a counting sensor saw; gives what the slot's scale has not already reported. */
export function takeCount(
  shelf: ShelfState,
  now: ShelfNow,
  counted: {
    readonly kind: 'pick' | 'return';
    readonly units: number;
    readonly atMs: TimestampMs;
    readonly source?: 'count' | 'distance';
  },
): ShelfEvent | undefined {
  const { atMs } = counted;
  const stock = stockOf(shelf, now.slot);
  const sign = counted.kind === 'pick' ? -1 : 1;
  if (!hasLivingScale(shelf, now.slot.id, atMs)) bookCounted(stock, sign * counted.units, now.slot);
  const known = consume(stock.weighed, { sinceMs: atMs - SLACK_MS, untilMs: atMs + SLACK_MS, sign, most: counted.units });
  const units = counted.units - known;
  if (units === 0) return undefined;
  pushBounded(stock.counted, { sinceMs: atMs, untilMs: atMs, units: sign * units }, SHELF_LIMITS.moves);
  return note(shelf, now, {
    kind: counted.kind,
    slot: now.slot.id,
    sku: now.slot.sku,
    units,
    outcome: 'certain',
    confidence: 1,
    alternatives: [],
    source: counted.source ?? 'count',
    sinceMs: atMs,
    atMs,
    settledAtMs: atMs,
  });
}

/** Follows who holds what: the ledger that returns, sales and misplaced things are held against. */
function note(shelf: ShelfState, now: ShelfNow, event: ShelfEvent): ShelfEvent {
  const { sku, units } = event;
  if (sku === undefined || event.kind === 'restock') return event;
  if (isTake(event)) noteTaken(shelf, sku, { atMs: now.nowMs, units, alone: now.isAlone && event.outcome === 'certain' });
  // Whether it really is this product that is back is another question when others weigh the same.
  else if (event.alternatives.every((other) => other.sku === sku)) noteBack(shelf, sku, units);
  return event;
}

function isTake(event: ShelfEvent): boolean {
  return event.kind === 'pick' || event.kind === 'sweep';
}

/** Takes up to `most` units of moves in one direction that overlap a time; gives how many there were. Used-up and outdated moves go. */
function consume(
  moves: Move[],
  wanted: { readonly sinceMs: TimestampMs; readonly untilMs: TimestampMs; readonly sign: 1 | -1; readonly most: number },
): number {
  let found = 0;
  for (const move of moves) {
    if (Math.sign(move.units) !== wanted.sign || move.untilMs < wanted.sinceMs || move.sinceMs > wanted.untilMs) continue;
    const units = Math.min(wanted.most - found, Math.abs(move.units));
    move.units -= wanted.sign * units;
    found += units;
  }
  const open = moves.filter(({ units }) => units !== 0);
  moves.splice(0, moves.length, ...open);
  return found;
}
