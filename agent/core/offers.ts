import { commitSpend, release } from './budget.ts';
import type { StepContext } from './context.ts';
import type { OfferState } from './decision.ts';
import type { Reply } from './effect.ts';
import type { OfferId, VisitId } from './ids.ts';
import { type OfferRecord, putBounded, STATE_LIMITS } from './state.ts';
import { count } from './tally.ts';
import { touch } from './touch.ts';
import { reachStep } from './visits.ts';

/** What the phone said about an offer. */
export function receiveReceipt(
  context: StepContext,
  receipt: { readonly visit: VisitId; readonly offer: OfferId; readonly state: 'shown' | 'dismissed' | 'saved' },
): Reply {
  const record = context.state.offers.get(receipt.offer);
  if (record === undefined || record.offer.visit !== receipt.visit) return { kind: 'unknown-offer' };
  const visit = context.state.visits.get(receipt.visit);
  if (visit === undefined) return { kind: 'unknown-visit' };
  visit.lastSignAtMs = context.nowMs;
  const { offer } = record;
  if (offer.state === receipt.state || (offer.state === 'saved' && receipt.state === 'shown')) return { kind: 'done' };
  if (offer.state !== 'open' && offer.state !== 'shown' && offer.state !== 'saved') return { kind: 'offer-closed', state: offer.state };
  if (record.shownAtMs === undefined) {
    record.shownAtMs = context.nowMs;
    touch(visit, 'phone', context.nowMs);
    reachStep(context, visit, 4);
    count(context, 'shown', visit.place?.zone);
  }
  if (receipt.state === 'dismissed') {
    visit.dismissals++;
    count(context, 'dismissed', visit.place?.zone);
    endOffer(context, record, 'dismissed');
  } else setState(context, record, receipt.state);
  return { kind: 'done' };
}

/** A till asks for an offer's discount. The same receipt may ask again; another one may not. */
export function redeem(context: StepContext, asked: { readonly offer: OfferId; readonly receipt: string; readonly till: string }): Reply {
  const record = context.state.offers.get(asked.offer);
  if (record === undefined) return { kind: 'unknown-offer' };
  const { offer } = record;
  if (record.redeemed !== undefined) {
    if (record.redeemed.receipt === asked.receipt) return redeemed(record, asked.receipt, true);
    return { kind: 'already-redeemed', offer: offer.id, atMs: record.redeemed.atMs };
  }
  if (offer.state !== 'open' && offer.state !== 'shown' && offer.state !== 'saved') return { kind: 'offer-closed', state: offer.state };
  if (context.nowMs >= offer.expiresAtMs) {
    endOffer(context, record, 'expired');
    return { kind: 'offer-closed', state: 'expired' };
  }
  settleRedemption(context, record, asked);
  return redeemed(record, asked.receipt, false);
}

function settleRedemption(context: StepContext, record: OfferRecord, asked: { readonly receipt: string; readonly till: string }): void {
  const { state, nowMs } = context;
  const { offer } = record;
  record.redeemed = { receipt: asked.receipt, atMs: nowMs };
  offer.state = 'redeemed';
  const campaign = context.store.campaigns.find(({ id }) => id === offer.campaign);
  if (campaign !== undefined) commitSpend(context, campaign, offer.discountCents);
  const visit = state.visits.get(offer.visit);
  if (visit !== undefined) {
    visit.lastSignAtMs = nowMs;
    putBounded(state.receiptVisits, asked.receipt, visit.id, STATE_LIMITS.receipts);
    visit.discountCents += offer.discountCents;
    // Who redeems has seen it, whether or not the phone managed to say so.
    if (record.shownAtMs === undefined) {
      touch(visit, 'phone', nowMs);
      count(context, 'shown', visit.place?.zone);
    }
    reachStep(context, visit, 5);
  }
  record.shownAtMs ??= nowMs;
  state.today.redemptions++;
  state.today.discountCents += offer.discountCents;
  const today = state.today.campaigns.get(offer.campaign) ?? { offers: 0, redeemed: 0 };
  today.redeemed++;
  state.today.campaigns.set(offer.campaign, today);
  count(context, 'redeemed', visit?.place?.zone);
  count(context, 'discountCents', visit?.place?.zone, offer.discountCents);
  context.emit({
    kind: 'row.redemption',
    redemption: {
      offer: offer.id,
      receipt: asked.receipt,
      till: asked.till,
      campaign: offer.campaign,
      discountCents: offer.discountCents,
      atMs: nowMs,
    },
  });
  context.emit({ kind: 'row.offer-state', offer: offer.id, state: 'redeemed', atMs: nowMs });
  context.emit({ kind: 'act.withdraw', offer: offer.id, visit: offer.visit, state: 'redeemed' });
}

/** Ends an unused offer: its budget is free again and the phone takes it off the screen. */
export function endOffer(
  context: StepContext,
  record: OfferRecord,
  state: Extract<OfferState, 'dismissed' | 'withdrawn' | 'expired'>,
): void {
  const { offer } = record;
  const campaign = context.store.campaigns.find(({ id }) => id === offer.campaign);
  if (campaign !== undefined) release(context, campaign, offer.discountCents);
  setState(context, record, state);
  context.emit({ kind: 'act.withdraw', offer: offer.id, visit: offer.visit, state });
}

function setState(context: StepContext, record: OfferRecord, state: OfferState): void {
  record.offer.state = state;
  context.emit({ kind: 'row.offer-state', offer: record.offer.id, state, atMs: context.nowMs });
}

function redeemed(record: OfferRecord, receipt: string, repeated: boolean): Reply {
  const { id, sku, discountCents } = record.offer;
  return { kind: 'redeemed', offer: id, sku, discountCents, receipt, repeated };
}
