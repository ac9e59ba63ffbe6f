import type { CampaignId, DeviceId, FixtureId, Sku, SlotId, StoreId, TagId, ZoneId } from './ids.ts';
import type { CampaignConditions } from './journeys/conditions.ts';
import type { DoorwaySide } from './locate/doorway.ts';
import type { Channel } from './touch.ts';
import type { Cents, Dbm, DurationMs, Grams, Metres, Probability, TimestampMs } from './units.ts';

/** Everything the core knows about the store: the plan, the goods, the devices' places, the campaigns and the policy. Plain data, from config. */
export interface StoreMap {
  readonly storeId: StoreId;
  readonly name: string;
  /** ISO 4217, for display only: all amounts are cents. */
  readonly currency: string;
  /** IANA zone that quiet hours, campaign windows and "today" are read in. */
  readonly timeZone: string;
  /** Size of the plan that zones and fixtures are drawn on. */
  readonly plan: { readonly widthM: Metres; readonly depthM: Metres };
  readonly zones: readonly Zone[];
  readonly fixtures: readonly Fixture[];
  readonly slots: readonly Slot[];
  readonly products: readonly Product[];
  readonly devices: readonly PlacedDevice[];
  /** Store-owned cart and basket beacons; every other beacon is a stranger: counted, never stored. */
  readonly tags: readonly {
    readonly id: TagId;
    readonly name: string /** Carried by staff: never a shopper. */;
    readonly staff?: boolean;
  }[];
  readonly campaigns: readonly Campaign[];
  /** Questions put to chance; none where left out. */
  readonly experiments?: readonly ExperimentPlan[];
  readonly policy: Policy;
  /** What a survey found about the store's radio; the textbook's values without one. */
  readonly calibration?: Calibration;
  /** Queues that cameras watch. */
  readonly queues?: readonly Queue[];
}

/** A queue at a till, and from how many people on staff want to hear of it. */
export interface Queue {
  /** The till, as cameras name it. */
  readonly till: string;
  readonly name: string;
  readonly alertAt: number;
  readonly zone?: ZoneId;
}

/** How the store's radio differs from the textbook, as `endcap survey` found it. */
export interface Calibration {
  /** Strength of a tag at one metre from the average scanner. */
  readonly txPowerDbm: Dbm;
  /** Path-loss exponent: 2 in the open, 3 and more among shelves. */
  readonly pathLoss: number;
  /** Height at which tags are carried. */
  readonly tagHeightM: Metres;
  /** Places where somebody stood with a tag; none where only the values above are known. */
  readonly points: readonly SurveyPoint[];
  /** Doors whose sides two receivers tell apart; none by default. */
  readonly doorways?: readonly Doorway[];
  /** Side of the smallest square zone that the scanners can honestly tell apart; any size is believed without it. */
  readonly smallestZoneM?: Metres;
  /** Pairs of zones that a survey found to be taken for each other too often. */
  readonly alike?: readonly (readonly [ZoneId, ZoneId])[];
}

/** A door with a receiver on either side, as `endcap survey --door` learned it. */
export interface Doorway {
  readonly first: DeviceId;
  readonly second: DeviceId;
  readonly sides: readonly PlacedSide[];
}

/** One side of a door and what it is in the store. */
export interface PlacedSide extends DoorwaySide {
  /** The zone that a tag there is in; without one, and not inside, it is out of the store. */
  readonly zone?: ZoneId;
  /** Whether the shop floor begins there: other scanners may then say more exactly where the tag is. */
  readonly isInside: boolean;
}

/** One place of a survey, with the mean strength at every scanner that heard the tag there. */
export interface SurveyPoint {
  readonly xM: Metres;
  readonly yM: Metres;
  readonly heard: Readonly<Record<DeviceId, Dbm>>;
}

export interface Zone {
  readonly id: ZoneId;
  readonly name: string;
  readonly kind: 'entrance' | 'aisle' | 'checkout' | 'other';
  /** Floor outline on the plan, at least 3 corners. */
  readonly outline: readonly { readonly xM: Metres; readonly yM: Metres }[];
  /** False for zones where nobody may be contacted (children's corner, pharmacy). */
  readonly offersAllowed: boolean;
  /** A zone for children: nobody is contacted there, and what anybody does there is not measured. */
  readonly forChildren?: boolean;
}

export interface Fixture {
  readonly id: FixtureId;
  readonly name: string;
  readonly zone: ZoneId;
  readonly kind: 'shelf' | 'endcap' | 'rack' | 'table';
  readonly xM: Metres;
  readonly yM: Metres;
  /** The device that shows offers at this fixture, if any. */
  readonly display?: DeviceId;
}

/** A facing on a fixture that holds one product. */
export interface Slot {
  readonly id: SlotId;
  readonly fixture: FixtureId;
  readonly sku: Sku;
  /** How many units fit. */
  readonly capacity?: number;
  /** What a distance sensor of the slot measures when it is empty, and how much each unit brings the nearest thing closer (below 0: away). */
  readonly distance?: { readonly emptyM: Metres; readonly unitM: Metres };
}

export interface Product {
  readonly sku: Sku;
  readonly name: string;
  readonly category: string;
  readonly priceCents: Cents;
  /** What one unit costs the store; margin is price minus cost. */
  readonly costCents: Cents;
  /** Weight of one unit, where a scale should count it. */
  readonly unitGrams?: Grams;
  /** Deviation of one unit's weight from the next one's; 1.5 % of the unit where not stated. */
  readonly unitSpreadGrams?: Grams;
}

/** A device with its place in the store. */
export interface PlacedDevice {
  readonly id: DeviceId;
  readonly name: string;
  /** Key of the adapter registry; `native` by default. */
  readonly adapter: string;
  readonly role: 'sensor' | 'scanner' | 'camera' | 'till' | 'display' | 'door';
  readonly zone?: ZoneId;
  readonly fixture?: FixtureId;
  /** Where a scanner hangs on the plan; with at least three of these tags get a position. */
  readonly xM?: Metres;
  readonly yM?: Metres;
  /** How high it hangs; 2.3 m by default. */
  readonly heightM?: Metres;
  /** How much louder than the average scanner it hears; 0 by default. */
  readonly offsetDb?: number;
  /** Longest silence that is normal for this device; after it the device is called quiet. */
  readonly quietAfterMs: DurationMs;
  /** How often it reports, where that is fixed and known; learnt otherwise. */
  readonly everyMs?: DurationMs;
}

/** Why, for what, when and for how much offers may be made. */
export interface Campaign {
  readonly id: CampaignId;
  readonly name: string;
  readonly enabled: boolean;
  /** Products it is for: by SKU, by category, or both. */
  readonly skus: readonly Sku[];
  readonly categories: readonly string[];
  readonly discount: { readonly kind: 'percent'; readonly percent: number } | { readonly kind: 'amount'; readonly cents: Cents };
  /** What all discounts of the period may cost together. */
  readonly budgetCents: Cents;
  readonly budgetPeriod: 'day' | 'total';
  readonly startsAtMs?: TimestampMs;
  readonly endsAtMs?: TimestampMs;
  /** Intent below which nothing is offered (not interested enough) and above which nothing is (would buy anyway). */
  readonly minIntent: Probability;
  readonly maxIntent: Probability;
  /** Most offers of this campaign to one visit. */
  readonly maxPerVisit: number;
  /** The shopper's sentence, in the store's language. */
  readonly headline: string;
  /** When it may be offered; always without it. */
  readonly when?: CampaignConditions;
  /** What other stores found, for a store that has not found anything itself. */
  readonly prior?: CampaignPrior;
  /** When the campaign stops by itself; `GUARDRAILS` where left out. */
  readonly guardrails?: CampaignGuardrails;
}

/** What a campaign's discount does elsewhere. */
export interface CampaignPrior {
  /** Share of the not-yet-decided that a discount of the whole price would win, scaled by the discount's share of the price. */
  readonly response: number;
  /** How unsure that is: standard deviation of the log-odds of buying, 0.1 for hardly, 1 for very. */
  readonly deviation: number;
}

/** What a campaign must not do to the store or to its shoppers; whatever is left out is not watched. */
export interface CampaignGuardrails {
  /** Profit a visit, beside visits that are left in peace, may not fall by more than this. */
  readonly marginCents?: Cents;
  /** Share of shown offers that may be dismissed. */
  readonly dismissals?: Probability;
  /** Share of visits with an offer that may take their consent to offers back. */
  readonly optOuts?: Probability;
  /** Units of its products that must be on the shelves, where sensors count them. */
  readonly stockUnits?: number;
}

/** One question put to chance: what a campaign's variants do, beside the campaign as it is. */
export interface ExperimentPlan {
  readonly id: string;
  readonly name: string;
  readonly campaign: CampaignId;
  /** Experiments of one layer never meet in one visit; those of different layers do, independently. */
  readonly layer: string;
  /** Part of the layer that takes part, `[from, to)`, from 0 to 1. */
  readonly from: Probability;
  readonly to: Probability;
  /** At least two; the first is what the others are compared with. */
  readonly variants: readonly VariantPlan[];
  /** What is to be raised: profit of the visit in cents, or the share of visits that buy. */
  readonly metric: 'profit' | 'purchases';
  /** Smallest difference a visit that matters: cents, or a share. */
  readonly effect: number;
  /** Chance of a false alarm, over all variants and all looks. */
  readonly alpha: Probability;
  /** Whether traffic moves to a winner by itself. */
  readonly shiftsToWinner: boolean;
  readonly startsAtMs?: TimestampMs;
  readonly endsAtMs?: TimestampMs;
}

/** What some of the visits get; what is left out is as the campaign says. */
export interface VariantPlan {
  readonly name: string;
  /** Share of those who take part, relative to the other weights; 0 for nobody. */
  readonly weight: number;
  /** The campaign is not offered at all. */
  readonly isOff?: boolean;
  readonly headline?: string;
  readonly discount?: Campaign['discount'];
  /** Ways in which it reaches the visit; the phone where left out. */
  readonly channels?: readonly ('phone' | 'shelf-display')[];
}

/** The store's rules of restraint and proof; every field has a default in the config schema. */
export interface Policy {
  /** Share of visits that never get an offer, so that profit can be measured. Permanent. */
  readonly holdoutShare: Probability;
  /** Secret-free text that fixes who is in the holdout; changing it reshuffles. */
  readonly holdoutSeed: string;
  /** Whether the store begins silently: nothing is offered until the model has proved itself. Left out, it does not. */
  readonly apprentice?: boolean;
  /** Confidence below which a shelf event is nobody's. */
  readonly assignmentFloor: Probability;
  /** Confidence of the score below which the answer is hold. */
  readonly confidenceFloor: Probability;
  readonly maxOffersPerVisit: number;
  readonly minOfferGapMs: DurationMs;
  /** Local times "HH:MM" between which nobody is contacted; may wrap midnight. */
  readonly quietHours: readonly { readonly from: string; readonly to: string }[];
  /** Most of the visits that get another answer than the one believed best, so that more is learnt; nothing is explored where left out. */
  readonly explorationShare?: Probability;
  /** Explores all choices evenly instead of those that may be the best (epsilon-greedy): for comparison. */
  readonly exploresEvenly?: boolean;
  /** Half of what offers were seen to do is forgotten after this long; 60 days where left out. */
  readonly learningHalfLifeMs?: DurationMs;
  /** What a discount is expected to do before anything was learnt, see `CampaignPrior`; 2.5 where left out. */
  readonly response?: number;
  /** What one exposure of a channel costs, apart from discounts; nothing where left out. */
  readonly channelCosts?: { readonly [C in Channel]?: Cents };
  /** Price after discount must leave at least this share of the price as margin. */
  readonly marginFloor: Probability;
  /** No personal discount takes more than this share of the price; half of it where not stated. */
  readonly maxDiscountShare?: Probability;
  /** Local times "HH:MM" in which only staff is in the store. */
  readonly staffHours?: readonly { readonly from: string; readonly to: string }[];
  /** How long an offer can be redeemed. */
  readonly offerTtlMs: DurationMs;
  /** How long the phone has to confirm that an offer was shown, before it is withdrawn. */
  readonly confirmWithinMs: DurationMs;
  /** A sale counts for an exposure this long after it. */
  readonly attributionWindowMs: DurationMs;
  /** A visit with no sign of life for this long has ended. */
  readonly visitIdleMs: DurationMs;
  /** Evidence of interest older than this is stale: the answer is hold. */
  readonly evidenceTtlMs: DurationMs;
  /** How long a consent lasts unless withdrawn. */
  readonly consentTtlMs: DurationMs;
  /** Device time this far behind the agent's is late: kept, counted, not acted on. */
  readonly lateAfterMs: DurationMs;
  /** Device time this far ahead of the agent's is wrong: the agent's time is used instead. */
  readonly futureAfterMs: DurationMs;
  /** A new zone must be this much stronger, or this much more probable (odds in dB) where scanners have places ... */
  readonly zoneHysteresisDb: number;
  /** ... for this long before the visit moves there; where scanners have places, the 3 s of sightings behind it count towards it. */
  readonly zoneSettleMs: DurationMs;
}
