import type { StepContext } from './context.ts';
import { clearDisplays } from './display.ts';
import { isRoundDue } from './health/round.ts';
import { interact } from './interact.ts';
import { dropOldMembers, memberDueAtMs } from './journeys/members.ts';
import { dropOldMemories, memoryDueAtMs } from './journeys/memory.ts';
import { endOffer } from './offers.ts';
import { settleTouches } from './shelf/feel.ts';
import { isShelfDue, settleShelf } from './shelf/staff.ts';
import { CLOSED_OFFER_TTL_MS } from './shop.ts';
import type { OfferRecord, State } from './state.ts';
import { emptyDay } from './state.ts';
import { emitSilence, isSilent } from './tally.ts';
import { MINUTE_MS, SECOND_MS, type TimestampMs } from './units.ts';
import type { Visit } from './visit.ts';
import { closesAtMs, closeVisit } from './visits.ts';

/** Standing at one fixture this long is interest. */
const LONG_DWELL_MS = 30 * SECOND_MS;
/** A fixture nobody confirmed for this long is no longer where the visit stands. */
const DWELL_BELIEF_MS = 90 * SECOND_MS;

/**
 * Whether time alone has made something happen: only then is a tick worth a row in the log.
 * Must agree with `settleDue`: a tick that is not due changes nothing.
 */
export function isDue(state: State, nowMs: TimestampMs): boolean {
  const { store } = state;
  if (store === undefined) return false;
  if (state.minute !== undefined && nowMs >= state.minute.startMs + MINUTE_MS) return true;
  if (isRoundDue(state, nowMs)) return true;
  if (Math.min(memoryDueAtMs(state.memories) ?? Infinity, memberDueAtMs(state.members) ?? Infinity) <= nowMs) return true;
  if (isSilent(state, nowMs) || isShelfDue(state.shelf, nowMs)) return true;
  for (const shown of state.displays.values()) if (shown.untilMs <= nowMs) return true;
  for (const record of state.offers.values()) if (offerDueAtMs(record) <= nowMs) return true;
  const context = lookOnly(state, nowMs);
  for (const visit of state.visits.values()) if (closesAtMs(context, visit) <= nowMs || dwellsLong(visit, nowMs)) return true;
  return false;
}

/** Does everything that time has made due, each thing once. */
export function settleDue(context: StepContext): void {
  const { state, nowMs } = context;
  clearDisplays(context, 'due');
  emitSilence(context);
  settleShelf(context);
  settleTouches(context);
  dropOldMemories(context);
  dropOldMembers(context);
  for (const [id, record] of state.offers) settleOffer(context, { id, record });
  for (const visit of [...state.visits.values()]) {
    if (closesAtMs(context, visit) <= nowMs) closeVisit(context, visit);
    else if (dwellsLong(visit, nowMs)) noticeDwell(context, visit);
  }
}

/** Starts a new local day when one has begun; called before every input, so that nothing is counted for the wrong day. */
export function turnDay(context: StepContext): void {
  const day = newDay(context.state, context.nowMs);
  if (day === undefined) return;
  context.state.today = emptyDay(day);
  for (const device of context.state.devices.values()) device.messagesToday = 0;
}

/** The new local day if it differs from the running one. Reading a zone's calendar is slow, so it is done once a minute at most. */
function newDay(state: State, nowMs: TimestampMs): string | undefined {
  const minute = Math.floor(nowMs / MINUTE_MS);
  if (state.today.day !== '' && state.today.checkedMinute === minute) return undefined;
  state.today.checkedMinute = minute;
  const day = state.store?.time.dayKey(nowMs);
  return day === state.today.day ? undefined : day;
}

function offerDueAtMs(record: OfferRecord): TimestampMs {
  const { offer } = record;
  switch (offer.state) {
    case 'open':
      return Math.min(offer.confirmByMs, offer.expiresAtMs);
    case 'shown':
    case 'saved':
      return offer.expiresAtMs;
    case 'dismissed':
    case 'withdrawn':
    case 'expired':
    case 'redeemed':
      return offer.expiresAtMs + CLOSED_OFFER_TTL_MS;
  }
}

function settleOffer(context: StepContext, due: { readonly id: string; readonly record: OfferRecord }): void {
  const { record } = due;
  if (offerDueAtMs(record) > context.nowMs) return;
  switch (record.offer.state) {
    case 'open':
      // Nobody confirmed that it was shown: the money is free for somebody else.
      return endOffer(context, record, 'withdrawn');
    case 'shown':
    case 'saved':
      return endOffer(context, record, 'expired');
    case 'dismissed':
    case 'withdrawn':
    case 'expired':
    case 'redeemed':
      context.state.offers.delete(due.id);
  }
}

function dwellsLong(visit: Visit, nowMs: TimestampMs): boolean {
  const { place } = visit;
  if (place?.fixture === undefined || visit.dwelt.has(place.fixture)) return false;
  return nowMs - place.sinceMs >= LONG_DWELL_MS && nowMs - place.seenAtMs <= DWELL_BELIEF_MS;
}

function noticeDwell(context: StepContext, visit: Visit): void {
  const place = visit.place;
  if (place?.fixture === undefined) return;
  visit.dwelt.add(place.fixture);
  const slots = context.store.slotsByFixture.get(place.fixture) ?? [];
  // What was touched here last; otherwise a product that a campaign could speak for.
  const touched = [...visit.interest.keys()].reverse().find((sku) => slots.some((slot) => slot.sku === sku));
  const covered = slots.find((slot) => {
    const product = context.store.products.get(slot.sku);
    return product !== undefined && context.store.campaignsFor(product).length > 0;
  });
  const sku = touched ?? covered?.sku ?? slots[0]?.sku;
  if (sku === undefined) return;
  interact(context, visit, { kind: 'dwell', sku, slot: undefined, fixture: place.fixture, units: 1, confidence: place.confidence });
}

/** `closesAtMs` only reads; this lends it a context whose effects go nowhere because there are none. */
function lookOnly(state: State, nowMs: TimestampMs): StepContext {
  const { store } = state;
  if (store === undefined) throw new Error('Cannot look at a store that is not configured');
  return { state, store, nowMs, seq: 0, emit: () => undefined, nextId: () => '' };
}
