import { staleSlotSince } from '../core/health/stale.ts';
import { stockState } from '../core/shelf/stock.ts';
import type { State } from '../core/state.ts';
import type { TimestampMs } from '../core/units.ts';
import type { Finding } from './problems.ts';

/** Empty slots named one by one; the rest are a number. */
const MOST_NAMED = 10;

/** Slots that staff were told are empty and still are; a low slot is worth a message to staff, not a problem of the store. */
export function stockFindings(state: Readonly<State>, nowMs: TimestampMs): readonly Finding[] {
  const { store, shelf } = state;
  if (store === undefined) return [];
  const empty = store.map.slots.filter((slot) => {
    const stock = shelf.stocks.get(slot.id);
    // What a silent sensor last said is no problem of the shelf: its silence is one already.
    return stock?.told === 'out' && stockState(stock, slot) === 'out' && staleSlotSince(state, slot.id, nowMs) === undefined;
  });
  const named = empty.slice(0, MOST_NAMED).map((slot): Finding => {
    const product = store.products.get(slot.sku)?.name ?? slot.sku;
    const fixture = store.fixtures.get(slot.fixture)?.name ?? slot.fixture;
    return {
      id: `stock:${slot.id}`,
      severity: 'warning',
      sentence: `${product} is out of stock in slot ${slot.id} (${fixture})`,
      hint: 'Refill the slot; where the product has no other slot it is not offered until then',
    };
  });
  if (empty.length <= MOST_NAMED) return named;
  const more: Finding = {
    id: 'stock',
    severity: 'warning',
    sentence: `${empty.length - MOST_NAMED} more slots are empty`,
    hint: 'See the fixtures on the plan',
  };
  return [...named, more];
}
