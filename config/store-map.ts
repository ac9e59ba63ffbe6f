import type { Calibration, Campaign, Doorway, Policy, StoreMap } from '../agent/core/store-map.ts';
import { toConditions } from './conditions.ts';
import { experimentPlans } from './experiment-plans.ts';
import { localMoment } from './local-time.ts';
import type { StoreConfig } from './schema.ts';

/** The store as the core knows it. The configuration must be free of problems. */
export function toStoreMap(config: StoreConfig): StoreMap {
  const { store } = config;
  return {
    storeId: store.id,
    name: store.name,
    currency: store.currency,
    timeZone: store.timeZone,
    plan: store.plan,
    zones: config.zones.map((zone) => ({ ...zone, outline: zone.outline.map(([xM, yM]) => ({ xM, yM })) })),
    fixtures: config.fixtures.map(({ id, name, zone, kind, at: [xM, yM], display }) => ({
      id,
      name,
      zone,
      kind,
      xM,
      yM,
      ...(display === undefined ? {} : { display }),
    })),
    slots: config.fixtures.flatMap((fixture) =>
      fixture.slots.map(({ id, sku, capacity, distance }) => ({
        id,
        fixture: fixture.id,
        sku,
        ...(capacity === undefined ? {} : { capacity }),
        ...(distance === undefined ? {} : { distance }),
      })),
    ),
    products: config.products.map(({ sku, name, category, price, cost, unitGrams, unitSpreadGrams }) => ({
      sku,
      name,
      category,
      priceCents: price,
      costCents: cost,
      ...(unitGrams === undefined ? {} : { unitGrams }),
      ...(unitSpreadGrams === undefined ? {} : { unitSpreadGrams }),
    })),
    devices: [...toDevices(config), ...toCameraDevices(config)],
    tags: config.tags,
    campaigns: config.campaigns.map((campaign) => toCampaign(campaign, store.timeZone)),
    ...(config.experiments.length === 0 ? {} : { experiments: experimentPlans(config) }),
    policy: toPolicy(config.policy),
    ...(config.calibration === undefined ? {} : { calibration: toCalibration(config.calibration) }),
    ...queuesOf(config),
  };
}

function toCalibration({
  points,
  doorways,
  alike,
  smallestZoneM,
  offsetsDb: _,
  ...law
}: NonNullable<StoreConfig['calibration']>): Calibration {
  return {
    ...law,
    points: points.map(({ at: [xM, yM], heard }) => ({ xM, yM, heard })),
    ...(smallestZoneM === undefined ? {} : { smallestZoneM }),
    ...(alike.length === 0 ? {} : { alike }),
    ...(doorways.length === 0 ? {} : { doorways: doorways.map(toDoorway) }),
  };
}

function toDoorway({ first, second, sides }: NonNullable<StoreConfig['calibration']>['doorways'][number]): Doorway {
  return {
    first,
    second,
    sides: sides.map(({ name, zone, inside, meanDbm, variance }) => ({
      name,
      meanDbm,
      variance,
      isInside: inside,
      ...(zone === undefined ? {} : { zone }),
    })),
  };
}

function toDevices({ devices, fixtures, calibration }: StoreConfig): StoreMap['devices'] {
  const zoneOfFixture = new Map(fixtures.map((fixture) => [fixture.id, fixture.zone]));
  return devices.map(({ id, name, adapter, role, zone, fixture, at, heightM, quietAfter, every }) => {
    const offsetDb = calibration?.offsetsDb[id];
    const place = zone ?? (fixture === undefined ? undefined : zoneOfFixture.get(fixture));
    return {
      id,
      name,
      adapter,
      role,
      ...(place === undefined ? {} : { zone: place }),
      ...(fixture === undefined ? {} : { fixture }),
      ...(at === undefined ? {} : { xM: at[0], yM: at[1] }),
      ...(heightM === undefined ? {} : { heightM }),
      ...(offsetDb === undefined ? {} : { offsetDb }),
      quietAfterMs: quietAfter,
      ...(every === undefined ? {} : { everyMs: every }),
    };
  });
}

/** The queues that cameras watch; a till that several of them see is one queue, as the first of them says. */
function queuesOf({ cameras, devices }: StoreConfig): Pick<StoreMap, 'queues'> {
  const queues = new Map<string, NonNullable<StoreMap['queues']>[number]>();
  for (const { till, name, alertAt } of cameras.flatMap((camera) => camera.queues)) {
    const device = devices.find(({ id }) => id === till);
    const zone = device?.zone === undefined ? {} : { zone: device.zone };
    if (!queues.has(till)) queues.set(till, { till, name: name ?? device?.name ?? till, alertAt, ...zone });
  }
  return queues.size === 0 ? {} : { queues: [...queues.values()] };
}

/** A camera that the agent looks through itself is a device like any other; one that is listed among them stays as it is listed. */
function toCameraDevices({ cameras, devices }: StoreConfig): StoreMap['devices'] {
  const listed = new Set(devices.map(({ id }) => id));
  return cameras
    .filter(({ id }) => !listed.has(id))
    .map(({ id, name, zone }) => ({
      id,
      name: name ?? id,
      adapter: 'native',
      role: 'camera' as const,
      ...(zone === undefined ? {} : { zone }),
      quietAfterMs: CAMERA_QUIET_MS,
    }));
}

/** A camera repeats its counts every few seconds; what is wrong with its pictures is noticed long before. */
const CAMERA_QUIET_MS = 5 * 60_000;

function toCampaign(campaign: StoreConfig['campaigns'][number], timeZone: string): Campaign {
  const { startsAt, endsAt, budget, when, guardrails, prior, ...rest } = campaign;
  const startsAtMs = startsAt === undefined ? undefined : localMoment(startsAt, timeZone, 'start');
  const endsAtMs = endsAt === undefined ? undefined : localMoment(endsAt, timeZone, 'end');
  return {
    ...rest,
    budgetCents: budget,
    guardrails: {
      marginCents: guardrails.margin,
      dismissals: guardrails.dismissals,
      optOuts: guardrails.optOuts,
      ...(guardrails.stock === undefined ? {} : { stockUnits: guardrails.stock }),
    },
    ...(prior === undefined ? {} : { prior }),
    ...(when === undefined ? {} : { when: toConditions(when) }),
    ...(startsAtMs === undefined ? {} : { startsAtMs }),
    ...(endsAtMs === undefined ? {} : { endsAtMs }),
  };
}

function toPolicy(policy: StoreConfig['policy']): Policy {
  const {
    minOfferGap,
    offerTtl,
    confirmWithin,
    attributionWindow,
    visitIdle,
    evidenceTtl,
    consentTtl,
    lateAfter,
    futureAfter,
    zoneSettle,
    learningHalfLife,
    channelCosts: { shelfDisplay, ...channelCosts },
    ...same
  } = policy;
  return {
    ...same,
    minOfferGapMs: minOfferGap,
    offerTtlMs: offerTtl,
    confirmWithinMs: confirmWithin,
    attributionWindowMs: attributionWindow,
    visitIdleMs: visitIdle,
    evidenceTtlMs: evidenceTtl,
    consentTtlMs: consentTtl,
    lateAfterMs: lateAfter,
    futureAfterMs: futureAfter,
    zoneSettleMs: zoneSettle,
    learningHalfLifeMs: learningHalfLife,
    channelCosts: { ...channelCosts, 'shelf-display': shelfDisplay },
  };
}
