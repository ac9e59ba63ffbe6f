import { z } from 'zod';
import { HOLD_REASONS } from '../../core/decision.ts';
import { AtMs, list } from './common.ts';

const Point = z.strictObject({ xM: z.number(), yM: z.number() });
const count = z.number().min(0);

const ZoneView = z.strictObject({
  id: z.string(),
  name: z.string(),
  kind: z.string(),
  outline: list(Point),
  visitsNow: count,
  stagesNow: z.strictObject({ browsing: count, considering: count, deciding: count }).optional(),
  visitsToday: count,
  meanDwellMs: count,
  peopleNow: count.optional(),
  peopleStaleSinceMs: AtMs.optional(),
  meanStayMs: count.optional(),
  offersToday: count,
  lastSeenAtMs: AtMs.optional(),
  state: z.enum(['ok', 'quiet', 'blind']),
});

const SlotView = z.strictObject({
  id: z.string(),
  sku: z.string(),
  name: z.string(),
  stock: count.optional(),
  capacity: count.optional(),
  state: z.enum(['unknown', 'ok', 'low', 'out']),
  misplaced: count,
  staleSinceMs: AtMs.optional(),
});

const FixtureView = z.strictObject({
  id: z.string(),
  name: z.string(),
  zone: z.string(),
  xM: z.number(),
  yM: z.number(),
  interactionsToday: count,
  lastEventAtMs: AtMs.optional(),
  slots: list(SlotView).optional(),
});

const DeviceView = z.strictObject({
  id: z.string(),
  name: z.string(),
  role: z.string(),
  adapter: z.string(),
  zone: z.string().optional(),
  fixture: z.string().optional(),
  lastSeenAtMs: AtMs.optional(),
  state: z.enum(['ok', 'degraded', 'quiet', 'offline', 'never']),
  sentence: z.string(),
  batteryPercent: z.number().optional(),
  rssiDbm: z.number().optional(),
  messagesToday: count,
  clockOffsetMs: z.number().optional(),
  lastHour: z.strictObject({ readings: count, usual: count }).optional(),
});

const LiftView = z.discriminatedUnion('kind', [
  z.strictObject({
    kind: z.literal('not-enough-data'),
    treatedVisits: count,
    holdoutVisits: count,
    neededPerArm: count,
    sentence: z.string(),
  }),
  z.strictObject({
    kind: z.literal('measured'),
    treatedVisits: count,
    holdoutVisits: count,
    profitPerVisitCents: z.number(),
    lowCents: z.number(),
    highCents: z.number(),
    treatedConversion: z.number(),
    holdoutConversion: z.number(),
    sentence: z.string(),
  }),
]);

const CampaignView = z.strictObject({
  id: z.string(),
  name: z.string(),
  enabled: z.boolean(),
  paused: z.boolean(),
  budgetCents: z.number(),
  reservedCents: z.number(),
  spentCents: z.number(),
  offersToday: count,
  redeemedToday: count,
});

/** The wire form of the core's `StoreOverview`: the same fields, absent where the core says `undefined`. */
export const OverviewView = z.strictObject({
  atMs: AtMs,
  version: z.string(),
  store: z.strictObject({ id: z.string(), name: z.string(), currency: z.string(), timeZone: z.string() }),
  plan: z.strictObject({ widthM: z.number(), depthM: z.number() }),
  health: z.strictObject({ state: z.enum(['ok', 'attention', 'down']), sentence: z.string() }),
  problems: list(
    z.strictObject({
      id: z.string(),
      severity: z.enum(['warning', 'error']),
      sentence: z.string(),
      hint: z.string(),
      sinceMs: AtMs,
    }),
  ),
  zones: list(ZoneView),
  fixtures: list(FixtureView),
  devices: list(DeviceView),
  visitsNow: count,
  funnelToday: list(z.strictObject({ step: z.enum(['visit', 'interaction', 'intent', 'offer', 'shown', 'redeemed']), visits: count })),
  withheldToday: list(z.strictObject({ reason: z.enum(HOLD_REASONS), sentence: z.string(), decisions: count })),
  money: z.strictObject({
    salesCents: z.number(),
    attributedSalesCents: z.number(),
    discountCents: z.number(),
    redemptions: count,
    lift: LiftView,
  }),
  campaigns: list(CampaignView),
  offersPaused: z.boolean(),
  cloud: z.strictObject({
    state: z.enum(['off', 'connected', 'offline', 'refused']),
    sentence: z.string(),
    lastUploadAtMs: AtMs.optional(),
    backlogBatches: count,
    backlogBytes: count,
    outageDaysLeft: z.number().optional(),
  }),
  model: z.strictObject({ name: z.string(), state: z.enum(['live', 'fallback']), sentence: z.string() }),
  disk: z.strictObject({ usedBytes: count, quotaBytes: count, sentence: z.string() }),
  traffic: z.strictObject({
    acceptedToday: count,
    shedToday: count,
    rejectedToday: count,
    strangersToday: count,
    perSecond: count,
  }),
  shrinkSuspectsToday: count.optional(),
  series: z.strictObject({
    startMs: list(AtMs),
    visits: list(z.number()),
    offers: list(z.number()),
    redeemed: list(z.number()),
  }),
  recent: list(z.strictObject({ atMs: AtMs, sentence: z.string() })),
  shopUrl: z.string(),
});
