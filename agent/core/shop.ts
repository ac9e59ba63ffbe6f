import { joinSeat } from './cameras/join-seat.ts';
import { consentFor } from './consent.ts';
import type { StepContext } from './context.ts';
import type { Reply } from './effect.ts';
import type { VisitId } from './ids.ts';
import type { ConsentChoice, RecognitionKeys, VisitOpened } from './input.ts';
import { interact } from './interact.ts';
import { MEMBER_TTL_MS } from './journeys/members.ts';
import { REMEMBER_MS } from './journeys/memory.ts';
import { followUp, forgetRecognised, recognise } from './journeys/recognise.ts';
import { endOffer } from './offers.ts';
import { newTagTrack } from './state.ts';
import { type DurationMs, HOUR_MS } from './units.ts';
import { CONSENT_PURPOSES, type ConsentPurpose, type Visit } from './visit.ts';
import { closeVisit, joinTag, leaveStore, moveToFixture, openVisit } from './visits.ts';

/** A code scanned at a fixture says where the shopper stands about this surely. */
const CODE_CONFIDENCE = 0.95;

/** The shop page was opened and its question answered. */
export function openFromPhone(context: StepContext, opened: VisitOpened): Reply {
  if (context.state.visits.has(opened.visit)) return { kind: 'done' };
  if (opened.tag !== undefined && !context.store.tags.has(opened.tag)) return { kind: 'unknown-tag' };
  const visit = openVisit(context, { id: opened.visit, origin: 'phone', tokenHash: opened.tokenHash });
  if (visit === undefined) return { kind: 'unknown-visit' };
  if (opened.language !== undefined) visit.language = opened.language;
  consent(context, visit, opened);
  if (opened.tag !== undefined) joinTag(context, visit, opened.tag);
  if (opened.fixture !== undefined) moveToFixture(context, visit, { fixture: opened.fixture, confidence: CODE_CONFIDENCE });
  joinSeat(context, visit);
  followUp(context, visit);
  return { kind: 'done' };
}

/** The shopper said where they stand. */
export function placeVisit(context: StepContext, asked: { readonly visit: VisitId; readonly fixture: string }): Reply {
  const visit = context.state.visits.get(asked.visit);
  if (visit === undefined) return { kind: 'unknown-visit' };
  moveToFixture(context, visit, { fixture: asked.fixture, confidence: CODE_CONFIDENCE });
  joinSeat(context, visit);
  return { kind: 'done' };
}

/** The shopper scanned the code of a cart or basket. */
export function tagVisit(context: StepContext, asked: { readonly visit: VisitId; readonly tag: string }): Reply {
  const visit = context.state.visits.get(asked.visit);
  if (visit === undefined) return { kind: 'unknown-visit' };
  if (!context.store.tags.has(asked.tag)) return { kind: 'unknown-tag' };
  visit.lastSignAtMs = context.nowMs;
  joinTag(context, visit, asked.tag);
  joinSeat(context, visit);
  return { kind: 'done' };
}

/** The shopper's app begins or ends to broadcast. */
export function broadcastVisit(context: StepContext, asked: { readonly visit: VisitId; readonly on: boolean }): Reply {
  const visit = context.state.visits.get(asked.visit);
  if (visit === undefined) return { kind: 'unknown-visit' };
  visit.lastSignAtMs = context.nowMs;
  broadcast(context, visit, asked.on);
  return { kind: 'done' };
}

/** Being followed is part of being offered something: without that consent nobody is. */
function broadcast(context: StepContext, visit: Visit, on: boolean): void {
  if (!on || consentFor(visit, 'offers', context.nowMs) === undefined) {
    const isOnlyByPhone = visit.phone?.place !== undefined && visit.tag === undefined && visit.place?.fixture === undefined;
    visit.phone = undefined;
    if (isOnlyByPhone) leaveStore(context, visit);
  } else visit.phone ??= newTagTrack();
}

/** The shopper changed their mind, either way. Withdrawn consent takes its open offers with it, now. */
export function changeConsent(context: StepContext, asked: ConsentAsked & { readonly visit: VisitId }): Reply {
  const visit = context.state.visits.get(asked.visit);
  if (visit === undefined) return { kind: 'unknown-visit' };
  visit.lastSignAtMs = context.nowMs;
  consent(context, visit, asked);
  if (!visit.consents.has('offers')) {
    if (visit.offers.length > 0) visit.optedOut = true;
    withdrawOffers(context, visit);
    broadcast(context, visit, false);
  }
  followUp(context, visit);
  return { kind: 'done' };
}

interface ConsentAsked extends RecognitionKeys {
  readonly consents: ConsentChoice;
  readonly textVersion: string;
}

function consent(context: StepContext, visit: Visit, asked: ConsentAsked): void {
  for (const purpose of CONSENT_PURPOSES) {
    const untilMs = context.nowMs + lastsMs(context, purpose);
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
  recognise(context, visit, asked);
}

/** Being known again outlasts the visit, each as long as what is kept. */
function lastsMs(context: StepContext, purpose: ConsentPurpose): DurationMs {
  switch (purpose) {
    case 'offers':
    case 'measurement':
      return context.store.map.policy.consentTtlMs;
    case 'remember':
      return REMEMBER_MS;
    case 'member':
      return MEMBER_TTL_MS;
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

/**
 * Erases a visit, and the earlier ones that a remembered phone or a loyalty number ties to it: offers end, rows and log entries go, and what
 * stays (money, counts) no longer points at them.
 */
export function eraseVisit(context: StepContext, id: VisitId): Reply {
  const visit = context.state.visits.get(id);
  if (visit === undefined) return { kind: 'unknown-visit' };
  const earlier = forgetRecognised(context, visit);
  for (const one of [id, ...earlier]) forget(context, one);
  context.emit({
    kind: 'row.audit',
    entry: { atMs: context.nowMs, action: 'visit.erased', detail: 'A shopper erased everything held about a visit' },
  });
  return { kind: 'done' };
}

function forget(context: StepContext, id: VisitId): void {
  const { state } = context;
  const visit = state.visits.get(id);
  if (visit !== undefined) {
    withdrawOffers(context, visit);
    // Without a measurement consent no outcome is written: the erased visit leaves no trace of its own.
    visit.consents.clear();
    closeVisit(context, visit);
  }
  for (const [offer, record] of state.offers) {
    if (record.offer.visit !== id) continue;
    if (record.redeemed === undefined) state.offers.delete(offer);
    else state.offers.set(offer, { ...record, offer: { ...record.offer, visit: '', why: '' } });
  }
  for (const [receipt, owner] of state.receiptVisits) if (owner === id) state.receiptVisits.delete(receipt);
  for (const [request, asked] of state.awaited) if (asked.visit === id) state.awaited.delete(request);
  for (const cell of state.minute?.cells.values() ?? []) cell.visits.delete(id);
  context.emit({ kind: 'row.forget', visit: id });
}

/** How long a closed offer is remembered, so that a till gets the right answer. */
export const CLOSED_OFFER_TTL_MS = HOUR_MS;
