import type { CompiledStore } from '../core/compiled-store.ts';
import { HOLD_REASONS, type HoldReason } from '../core/decision.ts';
import { stalePeopleSince, staleSlotSince } from '../core/health/stale.ts';
import { stageOf } from '../core/journeys/stage.ts';
import { type ArmSums, measureLift } from '../core/lift.ts';
import type { CloudOverview, FunnelStep, Problem, SlotOverview, StoreOverview, ZoneOverview } from '../core/overview.ts';
import { stockState } from '../core/shelf/stock.ts';
import type { State } from '../core/state.ts';
import type { Campaign, PlacedDevice, Slot } from '../core/store-map.ts';
import type { TimestampMs } from '../core/units.ts';
import type { Counters } from './counters.ts';
import { deviceOverview } from './device-overview.ts';

/** What the overview is made of besides state. */
export interface OverviewSources {
  readonly state: Readonly<State>;
  readonly nowMs: TimestampMs;
  readonly version: string;
  readonly problems: readonly Problem[];
  readonly outcomes: { readonly treated: ArmSums; readonly holdout: ArmSums };
  readonly cloud: CloudOverview;
  readonly model: StoreOverview['model'];
  readonly disk: StoreOverview['disk'];
  readonly counters: Counters;
  readonly perSecond: number;
  readonly series: StoreOverview['series'];
  readonly recent: StoreOverview['recent'];
  readonly shopUrl: string;
}

/** Plain words for each reason to hold. */
export const HOLD_SENTENCES: Readonly<Record<HoldReason, string>> = {
  'no-consent': 'The shopper has not agreed to offers',
  'no-campaign': 'No campaign covers the product now',
  'low-intent': 'Not interested enough',
  'would-buy-anyway': 'Would most likely buy without a discount',
  'low-confidence': 'Not sure enough who or what it was',
  'stale-evidence': 'The sign of interest was too old',
  holdout: 'In the group that gets no offers, so that their effect can be measured',
  'visit-cap': 'Had the most offers a visit may get',
  'too-soon': 'Too soon after the last offer',
  'campaign-cap': 'Had the most offers of this campaign',
  dismissed: 'Dismissed two offers',
  budget: 'The campaign budget is used up',
  'margin-floor': 'The discount would leave too little margin',
  'quiet-hours': 'Quiet hours',
  'zone-off-limits': 'In a zone where nobody is contacted',
  'out-of-stock': 'The product is out of stock',
  paused: 'Offers are paused',
  'untrusted-clock': 'The clock of the computer could not be trusted',
  'offer-open': 'Still has an offer on the screen',
  'not-worth-it': 'The offer would not have paid for itself',
  exploring: 'Left in peace by chance, to learn what happens without the offer',
  experiment: 'An experiment leaves the campaign out for this visit',
  staff: 'Staff, or hours when only staff is in',
  'childrens-zone': 'In a zone for children, where nobody is contacted or measured',
  group: 'With somebody who already has an offer',
  'not-now': 'The campaign is for another time, weather or kind of visit',
  apprentice: 'The store is still learning and offers nothing yet',
  'discount-limit': 'The discount is larger than a personal discount may be',
};

const FUNNEL: readonly FunnelStep[] = ['visit', 'interaction', 'intent', 'offer', 'shown', 'redeemed'];

/** Builds the whole overview; cheap enough for once a second. */
export function buildOverview(sources: OverviewSources): StoreOverview | undefined {
  const { state, nowMs, problems, counters } = sources;
  const { store } = state;
  if (store === undefined) return undefined;
  const { map } = store;
  const money = (cents: number) => new Intl.NumberFormat('en', { style: 'currency', currency: map.currency }).format(cents / 100);
  return {
    atMs: nowMs,
    version: sources.version,
    store: { id: map.storeId, name: map.name, currency: map.currency, timeZone: map.timeZone },
    plan: map.plan,
    health: healthOf(problems),
    problems,
    zones: zonesOf(state, store, nowMs),
    fixtures: map.fixtures.map((fixture) => {
      const slots = store.slotsByFixture.get(fixture.id);
      const today = state.today.fixtures.get(fixture.id);
      const { id, name, zone, xM, yM } = fixture;
      return {
        id,
        name,
        zone,
        xM,
        yM,
        interactionsToday: today?.interactions ?? 0,
        lastEventAtMs: today?.lastEventAtMs,
        ...(slots !== undefined && { slots: slots.map((slot) => slotOf(state, { store, slot, nowMs })) }),
      };
    }),
    devices: map.devices.map((device) => deviceOverview(state, device, nowMs)),
    visitsNow: state.visits.size,
    stagesNow: stagesOf(state, nowMs),
    funnelToday: FUNNEL.map((step, index) => ({ step, visits: state.today.funnel[index] ?? 0 })),
    withheldToday: withheld(state),
    money: {
      salesCents: state.today.salesCents,
      attributedSalesCents: state.today.attributedSalesCents,
      discountCents: state.today.discountCents,
      redemptions: state.today.redemptions,
      lift: measureLift(sources.outcomes.treated, sources.outcomes.holdout, money),
    },
    campaigns: store.campaigns.map((campaign) => campaignOf(state, campaign)),
    offersPaused: state.pausedAll,
    cloud: sources.cloud,
    model: sources.model,
    disk: sources.disk,
    traffic: {
      acceptedToday: counters.total('endcap_messages_total', 'outcome="accepted'),
      shedToday: counters.total('endcap_messages_total', 'outcome="shed"'),
      rejectedToday:
        counters.total('endcap_messages_total', 'outcome="malformed"') + counters.total('endcap_messages_total', 'outcome="unknown'),
      strangersToday: counters.total('endcap_messages_total', 'outcome="stranger"'),
      perSecond: sources.perSecond,
    },
    shrinkSuspectsToday: state.today.shrinkSuspects,
    series: sources.series,
    recent: sources.recent,
    shopUrl: sources.shopUrl,
  };
}

/** The state of the store in one word and one sentence. */
export function healthOf(problems: readonly Problem[]): StoreOverview['health'] {
  const first = problems[0];
  if (first === undefined) return { state: 'ok', sentence: 'The store is working' };
  if (first.severity === 'error') return { state: 'down', sentence: first.sentence };
  return { state: 'attention', sentence: problems.length === 1 ? first.sentence : `${problems.length} things need attention` };
}

function stagesOf(state: Readonly<State>, nowMs: TimestampMs): NonNullable<StoreOverview['stagesNow']> {
  const stages = { browsing: 0, considering: 0, deciding: 0 };
  for (const visit of state.visits.values()) if (visit.staff === undefined) stages[stageOf(visit, nowMs)]++;
  return stages;
}

function zonesOf(state: Readonly<State>, store: CompiledStore, nowMs: TimestampMs): readonly ZoneOverview[] {
  const visitsNow = new Map<string, number>();
  for (const visit of state.visits.values()) {
    if (visit.place !== undefined) visitsNow.set(visit.place.zone, (visitsNow.get(visit.place.zone) ?? 0) + 1);
  }
  const sensors = sensorsByZone(store);
  return store.map.zones.map((zone) => {
    const today = state.today.zones.get(zone.id);
    const devices = sensors.get(zone.id) ?? [];
    const seen = devices.flatMap((device) => state.devices.get(device.id)?.lastSeenAtMs ?? []);
    const heard = devices.some((device) => {
      const track = state.devices.get(device.id);
      return track !== undefined && track.online !== false && nowMs - track.lastSeenAtMs <= device.quietAfterMs;
    });
    return {
      id: zone.id,
      name: zone.name,
      kind: zone.kind,
      outline: zone.outline,
      visitsNow: visitsNow.get(zone.id) ?? 0,
      visitsToday: today?.visits ?? 0,
      meanDwellMs: today === undefined || today.visits === 0 ? 0 : Math.round(today.dwellMs / today.visits),
      ...countedIn(state, zone.id, nowMs),
      offersToday: today?.offers ?? 0,
      lastSeenAtMs: seen.length === 0 ? undefined : Math.max(...seen),
      state: devices.length === 0 ? 'blind' : heard ? 'ok' : 'quiet',
    };
  });
}

function sensorsByZone(store: CompiledStore): ReadonlyMap<string, readonly PlacedDevice[]> {
  const byZone = new Map<string, PlacedDevice[]>();
  for (const device of store.map.devices) {
    const zone = zoneOfDevice(store, device);
    if (zone === undefined || device.role === 'display') continue;
    const others = byZone.get(zone);
    if (others === undefined) byZone.set(zone, [device]);
    else others.push(device);
  }
  return byZone;
}

/** A count older than this says nothing about now; cameras repeat theirs far more often. */
const COUNT_TTL_MS = 60_000;

function countedIn(
  state: Readonly<State>,
  zone: string,
  nowMs: TimestampMs,
): Pick<ZoneOverview, 'peopleNow' | 'peopleStaleSinceMs' | 'meanStayMs'> {
  const people = state.people.get(zone);
  const staleSinceMs = stalePeopleSince(state, zone, nowMs);
  const { stays = 0, stayMs = 0 } = state.today.zones.get(zone) ?? {};
  return {
    ...(people !== undefined && staleSinceMs === undefined && nowMs - people.atMs <= COUNT_TTL_MS && { peopleNow: people.count }),
    ...(staleSinceMs !== undefined && { peopleStaleSinceMs: staleSinceMs }),
    ...(stays > 0 && { meanStayMs: Math.round(stayMs / stays) }),
  };
}

/** A guest counts when it is likelier there than not. */
function slotOf(
  state: Readonly<State>,
  at: { readonly store: CompiledStore; readonly slot: Slot; readonly nowMs: TimestampMs },
): SlotOverview {
  const { store, slot, nowMs } = at;
  const stock = state.shelf.stocks.get(slot.id);
  const staleSinceMs = staleSlotSince(state, slot.id, nowMs);
  return {
    id: slot.id,
    sku: slot.sku,
    name: store.products.get(slot.sku)?.name ?? slot.sku,
    stock: stock?.units,
    capacity: slot.capacity,
    state: stockState(stock, slot),
    misplaced: stock?.guests.filter(({ probability }) => probability > 0.5).length ?? 0,
    ...(staleSinceMs !== undefined && { staleSinceMs }),
  };
}

function zoneOfDevice(store: CompiledStore, device: { readonly zone?: string; readonly fixture?: string }): string | undefined {
  return device.zone ?? (device.fixture === undefined ? undefined : store.fixtures.get(device.fixture)?.zone);
}

function withheld(state: Readonly<State>): StoreOverview['withheldToday'] {
  return HOLD_REASONS.map((reason) => ({ reason, sentence: HOLD_SENTENCES[reason], decisions: state.today.holds.get(reason) ?? 0 }))
    .filter(({ decisions }) => decisions > 0)
    .sort((a, b) => b.decisions - a.decisions);
}

function campaignOf(state: Readonly<State>, campaign: Campaign): StoreOverview['campaigns'][number] {
  const budget = state.budgets.get(campaign.id);
  const today = state.today.campaigns.get(campaign.id);
  return {
    id: campaign.id,
    name: campaign.name,
    enabled: campaign.enabled,
    paused: state.pausedAll || state.pausedCampaigns.has(campaign.id),
    budgetCents: campaign.budgetCents,
    reservedCents: budget?.reservedCents ?? 0,
    spentCents: budget?.spentCents ?? 0,
    offersToday: today?.offers ?? 0,
    redeemedToday: today?.redeemed ?? 0,
  };
}
