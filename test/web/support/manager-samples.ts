import type { DeviceOverview, SlotOverview, StoreOverview, ZoneOverview } from '../../../agent/core/overview.ts';
import { sampleStore } from '../../support/sample-store.ts';
import { serveCameras } from './camera-samples.ts';
import type { FakeStore } from './fake-store.ts';
import { sampleDecisions, serveInsight } from './insight-samples.ts';
import { servePolicy } from './policy-samples.ts';

/** The stream of the manager page. */
export const OVERVIEW_STREAM = '/api/v1/store/stream';

const MINUTE = 60_000;

/** A store in the middle of a good day, with nothing wrong; `changes` replaces fields. */
export function sampleOverview(changes: Partial<StoreOverview> = {}): StoreOverview {
  const now = Date.now();
  const store = sampleStore({ name: 'Corner Market' });
  return {
    atMs: now,
    version: '0.1.0',
    store: { id: store.storeId, name: store.name, currency: store.currency, timeZone: store.timeZone },
    plan: store.plan,
    health: { state: 'ok', sentence: 'The store is working' },
    problems: [],
    zones: store.zones.map(
      (zone, at): ZoneOverview => ({
        id: zone.id,
        name: zone.name,
        kind: zone.kind,
        outline: zone.outline,
        visitsNow: [2, 6, 3, 1][at] ?? 0,
        visitsToday: [214, 131, 97, 166][at] ?? 0,
        meanDwellMs: [21_000, 84_000, 65_000, 140_000][at] ?? 0,
        offersToday: [0, 24, 13, 2][at] ?? 0,
        lastSeenAtMs: now - 2_000,
        state: 'ok',
      }),
    ),
    fixtures: store.fixtures.map(({ id, name, zone, xM, yM }, at) => ({
      id,
      name,
      zone,
      xM,
      yM,
      interactionsToday: [12, 31, 118, 64, 47, 0, 88, 23, 9, 15, 40, 1_204][at] ?? 0,
      lastEventAtMs: at === 5 ? undefined : now - 40_000 * (at + 1),
    })),
    devices: store.devices.map((device, at) => ({
      ...sampleDevice(device.id, now - 3_000 - at * 1_700),
      name: device.name,
      role: device.role,
      zone: device.zone,
      fixture: device.fixture,
      batteryPercent: device.role === 'sensor' ? 96 - at * 3 : undefined,
      rssiDbm: device.role === 'scanner' ? -61 - at : undefined,
      messagesToday: 1_920 - at * 55,
    })),
    visitsNow: 12,
    funnelToday: [
      { step: 'visit', visits: 214 },
      { step: 'interaction', visits: 172 },
      { step: 'intent', visits: 81 },
      { step: 'offer', visits: 39 },
      { step: 'shown', visits: 36 },
      { step: 'redeemed', visits: 14 },
    ],
    withheldToday: [
      { reason: 'low-intent', sentence: 'Not interested enough', decisions: 148 },
      { reason: 'would-buy-anyway', sentence: 'Would most likely buy without a discount', decisions: 41 },
      { reason: 'holdout', sentence: 'In the group that gets no offers, so that their effect can be measured', decisions: 22 },
      { reason: 'too-soon', sentence: 'Too soon after the last offer', decisions: 9 },
    ],
    money: {
      salesCents: 412_380,
      attributedSalesCents: 18_940,
      discountCents: 2_310,
      redemptions: 14,
      lift: {
        kind: 'not-enough-data',
        treatedVisits: 181,
        holdoutVisits: 22,
        neededPerArm: 100,
        sentence: 'Not enough data yet: 22 of 100 visits in the group without offers, 181 of 100 with',
      },
    },
    campaigns: [
      {
        id: 'coffee-20',
        name: 'Coffee weeks',
        enabled: true,
        paused: false,
        budgetCents: 10_000,
        reservedCents: 660,
        spentCents: 3_940,
        offersToday: 24,
        redeemedToday: 9,
      },
      {
        id: 'care-15',
        name: 'Body care days',
        enabled: true,
        paused: true,
        budgetCents: 5_000,
        reservedCents: 0,
        spentCents: 1_215,
        offersToday: 13,
        redeemedToday: 5,
      },
      {
        id: 'snack-50c',
        name: 'A snack for the way',
        enabled: false,
        paused: false,
        budgetCents: 3_000,
        reservedCents: 0,
        spentCents: 0,
        offersToday: 0,
        redeemedToday: 0,
      },
    ],
    offersPaused: false,
    cloud: {
      state: 'connected',
      sentence: 'Everything is sent; the cloud answered a moment ago',
      lastUploadAtMs: now - 42_000,
      backlogBatches: 0,
      backlogBytes: 0,
      outageDaysLeft: 212.4,
    },
    model: { name: 'purchase-intent@3f9a1c', state: 'live', sentence: 'Intent is scored by the model purchase-intent@3f9a1c' },
    disk: { usedBytes: 412_000_000, quotaBytes: 4_000_000_000, sentence: '10 % of the disk quota is used' },
    traffic: { acceptedToday: 41_822, shedToday: 0, rejectedToday: 3, strangersToday: 9_120, perSecond: 37 },
    series: sampleSeries(now),
    recent: [
      { atMs: now - 4_000, sentence: 'Offer made: Organic beans 500 g (Shelf 3)' },
      { atMs: now - 31_000, sentence: 'No offer for Face cream: not interested enough' },
      { atMs: now - 65_000, sentence: 'Offer redeemed at till-1' },
      { atMs: now - 66_000, sentence: 'Sale at till-1: 4 products' },
      { atMs: now - 190_000, sentence: 'A shopper opened the store page' },
      { atMs: now - 420_000, sentence: 'A cart started moving' },
    ],
    shopUrl: '/shop',
    ...changes,
  };
}

function sampleSeries(now: number): StoreOverview['series'] {
  const start = now - (now % MINUTE);
  const minutes = Array.from({ length: 60 }, (_, at) => at);
  return {
    startMs: minutes.map((at) => start - (59 - at) * MINUTE),
    visits: minutes.map((at) => Math.max(0, Math.round(4 + 3 * Math.sin(at / 7) + 2 * Math.sin(at * 1.7)))),
    offers: minutes.map((at) => Math.max(0, Math.round(1.2 + 1.4 * Math.sin(at / 5 + 1)))),
    redeemed: minutes.map((at) => (at % 9 === 4 ? 1 : 0)),
  };
}

/** A working device, heard at `lastSeenAtMs`. */
export function sampleDevice(id: string, lastSeenAtMs: number): DeviceOverview {
  return {
    id,
    name: id,
    role: 'sensor',
    adapter: 'native',
    zone: undefined,
    fixture: undefined,
    lastSeenAtMs,
    state: 'ok',
    sentence: 'Working',
    batteryPercent: undefined,
    rssiDbm: undefined,
    messagesToday: 100,
    clockOffsetMs: 3,
  };
}

/** The same store with three things wrong. */
export function troubledOverview(): StoreOverview {
  const overview = sampleOverview();
  const now = overview.atMs;
  return {
    ...overview,
    health: { state: 'attention', sentence: '3 things need attention' },
    problems: [
      {
        id: 'device.shelf-03',
        severity: 'warning',
        sentence: 'Shelf 3 has been quiet for 24 minutes',
        hint: 'Check its power and its Wi-Fi, then press its button once.',
        sinceMs: now - 24 * MINUTE,
      },
      {
        id: 'cloud',
        severity: 'warning',
        sentence: 'No connection to the cloud for 3 hours',
        hint: 'Nothing is lost: the store goes on and sends everything later. Check the router if this lasts.',
        sinceMs: now - 180 * MINUTE,
      },
      {
        id: 'battery.shelf-05',
        severity: 'warning',
        sentence: 'The battery of Shelf 5 is at 9 %',
        hint: 'Change it within a week (two AA cells).',
        sinceMs: now - 300 * MINUTE,
      },
    ],
    zones: overview.zones.map((zone) =>
      zone.id === 'coffee'
        ? { ...zone, state: 'quiet' }
        : zone.id === 'checkout'
          ? { ...zone, state: 'blind', lastSeenAtMs: undefined }
          : zone,
    ),
    fixtures: overview.fixtures.map((fixture, at) => (at < 3 ? { ...fixture, slots: troubledSlots(now).slice(at) } : fixture)),
    shrinkSuspectsToday: 2,
    devices: overview.devices.map((device, at) =>
      at === 2
        ? { ...device, state: 'quiet', sentence: 'Quiet for longer than usual', lastSeenAtMs: now - 24 * MINUTE }
        : at === 7
          ? { ...device, state: 'offline', sentence: 'Says it is offline', lastSeenAtMs: now - 3 * 60 * MINUTE }
          : at === 9
            ? { ...device, state: 'never', sentence: 'Not heard yet', lastSeenAtMs: undefined, messagesToday: 0 }
            : device,
    ),
    cloud: {
      state: 'offline',
      sentence: 'No connection to the cloud; everything is kept until it is back',
      lastUploadAtMs: now - 180 * MINUTE,
      backlogBatches: 180,
      backlogBytes: 412_000,
      outageDaysLeft: 211.9,
    },
    model: { name: 'rules@1', state: 'fallback', sentence: 'The rule scorer has taken over: the model took too long to answer' },
    money: {
      ...overview.money,
      lift: {
        kind: 'measured',
        treatedVisits: 1_904,
        holdoutVisits: 211,
        profitPerVisitCents: 31,
        lowCents: 4,
        highCents: 58,
        treatedConversion: 0.184,
        holdoutConversion: 0.151,
        sentence: 'Offers earn money: with 95 % certainty more than nothing',
      },
    },
  };
}

function troubledSlots(now: number): readonly SlotOverview[] {
  const slot = { id: 's', sku: 'TEA', name: 'Black tea', capacity: 20, misplaced: 0 };
  return [
    { ...slot, id: '1-1', stock: 0, state: 'out' },
    { ...slot, id: '1-2', stock: 3, state: 'low', misplaced: 1 },
    { ...slot, id: '1-3', stock: 12, state: 'ok', staleSinceMs: now - 24 * MINUTE },
    { ...slot, id: '1-4', stock: undefined, state: 'unknown' },
  ];
}

/** A store on its first morning: configured, nothing has happened. */
export function emptyOverview(): StoreOverview {
  const overview = sampleOverview();
  return {
    ...overview,
    zones: overview.zones.map((zone) => ({
      ...zone,
      visitsNow: 0,
      visitsToday: 0,
      meanDwellMs: 0,
      offersToday: 0,
      lastSeenAtMs: undefined,
      state: 'quiet',
    })),
    fixtures: overview.fixtures.map((fixture) => ({ ...fixture, interactionsToday: 0, lastEventAtMs: undefined })),
    devices: [],
    visitsNow: 0,
    funnelToday: overview.funnelToday.map(({ step }) => ({ step, visits: 0 })),
    withheldToday: [],
    money: {
      salesCents: 0,
      attributedSalesCents: 0,
      discountCents: 0,
      redemptions: 0,
      lift: { kind: 'not-enough-data', treatedVisits: 0, holdoutVisits: 0, neededPerArm: 100, sentence: 'Not enough data yet' },
    },
    campaigns: [],
    cloud: {
      state: 'off',
      sentence: 'No cloud is set up; the store works without',
      lastUploadAtMs: undefined,
      backlogBatches: 0,
      backlogBytes: 0,
      outageDaysLeft: undefined,
    },
    traffic: { acceptedToday: 0, shedToday: 0, rejectedToday: 0, strangersToday: 0, perSecond: 0 },
    series: {
      startMs: overview.series.startMs,
      visits: overview.series.visits.map(() => 0),
      offers: overview.series.offers.map(() => 0),
      redeemed: overview.series.redeemed.map(() => 0),
    },
    recent: [],
  };
}

/** A store with many devices, one in nine of them quiet. */
export function bigOverview(devices: number): StoreOverview {
  const overview = sampleOverview();
  return {
    ...overview,
    devices: Array.from({ length: devices }, (_, at) => ({
      ...sampleDevice(`sensor-${String(at).padStart(4, '0')}`, overview.atMs - at * 900),
      name: `Sensor ${at}`,
      state: at % 9 === 8 ? ('quiet' as const) : ('ok' as const),
      zone: overview.zones[at % 4]?.id,
    })),
  };
}

/** Teaches a fake store every answer of a signed-in manager's page; the overview is sent first on each stream. */
export function serveManager(store: FakeStore, overview: () => StoreOverview = () => sampleOverview()): void {
  store.answer('GET /api/v1/session', { status: 200, body: { account: { name: 'Ana', role: 'admin' }, setupNeeded: false } });
  store.answer('POST /api/v1/logout', { status: 204 });
  serveCameras(store);
  servePolicy(store);
  store.answer('POST /api/v1/store/pause', ({ body }) => ({ status: 200, body: { campaign: null, ...(body as object) } }));
  store.answer('GET /api/v1/store/decisions', ({ path }) => {
    const kind = new URL(path, 'http://store').searchParams.get('kind');
    return {
      status: 200,
      body: { decisions: sampleDecisions().filter((decision) => kind === null || decision.kind === kind), nextBeforeMs: null },
    };
  });
  serveInsight(store, sampleDecisions());
  store.answer('GET /api/v1/store/quarantine', {
    status: 200,
    body: {
      messages: [
        {
          atMs: Date.now() - 700_000,
          topic: 'endcap/v1/demo/shelf-07/event',
          client: 'shelf-07',
          reason: 'malformed',
          detail: 'count: expected a whole number, got "two"',
          excerpt: '{"id":"91","at":"2026-03-02T09:11:00.000Z","kind":"shelf.pick","slot":"07-2","count":"two"}',
        },
      ],
    },
  });
  for (const { sku, name } of sampleStore().products) {
    store.answer(`GET /api/v1/products/${sku}`, { status: 200, body: { sku, name } });
  }
  store.greet(OVERVIEW_STREAM, () => [{ name: 'overview', data: overview(), id: '1' }]);
}
