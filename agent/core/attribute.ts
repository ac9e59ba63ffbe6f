import { noteBasket } from './baskets/note-basket.ts';
import type { StepContext } from './context.ts';
import type { SaleRow } from './effect.ts';
import type { DeviceId, OfferId } from './ids.ts';
import { redeem } from './offers.ts';
import { noteBought } from './policy/outcomes.ts';
import type { PosSale } from './reading.ts';
import { noteSold } from './shelf/taken.ts';
import { putBounded, STATE_LIMITS } from './state.ts';
import { count } from './tally.ts';
import type { Cents } from './units.ts';
import type { Visit } from './visit.ts';

/**
 * Counts a sale once, redeems the codes it carries, links it to a visit where that is known and allowed, and credits offers shown
 * inside the attribution window for the products they were for.
 */
export function recordSale(
  context: StepContext,
  sale: { readonly pos: PosSale; readonly till: DeviceId; readonly offers: readonly OfferId[] },
): void {
  const { state, nowMs } = context;
  const { pos, till } = sale;
  // Many tills begin their receipt numbers again every day.
  const key = `${state.today.day}|${till}|${pos.receipt}`;
  if (state.receipts.has(key)) return;
  putBounded(state.receipts, key, nowMs, STATE_LIMITS.receipts);
  for (const offer of sale.offers) redeem(context, { offer, receipt: pos.receipt, till });
  for (const line of pos.lines) if (line.quantity > 0) noteSold(state.shelf, line.sku, line.quantity);
  const link = linkToVisit(context, sale);
  noteBasket(context, pos, link.visit);
  const zone = link.visit?.place?.zone;
  const totalCents = pos.lines.reduce((sum, line) => sum + line.cents, 0);
  state.today.salesCents += totalCents;
  count(context, 'sales', undefined);
  count(context, 'salesCents', undefined, totalCents);
  if (link.visit !== undefined) {
    creditVisit(context, link.visit, { pos, isNamed: link.how !== 'code' });
    const attributedCents = attributedTo(context, link.visit, pos);
    state.today.attributedSalesCents += attributedCents;
    if (attributedCents > 0) count(context, 'attributedSalesCents', zone, attributedCents);
  }
  context.emit({
    kind: 'row.sale',
    sale: { receipt: pos.receipt, till, atMs: nowMs, lines: pos.lines, totalCents, visit: link.visit?.id, link: link.how },
  });
}

/**
 * A redeemed code names its visit; a tag or visit id at the till does too, for a phone's visit only with its consent to measurement. Where both
 * say the same, the till's word is written down: the holdout can have that too.
 */
function linkToVisit(
  context: StepContext,
  sale: { readonly pos: PosSale; readonly offers: readonly OfferId[] },
): { readonly visit: Visit | undefined; readonly how: SaleRow['link'] } {
  const named = namedByTill(context, sale.pos);
  const redeemer = redeemerOf(context, sale);
  if (redeemer !== undefined && redeemer !== named.visit) return { visit: redeemer, how: 'code' };
  return named;
}

function redeemerOf(context: StepContext, sale: { readonly pos: PosSale; readonly offers: readonly OfferId[] }): Visit | undefined {
  const { state } = context;
  for (const id of sale.offers) {
    const record = state.offers.get(id);
    const visit = record?.redeemed?.receipt === sale.pos.receipt ? state.visits.get(record.offer.visit) : undefined;
    if (visit !== undefined) return visit;
  }
  return receiptVisit(context, sale.pos.receipt);
}

function receiptVisit(context: StepContext, receipt: string): Visit | undefined {
  const visit = context.state.receiptVisits.get(receipt);
  return visit === undefined ? undefined : context.state.visits.get(visit);
}

/** The visit that the till itself named, whatever codes were redeemed: by its id, with consent, or by its tag. */
function namedByTill({ state }: StepContext, pos: PosSale): { readonly visit: Visit | undefined; readonly how: SaleRow['link'] } {
  const nobody = { visit: undefined, how: undefined };
  if (pos.visit === undefined) return nobody;
  const named = state.visits.get(pos.visit);
  if (named !== undefined) return named.consents.has('measurement') ? { visit: named, how: 'visit' } : nobody;
  const tagged = state.visits.get(state.tags.get(pos.visit)?.visit ?? '');
  if (tagged === undefined || (tagged.origin === 'phone' && !tagged.consents.has('measurement'))) return nobody;
  return { visit: tagged, how: 'tag' };
}

/**
 * A sale that is linked by a redeemed code alone is money, but no evidence: the holdout has no codes, and counting it would make offers look
 * better than they are.
 */
function creditVisit(context: StepContext, visit: Visit, { pos, isNamed }: { readonly pos: PosSale; readonly isNamed: boolean }): void {
  visit.lastSignAtMs = context.nowMs;
  visit.soldAtMs = context.nowMs;
  for (const line of pos.lines) {
    visit.salesCents += line.cents;
    // What was paid already has the discount taken off, so this is margin after discounts. A product the store does not know has no known cost.
    const cost = context.store.products.get(line.sku)?.costCents;
    if (cost !== undefined) visit.marginCents += line.cents - cost * line.quantity;
    if (!isNamed) continue;
    visit.namedSalesCents = (visit.namedSalesCents ?? 0) + line.cents;
    if (cost !== undefined) visit.namedMarginCents = (visit.namedMarginCents ?? 0) + line.cents - cost * line.quantity;
  }
  if (isNamed) noteBought(context, visit, pos.lines);
}

function attributedTo(context: StepContext, visit: Visit, pos: PosSale): Cents {
  const { attributionWindowMs } = context.store.map.policy;
  const offered = new Set<string>();
  for (const id of visit.offers) {
    const record = context.state.offers.get(id);
    if (record?.shownAtMs !== undefined && context.nowMs - record.shownAtMs <= attributionWindowMs) offered.add(record.offer.sku);
  }
  return pos.lines.reduce((sum, line) => sum + (offered.has(line.sku) ? line.cents : 0), 0);
}
