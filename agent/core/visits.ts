import { releaseSeats } from './cameras/release-seats.ts';
import type { StepContext } from './context.ts';
import { unitHash } from './hash.ts';
import type { FixtureId, OfferId, TagId, VisitId, ZoneId } from './ids.ts';
import { countMemberVisit } from './journeys/members.ts';
import { remember } from './journeys/memory.ts';
import { placeOf } from './place.ts';
import { settleVisit } from './policy/outcomes.ts';
import { isMeasured } from './restraint/childrens-zones.ts';
import { leaveGroup, noteMove } from './restraint/groups.ts';
import { isStaffTag, takeForStaff } from './restraint/staff.ts';
import { newTagTrack, STATE_LIMITS } from './state.ts';
import { count, countVisit } from './tally.ts';
import { MINUTE_MS, type TimestampMs } from './units.ts';
import type { Visit } from './visit.ts';

/** After a sale the shopper leaves: the visit ends this much later unless something happens. */
const AFTER_SALE_MS = 2 * MINUTE_MS;
/** Longest silence that is believed to have been spent in one place. */
const MAX_DWELL_STEP_MS = 5 * MINUTE_MS;
/** Somebody whom only cameras know is gone soon after they are out of view: whoever comes next is somebody else. */
const OUT_OF_VIEW_MS = MINUTE_MS;

/** Opens a visit; its arm is fixed here, for good. Returns undefined when the store is full of visits (counted by the caller as refused). */
export function openVisit(
  context: StepContext,
  opening: { readonly id: VisitId; readonly origin: 'phone' | 'tag' | 'camera'; readonly tag?: TagId; readonly tokenHash?: string },
): Visit | undefined {
  const { state, store, nowMs } = context;
  if (state.visits.size >= STATE_LIMITS.visits) return undefined;
  const { holdoutShare, holdoutSeed } = store.map.policy;
  const visit: Visit = {
    id: opening.id,
    openedAtMs: nowMs,
    origin: opening.origin,
    lastSignAtMs: nowMs,
    tag: undefined,
    arm: unitHash(`${holdoutSeed}|${opening.id}`) < holdoutShare ? 'holdout' : 'treated',
    consents: new Map(),
    place: undefined,
    zoneChanges: 0,
    dwellMs: new Map(),
    interactions: [],
    interest: new Map(),
    offers: [],
    offersByCampaign: new Map(),
    lastOfferAtMs: undefined,
    dismissals: 0,
    eligibleAtMs: undefined,
    funnelStep: -1,
    lastHolds: new Map(),
    lastScoredAtMs: undefined,
    dwellCountedAtMs: nowMs,
    dwelt: new Set(),
    salesCents: 0,
    marginCents: 0,
    discountCents: 0,
    soldAtMs: undefined,
  };
  state.visits.set(visit.id, visit);
  context.emit({
    kind: 'row.visit',
    visit: { id: visit.id, openedAtMs: nowMs, closedAtMs: undefined, origin: visit.origin, arm: visit.arm, tokenHash: opening.tokenHash },
  });
  reachStep(context, visit, 0);
  if (opening.tag !== undefined) joinTag(context, visit, opening.tag);
  count(context, 'visitsOpened', visit.place?.zone);
  return visit;
}

/**
 * Joins a store-owned tag to a visit. What an anonymous visit did with the tag so far becomes this visit's, because the shopper
 * who scanned the cart's code is the one who pushed it; the anonymous visit ends without an outcome.
 */
export function joinTag(context: StepContext, visit: Visit, tag: TagId): void {
  const { state } = context;
  const track = state.tags.get(tag) ?? newTagTrack();
  state.tags.set(tag, track);
  const former = track.visit === undefined ? undefined : state.visits.get(track.visit);
  if (visit.tag !== undefined && visit.tag !== tag) releaseTag(context, visit);
  track.visit = visit.id;
  visit.tag = tag;
  if (isStaffTag(context, tag)) takeForStaff(context, visit, context.store.staffTags.has(tag) ? 'tag' : 'hours');
  if (former !== undefined && former.id !== visit.id) {
    if (former.origin !== 'phone') adopt(visit, former);
    former.tag = undefined;
    closeVisit(context, former);
  }
  if (track.place !== undefined) moveTo(context, visit, track.place);
}

/** Gives what an anonymous visit did so far to the visit that it turns out to be. */
export function adopt(visit: Visit, former: Visit): void {
  visit.interactions.push(...former.interactions);
  for (const [sku, interest] of former.interest) if (!visit.interest.has(sku)) visit.interest.set(sku, interest);
  for (const [zone, dwellMs] of former.dwellMs) visit.dwellMs.set(zone, (visit.dwellMs.get(zone) ?? 0) + dwellMs);
  visit.zoneChanges += former.zoneChanges;
  visit.funnelStep = Math.max(visit.funnelStep, former.funnelStep);
}

/** Puts a visit somewhere, adding up the dwell of where it was. */
export function moveTo(context: StepContext, visit: Visit, place: NonNullable<Visit['place']>): void {
  addDwell(context, visit);
  const before = visit.place;
  if (before === undefined || before.zone !== place.zone) {
    if (before !== undefined) {
      visit.zoneChanges++;
      noteMove(context, visit, { from: before.zone, to: place.zone });
    }
    if (isCounted(context, visit, place.zone)) zoneToday(context, place.zone).visits++;
  }
  const sameFixture = before !== undefined && before.zone === place.zone && before.fixture === place.fixture;
  visit.place = sameFixture ? { ...place, sinceMs: before.sinceMs } : place;
  visit.lastSignAtMs = context.nowMs;
  countVisit(context, place.zone, visit.id);
}

/** Says that a visit is out of the store, where a door can tell: what happens at a shelf is not its doing. It ends when nothing more is heard. */
export function leaveStore(context: StepContext, visit: Visit): void {
  addDwell(context, visit);
  visit.place = undefined;
}

/** The zones that a visit may be in: where only radio says where it is, all that the scanners cannot tell from the one it is said to be in. */
export function possibleZones(context: StepContext, { place }: Readonly<Visit>): readonly ZoneId[] {
  if (place === undefined) return [];
  const group = place.fixture === undefined ? context.store.zoneGroups.get(place.zone) : undefined;
  return group?.zones ?? [place.zone];
}

/** Says that a visit is at a fixture: the shopper's own act (a shelf code, a scan) or a shelf event that was assigned to it. */
export function moveToFixture(context: StepContext, visit: Visit, at: { readonly fixture: FixtureId; readonly confidence: number }): void {
  const place = placeOf(context, at);
  if (place !== undefined) moveTo(context, visit, place);
}

/** Adds the time since the last look to the present zone, and to the products of the present fixture. */
export function addDwell(context: StepContext, visit: Visit): void {
  const place = visit.place;
  const spentMs = Math.min(context.nowMs - visit.dwellCountedAtMs, MAX_DWELL_STEP_MS);
  visit.dwellCountedAtMs = context.nowMs;
  if (place === undefined || spentMs <= 0 || !isCounted(context, visit, place.zone)) return;
  visit.dwellMs.set(place.zone, (visit.dwellMs.get(place.zone) ?? 0) + spentMs);
  zoneToday(context, place.zone).dwellMs += spentMs;
  count(context, 'dwellMs', place.zone, spentMs);
  if (place.fixture === undefined) return;
  for (const slot of context.store.slotsByFixture.get(place.fixture) ?? []) {
    const interest = visit.interest.get(slot.sku);
    if (interest !== undefined) interest.dwellMs += spentMs;
  }
}

/** Staff is in no figure, and where children play nothing is measured. */
function isCounted(context: StepContext, visit: Visit, zone: ZoneId): boolean {
  return visit.staff === undefined && isMeasured(context.store, zone);
}

/** Records that a visit reached a step of the funnel, once. */
export function reachStep(context: StepContext, visit: Visit, step: 0 | 1 | 2 | 3 | 4 | 5): void {
  if (visit.staff !== undefined) return;
  while (visit.funnelStep < step) {
    visit.funnelStep++;
    const index = visit.funnelStep as 0 | 1 | 2 | 3 | 4 | 5;
    context.state.today.funnel[index]++;
  }
}

/** When a visit ends if nothing more happens: idle time, but not before its last usable offer expires. */
export function closesAtMs(context: StepContext, visit: Visit): TimestampMs {
  const usualMs = visit.origin === 'camera' ? OUT_OF_VIEW_MS : context.store.map.policy.visitIdleMs;
  const idleAtMs = visit.lastSignAtMs + (visit.soldAtMs === undefined ? usualMs : AFTER_SALE_MS);
  return Math.max(idleAtMs, ...visit.offers.map((id) => usableUntilMs(context, id)));
}

function usableUntilMs(context: StepContext, id: OfferId): TimestampMs {
  const record = context.state.offers.get(id);
  if (record === undefined) return 0;
  return record.offer.state === 'shown' || record.offer.state === 'saved' || record.offer.state === 'open' ? record.offer.expiresAtMs : 0;
}

/** Ends a visit: its outcome is written if it counts for lift, and nothing that could name it stays in memory. */
export function closeVisit(context: StepContext, visit: Visit): void {
  const { state, nowMs } = context;
  addDwell(context, visit);
  releaseTag(context, visit);
  releaseSeats(context, visit.id);
  leaveGroup(context, visit);
  remember(context, visit);
  countMemberVisit(context, visit);
  state.visits.delete(visit.id);
  context.emit({
    kind: 'row.visit',
    visit: {
      id: visit.id,
      openedAtMs: visit.openedAtMs,
      closedAtMs: nowMs,
      origin: visit.origin,
      arm: visit.arm,
      tokenHash: undefined,
      ended: {
        sawCheckout: [...visit.dwellMs.keys()].some((zone) => context.store.zones.get(zone)?.kind === 'checkout'),
        salesCents: visit.namedSalesCents ?? 0,
        marginCents: visit.namedMarginCents ?? 0,
      },
    },
  });
  settleVisit(context, visit);
  // Both arms are measured alike: only visits whose purchase may be linked, from the moment an offer would have been made.
  if (visit.staff === undefined && visit.eligibleAtMs !== undefined && visit.consents.has('measurement')) {
    context.emit({
      kind: 'row.outcome',
      outcome: {
        atMs: nowMs,
        arm: visit.arm,
        campaign: visit.eligibleFor,
        converted: (visit.namedSalesCents ?? 0) > 0,
        salesCents: visit.namedSalesCents ?? 0,
        profitCents: visit.namedMarginCents ?? 0,
        discountCents: visit.discountCents,
        ...(visit.touches === undefined ? {} : { touches: visit.touches.map(({ channel, atMs }) => ({ channel, agoMs: nowMs - atMs })) }),
      },
    });
  }
  context.emit({ kind: 'act.visit-closed', visit: visit.id });
}

function releaseTag(context: StepContext, visit: Visit): void {
  if (visit.tag === undefined) return;
  const track = context.state.tags.get(visit.tag);
  if (track?.visit === visit.id) track.visit = undefined;
  visit.tag = undefined;
}

function zoneToday(context: StepContext, zone: ZoneId): { visits: number; dwellMs: number; offers: number } {
  const { zones } = context.state.today;
  let found = zones.get(zone);
  if (found === undefined) {
    found = { visits: 0, dwellMs: 0, offers: 0 };
    zones.set(zone, found);
  }
  return found;
}
