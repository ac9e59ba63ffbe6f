import type { StepContext } from './context.ts';
import type { Reply } from './effect.ts';
import type { VisitId } from './ids.ts';
import type { ConsentChoice, VisitOpened } from './input.ts';
import { interact } from './interact.ts';
import { endOffer } from './offers.ts';
import { HOUR_MS } from './units.ts';
import type { ConsentPurpose, Visit } from './visit.ts';
import { closeVisit, joinTag, moveToFixture, openVisit } from './visits.ts';

/** A code scanned at a fixture says where the shopper stands about this surely. */
const CODE_CONFIDENCE = 0.95;

/** The shop page was opened and its question answered. */
export function openFromPhone(context: StepContext, opened: VisitOpened): Reply {
  if (context.state.visits.has(opened.visit)) return { kind: 'done' };
  if (opened.tag !== undefined && !context.store.tags.has(opened.tag)) return { kind: 'unknown-tag' };
  const visit = openVisit(context, { id: opened.visit, origin: 'phone', tokenHash: opened.tokenHash });
  if (visit === undefined) return { kind: 'unknown-visit' };
  consent(context, visit, { consents: opened.consents, textVersion: opened.textVersion });
  if (opened.tag !== undefined) joinTag(context, visit, opened.tag);
  if (opened.fixture !== undefined) moveToFixture(context, visit, { fixture: opened.fixture, confidence: CODE_CONFIDENCE });
  return { kind: 'done' };
}

/** The shopper said where they stand. */
export function placeVisit(context: StepContext, asked: { readonly visit: VisitId; readonly fixture: string }): Reply {
  const visit = context.state.visits.get(asked.visit);
  if (visit === undefined) return { kind: 'unknown-visit' };
  moveToFixture(context, visit, { fixture: asked.fixture, confidence: CODE_CONFIDENCE });
  return { kind: 'done' };
}

/** The shopper scanned the code of a cart or basket. */
export function tagVisit(context: StepContext, asked: { readonly visit: VisitId; readonly tag: string }): Reply {
  const visit = context.state.visits.get(asked.visit);
  if (visit === undefined) return { kind: 'unknown-visit' };
  if (!context.store.tags.has(asked.tag)) return { kind: 'unknown-tag' };
  visit.lastSignAtMs = context.nowMs;
  joinTag(context, visit, asked.tag);
  return { kind: 'done' };
}

/** The shopper changed their mind, either way. Withdrawn consent takes its open offers with it, now. */
export function changeConsent(
  context: StepContext,
  asked: { readonly visit: VisitId; readonly consents: ConsentChoice; readonly textVersion: string },
): Reply {
  const visit = context.state.visits.get(asked.visit);
  if (visit === undefined) return { kind: 'unknown-visit' };
  visit.lastSignAtMs = context.nowMs;
  consent(context, visit, asked);
  if (!visit.consents.has('offers')) withdrawOffers(context, visit);
  return { kind: 'done' };
}

function consent(context: StepContext, visit: Visit, asked: { readonly consents: ConsentChoice; readonly textVersion: string }): void {
  const untilMs = context.nowMs + context.store.map.policy.consentTtlMs;
  for (const purpose of ['offers', 'measurement'] as const satisfies readonly ConsentPurpose[]) {
    const granted = asked.consents[purpose];
    if (granted === undefined || (!granted && !visit.consents.has(purpose))) continue;
    if (granted) visit.consents.set(purpose, { grantedAtMs: context.nowMs, untilMs });
    else visit.consents.delete(purpose);
    context.emit({
      kind: 'row.consent',
      consent: {
        visit: visit.id,
        purpose,
        granted,
        textVersion: asked.textVersion,
        atMs: context.nowMs,
        untilMs: granted ? untilMs : context.nowMs,
      },
    });
  }
}

function withdrawOffers(context: StepContext, visit: Visit): void {
  for (const id of visit.offers) {
    const record = context.state.offers.get(id);
    const state = record?.offer.state;
    if (record !== undefined && (state === 'open' || state === 'shown' || state === 'saved')) endOffer(context, record, 'withdrawn');
  }
}

/** The shopper scanned a product. */
export function scanProduct(context: StepContext, asked: { readonly visit: VisitId; readonly sku: string }): Reply {
  const visit = context.state.visits.get(asked.visit);
  if (visit === undefined) return { kind: 'unknown-visit' };
  if (!context.store.products.has(asked.sku)) return { kind: 'unknown-product' };
  interact(context, visit, { kind: 'scan', sku: asked.sku, slot: undefined, fixture: undefined, units: 1, confidence: 1 });
  return { kind: 'done' };
}

/** Erases a visit: offers end, rows and log entries go, and what stays (money, counts) no longer points at it. */
export function eraseVisit(context: StepContext, id: VisitId): Reply {
  const { state } = context;
  const visit = state.visits.get(id);
  if (visit === undefined) return { kind: 'unknown-visit' };
  withdrawOffers(context, visit);
  // Without a measurement consent no outcome is written: the erased visit leaves no trace of its own.
  visit.consents.clear();
  closeVisit(context, visit);
  for (const offer of visit.offers) {
    const record = state.offers.get(offer);
    if (record?.redeemed === undefined) state.offers.delete(offer);
    else state.offers.set(offer, { ...record, offer: { ...record.offer, visit: '', why: '' } });
  }
  for (const [receipt, owner] of state.receiptVisits) if (owner === id) state.receiptVisits.delete(receipt);
  for (const [request, asked] of state.awaited) if (asked.visit === id) state.awaited.delete(request);
  for (const cell of state.minute?.cells.values() ?? []) cell.visits.delete(id);
  context.emit({ kind: 'row.forget', visit: id });
  context.emit({
    kind: 'row.audit',
    entry: { atMs: context.nowMs, action: 'visit.erased', detail: 'A shopper erased everything held about a visit' },
  });
  return { kind: 'done' };
}

/** How long a closed offer is remembered, so that a till gets the right answer. */
export const CLOSED_OFFER_TTL_MS = HOUR_MS;
