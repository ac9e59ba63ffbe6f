import { z } from 'zod';

const share = z.number().min(0).max(1);
const spread = (mean: number, sd: number) =>
  z.strictObject({ mean: z.number().default(mean), sd: z.number().min(0).default(sd) }).prefault({});
const positive = z.number().min(0);

/** How one kind of shopper decides. `buy`: chance to buy a needed product at an average price; `offerEffect`: what a discount of `offers.referenceDiscount` adds to it. */
const shopperType = (weight: number, buy: number, offerEffect: number, dismiss: number) =>
  z
    .strictObject({
      weight: positive.default(weight),
      buy: share.default(buy),
      offerEffect: z.number().min(-1).max(1).default(offerEffect),
      dismissShare: share.default(dismiss),
    })
    .prefault({});

/** What something outside does, each a factor on what shoppers do without it: how many come, the chance to buy, stops out of curiosity, patience. */
const outsideEffect = {
  value: z.string().min(1).max(64),
  weight: positive.default(1),
  arrivals: positive.default(1),
  buy: positive.default(1),
  impulse: positive.default(1),
  patience: positive.default(1),
};

/** The factors alone. */
export interface OutsideEffect {
  readonly arrivals: number;
  readonly buy: number;
  readonly impulse: number;
  readonly patience: number;
}

const typicalDay = [0, 0, 0, 0, 0, 0, 0, 10, 25, 35, 40, 45, 55, 45, 40, 45, 55, 70, 65, 40, 15, 0, 0, 0];

/** Everything that decides how a simulated store behaves. Every field has a default, so `{}` is a scenario; unknown fields are refused. */
export const scenarioSchema = z.strictObject({
  name: z.string().default('unnamed'),
  description: z.string().default(''),
  /** Same seed, same store day. */
  seed: z.number().int().min(0).default(1),
  /** Store time per wall time when driven live; 1 is real time. */
  speed: z.number().min(1).max(100).default(1),
  /** Store time after which nobody comes in and nothing is sent any more; 0: never ends. */
  durationMinutes: positive.default(0),
  /** Local hour of day (may be fractional) the scenario begins at whatever the clock says; `now` follows the store's clock. */
  startsAtHour: z.union([z.literal('now'), z.number().min(0).lt(24)]).default('now'),

  arrivals: z
    .strictObject({
      /** Shoppers an hour, for each local hour from 0 to 23. */
      perHour: z.array(positive).length(24).default(typicalDay),
      /** Multiplies every hour. */
      factor: positive.default(1),
      /** Shoppers already at the door when the scenario starts, spread over the first minute. */
      initialShoppers: z.number().int().min(0).max(1_000).default(0),
      /** Whoever comes while so many are inside goes away again. */
      maxInStore: z.number().int().min(1).max(10_000).default(200),
    })
    .prefault({}),

  shoppers: z
    .strictObject({
      phoneShare: share.default(0.6),
      /** Of those with a phone page: agree to offers, agree to measurement. */
      offersConsentShare: share.default(0.8),
      measurementConsentShare: share.default(0.7),
      /** Takes a cart or basket with a store-owned beacon, while there are any. */
      cartTagShare: share.default(0.5),
      /** Of those with a cart and a phone page: opens the page by the code on the cart, which joins the two. */
      scanCartShare: share.default(0.8),
      /** Of the other phone pages: opened at the door; the rest at the first shelf. */
      openAtDoorShare: share.default(0.5),
      /** Of phone pages: erases everything before leaving. */
      eraseShare: share.default(0.02),
      walkMetresPerSecond: spread(0.9, 0.2),
      /** Goes to the checkout after this long, whatever is still missing. */
      patienceMinutes: spread(18, 6),
      /** Will not spend more than this. */
      budgetCents: z.strictObject({ median: positive.default(3_000), spread: positive.default(0.6) }).prefault({}),
      /** 0: price does not matter; 1: a price twice its category's halves the chance to buy. */
      priceSensitivity: spread(0.6, 0.25),
      types: z
        .strictObject({
          sureThing: shopperType(0.25, 0.92, 0.02, 0.05),
          persuadable: shopperType(0.35, 0.25, 0.5, 0.1),
          lostCause: shopperType(0.3, 0.03, 0.02, 0.5),
          annoyed: shopperType(0.1, 0.55, -0.3, 0.8),
        })
        .prefault({}),
    })
    .prefault({}),

  needs: z
    .strictObject({
      /** Needs of one shopper beyond the first. */
      extraMean: positive.default(1.5),
      /** Relative demand by category of the store; a category not named here has `otherWeight`. */
      categoryWeights: z.record(z.string(), positive).default({}),
      otherWeight: positive.default(1),
      /** How much a need is a need, in (0, 1]; it multiplies the chance to buy. */
      strength: spread(0.85, 0.15),
      /** 0: all products of a category are equally liked; larger: a few favourites. */
      favourites: positive.default(1),
      /** Stops out of curiosity, at shelves nobody needed. */
      impulseStopsMean: positive.default(0.8),
      /** Chance to buy at such a stop, as a share of the type's `buy`, and how much of `offerEffect` works there. */
      impulseBuyFactor: share.default(0.15),
      impulseOfferFactor: share.default(0.4),
    })
    .prefault({}),

  habits: z
    .strictObject({
      /** Looking at a shelf before doing anything. */
      dwellSeconds: spread(20, 8),
      /** Holding a product before deciding. */
      examineSeconds: spread(14, 6),
      /** Takes a product into the hand even when it will not be bought. */
      pickShare: share.default(0.6),
      /** Takes a second product of the category to compare. */
      compareShare: share.default(0.3),
      /** Scans the product with the phone page first. */
      scanShare: share.default(0.12),
      /** Scans the code on the shelf on arrival, which tells the page where it is. */
      scanShelfShare: share.default(0.1),
      /** Further units of a product that is kept. */
      extraUnitsMean: positive.default(0.15),
      /** Passes a shelf of the list without stopping. */
      skipShare: share.default(0.05),
      /** Visits needs in the order of the list instead of the nearest first. */
      zigzagShare: share.default(0.2),
    })
    .prefault({}),

  /** What goes on outside and what it does to shoppers; with neither weather nor events nothing does, and nobody tells of it. */
  outside: z
    .strictObject({
      /** Kinds of weather, and how long one lasts (mean). `value` is what the feed says. */
      weather: z.array(z.strictObject(outsideEffect)).max(16).default([]),
      weatherHours: z.number().gt(0).default(3),
      /** Events near the store, how long one lasts and how long it is quiet before the next (means). */
      events: z.array(z.strictObject(outsideEffect)).max(16).default([]),
      eventHours: z.number().gt(0).default(2),
      quietHours: z.number().gt(0).default(5),
      /** Tells the store over MQTT, every so often, what holds and for how long to believe it; `heardShare` of the reports get through. */
      feed: z
        .strictObject({
          everyMinutes: z.number().gt(0).default(20),
          holdsMinutes: z.number().gt(0).default(40),
          heardShare: share.default(1),
        })
        .prefault({}),
    })
    .prefault({}),

  offers: z
    .strictObject({
      /** Multiplies every type's `offerEffect`. */
      responsiveness: positive.default(1),
      /** The discount, as a share of the price, that `offerEffect` was stated for; the effect grows in proportion, to 1.5 times. */
      referenceDiscount: z.number().gt(0).max(1).default(0.2),
      /** The page is in view when the offer comes, so that it is confirmed as shown. */
      shownShare: share.default(0.92),
      shownSeconds: positive.default(1),
      /** From shown to making up one's mind (mean). */
      noticeSeconds: positive.default(5),
      /** Saves an offer that is wanted. */
      saveShare: share.default(0.6),
      /** Walks back for an offered product that is now wanted. */
      detourShare: share.default(0.6),
      /** Shows the code at the till. */
      useCodeShare: share.default(0.95),
    })
    .prefault({}),

  checkout: z
    .strictObject({
      baseSeconds: positive.default(18),
      perItemSeconds: positive.default(3),
      /** Codes asked for over HTTP before the sale; the rest are inside `pos.sale`. */
      redeemOverHttpShare: share.default(0.7),
      /** The till sees the cart's tag, or the shopper shows the page's visit code (measurement agreed to only). */
      seesTagShare: share.default(0.7),
      showsVisitShare: share.default(0.6),
    })
    .prefault({}),

  devices: z
    .strictObject({
      /** What shelf sensors report; `mixed`: `weightShare` of the fixtures weigh, the rest count. */
      shelfReports: z.enum(['events', 'weight', 'both', 'mixed']).default('mixed'),
      weightShare: share.default(0.4),
      /** After a change a scale sends so many readings, this far apart; and one every so often anyway. */
      weightReadings: z.number().int().min(1).max(20).default(3),
      weightSettleMs: positive.default(500),
      weightIntervalSeconds: z.number().min(1).default(60),
      sightingsPerSecond: z.number().gt(0).max(20).default(1),
      /** A parked cart is heard this often; 0: it sleeps. */
      parkedIntervalSeconds: positive.default(0),
      presenceIntervalSeconds: z.number().min(0.1).default(5),
      climateIntervalSeconds: z.number().min(1).default(60),
      heartbeatIntervalSeconds: z.number().min(1).default(60),
      /** Beacons of nobody: how many are around on average, how long each stays, how often each is heard by a scanner. */
      strangers: z
        .strictObject({
          mean: positive.default(8),
          stayMinutes: z.number().gt(0).default(8),
          intervalSeconds: z.number().min(0.1).default(4),
        })
        .prefault({}),
      /** Units below which staff refill a slot, as a share of its capacity, and how long that takes (mean). */
      restockBelowShare: share.default(0.25),
      restockMinutes: z.number().gt(0).default(8),
      /** Capacity of a slot that states none. */
      defaultCapacity: z.number().int().min(1).default(10),
    })
    .prefault({}),

  /** Defaults of the radio follow a fit to public walks past twelve scanners: residual 6 dB, of which 2.9 belong to the receiver. */
  noise: z
    .strictObject({
      txPowerDbm: z.number().min(-100).max(30).default(-60),
      pathLossExponent: z.number().min(1).max(6).default(2),
      receiverOffsetDb: positive.default(2.9),
      shadowingDb: positive.default(2.8),
      shadowingSeconds: z.number().gt(0).default(4),
      fadingDb: positive.default(4.5),
      /** Extra loss when tag and scanner are in different zones. */
      zoneWallDb: positive.default(2),
      sensitivityDbm: z.number().max(0).default(-94),
      /** Messages that never leave the device. */
      dropOutShare: share.default(0.01),
      /** Messages sent a second time, same id, after this long (mean). */
      duplicateShare: share.default(0.003),
      duplicateDelaySeconds: positive.default(2),
      /** Messages held back (mean of the delay); their time stays that of the event. */
      lateShare: share.default(0.001),
      lateSeconds: positive.default(120),
      /** Ordinary delay of a message (mean). */
      latencyMs: positive.default(15),
      malformedShare: share.default(0),
      /** Device clocks: deviation of the fixed error, named devices' fixed errors, and what each gains. */
      clockOffsetMs: z.strictObject({ sd: positive.default(30), devices: z.record(z.string(), z.number()).default({}) }).prefault({}),
      clockDriftPpm: z.number().min(-10_000).max(10_000).default(0),
      weightGrams: positive.default(0.6),
      /** Deviation of the drift that each scale has. */
      weightDriftGramsPerHour: positive.default(1),
      /** Of people in view: not counted; and of looks: somebody who is not there. */
      cameraMissShare: share.default(0.05),
      cameraGhostShare: share.default(0.02),
      doorMissShare: share.default(0.01),
    })
    .prefault({}),

  /** Devices that fail. `offline`: the connection breaks (kept messages follow late when `buffers`); `silent`: connected, says nothing; `stuck`: a scale repeats its last value. */
  failures: z
    .array(
      z.strictObject({
        device: z.string().default('*'),
        atMinute: positive.default(0),
        forMinutes: z.number().gt(0).default(5),
        mode: z.enum(['offline', 'silent', 'stuck']).default('offline'),
        buffers: z.boolean().default(false),
      }),
    )
    .max(1_000)
    .default([]),
});

/** A scenario with every field filled in. */
export type Scenario = z.infer<typeof scenarioSchema>;

/** The four kinds of shopper, by what an offer does to them. */
export type ShopperType = keyof Scenario['shoppers']['types'];
