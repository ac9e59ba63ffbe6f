import type { StepContext } from '../context.ts';
import type { StaffAlert } from '../effect.ts';
import type { Slot } from '../store-map.ts';
import { type DurationMs, MINUTE_MS, type TimestampMs } from '../units.ts';
import type { ShelfEvent } from './shelf-event.ts';
import { type ShelfState, stockOf } from './shelf-state.ts';
import { stockState } from './stock.ts';
import { dropUnsold } from './taken.ts';
import { isTouchDue } from './touch.ts';

/** What is looked at and put back is not missing: staff hear of a low or empty slot when it has been so for this long. */
const SETTLE_MS: DurationMs = MINUTE_MS;
/** A slot tells of misplaced things once in this time at most. */
const MISPLACED_EVERY_MS: DurationMs = 10 * MINUTE_MS;
const UNSOLD_EVERY_MS: DurationMs = 5 * MINUTE_MS;

const SEVERITY = { ok: 0, low: 1, out: 2 } as const;

/** Whether a touch is to be told, a staff message is due, or the ledger of what was taken must be looked through. */
export function isShelfDue(shelf: ShelfState, nowMs: TimestampMs): boolean {
  if (shelf.unsoldDueAtMs !== undefined && shelf.unsoldDueAtMs <= nowMs) return true;
  if (isTouchDue(shelf, nowMs)) return true;
  for (const dueAtMs of shelf.alertsDue.values()) if (dueAtMs <= nowMs) return true;
  return false;
}

/** Sends the staff messages whose time has come, and counts what was taken and never sold. */
export function settleShelf(context: StepContext): void {
  const { state, store, nowMs } = context;
  const { shelf } = state;
  for (const [id, dueAtMs] of shelf.alertsDue) {
    if (dueAtMs > nowMs) continue;
    shelf.alertsDue.delete(id);
    const slot = store.slots.get(id);
    if (slot !== undefined) tellStock(context, slot);
  }
  if (shelf.unsoldDueAtMs !== undefined && shelf.unsoldDueAtMs <= nowMs) {
    state.today.shrinkSuspects += dropUnsold(shelf, nowMs);
    shelf.unsoldDueAtMs = shelf.taken.size === 0 ? undefined : nowMs + UNSOLD_EVERY_MS;
  }
}

/** Plans or drops the message about a slot's stock after it changed, and plans to look for what was taken and never sold. */
export function watchStock(context: StepContext, slot: Slot): void {
  const { shelf } = context.state;
  const stock = stockOf(shelf, slot);
  const now = stockState(stock, slot);
  if (now === 'ok') stock.told = 'ok';
  if (now !== 'unknown' && SEVERITY[now] > SEVERITY[stock.told]) {
    if (!shelf.alertsDue.has(slot.id)) shelf.alertsDue.set(slot.id, context.nowMs + SETTLE_MS);
  } else shelf.alertsDue.delete(slot.id);
  if (shelf.taken.size > 0) shelf.unsoldDueAtMs ??= context.nowMs + UNSOLD_EVERY_MS;
}

/** Tells staff that something lies where it does not belong. */
export function tellMisplaced(context: StepContext, slot: Slot, event: ShelfEvent): void {
  const stock = stockOf(context.state.shelf, slot);
  const { misplacedToldAtMs } = stock;
  if (misplacedToldAtMs !== undefined && context.nowMs - misplacedToldAtMs < MISPLACED_EVERY_MS) return;
  stock.misplacedToldAtMs = context.nowMs;
  const name = event.sku === undefined ? undefined : context.store.products.get(event.sku)?.name;
  const what =
    name === undefined ? 'Something that does not belong there' : event.outcome === 'certain' ? name : `Something, perhaps ${name},`;
  tell(context, slot, { severity: 'info', text: `${what} lies in slot ${slot.id} (${placeOf(context, slot)})` });
}

function tellStock(context: StepContext, slot: Slot): void {
  const stock = stockOf(context.state.shelf, slot);
  const now = stockState(stock, slot);
  if (now === 'unknown' || SEVERITY[now] <= SEVERITY[stock.told]) return;
  stock.told = now;
  const name = context.store.products.get(slot.sku)?.name ?? slot.sku;
  const at = `slot ${slot.id} (${placeOf(context, slot)})`;
  const text = now === 'out' ? `${name} is out of stock in ${at}` : `${name} is running low in ${at}: ${stock.units} left`;
  tell(context, slot, { severity: now === 'out' ? 'urgent' : 'warning', text });
}

function tell(context: StepContext, slot: Slot, what: Pick<StaffAlert, 'severity' | 'text'>): void {
  const fixture = context.store.fixtures.get(slot.fixture);
  context.emit({
    kind: 'act.alert',
    alert: {
      id: context.nextId('a'),
      atMs: context.nowMs,
      ...what,
      ...(fixture !== undefined && { zone: fixture.zone, fixture: fixture.id }),
    },
  });
}

function placeOf(context: StepContext, slot: Slot): string {
  return context.store.fixtures.get(slot.fixture)?.name ?? slot.fixture;
}
