import type { Decision, Offer } from '../../agent/core/decision.ts';
import type { StoreOverview } from '../../agent/core/overview.ts';
import type { StoreMap } from '../../agent/core/store-map.ts';
import { MINUTE_MS, SECOND_MS } from '../../agent/core/units.ts';
import type { HttpPorts } from '../../agent/http/ports.ts';

/** An open offer of 50 cents on coffee that is confirmed within 30 s and lasts 30 minutes. */
export function fakeOffer(changes: Partial<Offer> & Pick<Offer, 'id' | 'visit' | 'createdAtMs'>): Offer {
  return {
    decision: `d-${changes.id}`,
    campaign: 'coffee-20',
    sku: 'espresso-250',
    productName: 'Espresso 250 g',
    headline: '20 % off coffee',
    why: 'You looked at coffee.',
    priceCents: 500,
    discountCents: 100,
    currency: 'EUR',
    confirmByMs: changes.createdAtMs + 30 * SECOND_MS,
    expiresAtMs: changes.createdAtMs + 30 * MINUTE_MS,
    state: 'open',
    ...changes,
  };
}

/** A decision to hold, with everything optional left out. */
export function fakeDecision(changes: Partial<Decision> & Pick<Decision, 'id' | 'atMs'>): Decision {
  return {
    visit: 'v_1',
    kind: 'hold',
    reason: 'low-intent',
    offer: undefined,
    campaign: undefined,
    sku: 'espresso-250',
    zone: 'coffee',
    trigger: { interaction: 'pick', sku: 'espresso-250', slot: '03-2', fixture: 'shelf-03', confidence: 0.9 },
    score: { sku: 'espresso-250', intent: 0.2, confidence: 0.8, features: [0.1, 2], featureSpec: 'f1', model: 'rules@1' },
    propensity: 1,
    alternatives: [{ campaign: 'coffee-20', sku: 'espresso-250', valueCents: 12.5, excluded: 'low-intent' }],
    ...changes,
  };
}

/** An overview of a quiet, healthy store. */
export function fakeOverview(store: StoreMap): StoreOverview {
  return {
    atMs: Date.UTC(2026, 0, 5, 10),
    version: '0.1.0',
    store: { id: store.storeId, name: store.name, currency: store.currency, timeZone: store.timeZone },
    plan: store.plan,
    health: { state: 'ok', sentence: 'The store works.' },
    problems: [],
    zones: [],
    fixtures: [],
    devices: [
      {
        id: 'shelf-03',
        name: 'Shelf 3',
        role: 'sensor',
        adapter: 'native',
        zone: 'coffee',
        fixture: undefined,
        lastSeenAtMs: undefined,
        state: 'never',
        sentence: 'It has not been heard yet.',
        batteryPercent: undefined,
        rssiDbm: undefined,
        messagesToday: 0,
        clockOffsetMs: undefined,
      },
    ],
    visitsNow: 0,
    funnelToday: [{ step: 'visit', visits: 0 }],
    withheldToday: [],
    money: {
      salesCents: 0,
      attributedSalesCents: 0,
      discountCents: 0,
      redemptions: 0,
      lift: { kind: 'not-enough-data', treatedVisits: 0, holdoutVisits: 0, neededPerArm: 100, sentence: 'Not enough data yet.' },
    },
    campaigns: [
      {
        id: 'coffee-20',
        name: 'Coffee week',
        enabled: true,
        paused: false,
        budgetCents: 10_000,
        reservedCents: 0,
        spentCents: 0,
        offersToday: 0,
        redeemedToday: 0,
      },
    ],
    offersPaused: false,
    cloud: {
      state: 'off',
      sentence: 'No cloud is configured.',
      lastUploadAtMs: undefined,
      backlogBatches: 0,
      backlogBytes: 0,
      outageDaysLeft: undefined,
    },
    model: { name: 'rules@1', state: 'fallback', sentence: 'Rules decide.' },
    disk: { usedBytes: 1, quotaBytes: 2, sentence: 'There is room.' },
    traffic: { acceptedToday: 0, shedToday: 0, rejectedToday: 0, strangersToday: 0, perSecond: 0 },
    series: { startMs: [], visits: [], offers: [], redeemed: [] },
    recent: [],
    shopUrl: '/shop',
  };
}

/** Reasons and journeys of a store that has nothing to say. */
export function fakeInsight(): HttpPorts['insight'] {
  return {
    explanation: async () => undefined,
    shopperAct: () => undefined,
    fairness: async () => ({ fromMs: 0, toMs: 0, visits: 0, offers: 0, isPartial: false, dimensions: [], findings: [] }),
    baskets: () => ({ receipts: 0, pairs: [] }),
    suggestions: () => [],
    memberKey: (memberId) => `key-of-${memberId}`,
    recognitionOf: () => ({}),
  };
}

/** A store whose model came along, with nothing on its way. */
export function fakeModels(): HttpPorts['models'] {
  return {
    view: () => ({
      live: { name: 'purchase-intent@0123456789ab', sentence: 'Intent is scored by the model purchase-intent@0123456789ab', sinceMs: 0 },
      previous: 'rules@1',
      candidate: null,
      gates: [],
      watch: [],
      replay: null,
      calibration: 'Used as it came',
      drifts: [],
      apprentice: null,
      history: [],
      limits: { manifestBytes: 1_000_000, modelBytes: 64 * 1024 * 1024 },
      trial: null,
      lesson: null,
    }),
    act: async (action, by) => `${action} by ${by}`,
    upload: () => ({ upload: '0'.repeat(32), partBytes: 180_000 }),
    part: () => ({ isComplete: true }),
    work: async ({ kind }, by) => ({ kind: 'done', sentence: `${kind} by ${by}` }),
  };
}
