import * as z from 'zod';
import { duration, money, share } from '../values.ts';

const clockTime = z.string().regex(/^([01]\d|2[0-3]):[0-5]\d$/, { error: 'expected a time of day in quotes, like "20:30"' });

/** `policy`: the rules of restraint and proof; every field has a default. */
export const policySection = z
  .strictObject({
    holdoutShare: share().prefault(0.1).describe('Share of visits that never get an offer, so that profit can be measured'),
    apprentice: z
      .boolean()
      .default(false)
      .describe('Whether a new store begins silently: nothing is offered until the model has proved itself on its own visits'),
    holdoutSeed: z.string().min(1).max(64).default('endcap').describe('Fixes who is in the holdout; changing it reshuffles'),
    assignmentFloor: share().prefault(0.5).describe("Confidence below which a shelf event is nobody's"),
    confidenceFloor: share().prefault(0.3).describe('Confidence of the score below which nothing is offered'),
    maxOffersPerVisit: z.number().int().min(0).max(16).default(3).describe('Most offers to one visit'),
    minOfferGap: duration({ max: '1d' }).prefault('2m').describe('Shortest time between two offers to one visit'),
    quietHours: z
      .array(z.strictObject({ from: clockTime.describe('Local time it begins'), to: clockTime.describe('Local time it ends') }))
      .max(16)
      .default([])
      .describe('Local times between which nobody is contacted; may pass midnight'),
    staffHours: z
      .array(z.strictObject({ from: clockTime.describe('Local time it begins'), to: clockTime.describe('Local time it ends') }))
      .max(16)
      .default([])
      .describe('Local times in which only staff is in the store; may pass midnight'),
    explorationShare: share()
      .prefault(0.1)
      .describe('Most of the visits that get another answer than the one believed best, so that more is learnt'),
    learningHalfLife: duration({ min: '1d', max: '3650d' })
      .prefault('60d')
      .describe('How long until half of what offers were seen to do is forgotten'),
    response: z
      .number()
      .min(0)
      .max(20)
      .default(2.5)
      .describe(
        'Share of the undecided that a discount of the whole price would win, scaled by its share of the price; until the store knows better',
      ),
    channelCosts: z
      .strictObject({
        phone: money().prefault(0).describe('Cost of one offer shown on a phone'),
        shelfDisplay: money().prefault(0).describe('Cost of one message on a shelf display'),
        label: money().prefault(0).describe('Cost of one message on a shelf label'),
        signage: money().prefault(0).describe('Cost of one message on a screen of a zone'),
        staff: money().prefault(0).describe('Cost of one task of the staff'),
      })
      .prefault({})
      .describe('What reaching somebody costs, apart from discounts'),
    maxDiscountShare: share().prefault(0.5).describe('Largest share of a price that a personal discount may take'),
    marginFloor: share().prefault(0.05).describe('Share of the price that must be left as margin after the discount'),
    offerTtl: duration({ min: '10s', max: '1d' }).prefault('30m').describe('How long an offer can be redeemed'),
    confirmWithin: duration({ min: '1s', max: '1h' })
      .prefault('30s')
      .describe('How long the phone has to show an offer before it is withdrawn'),
    attributionWindow: duration({ min: '1m', max: '7d' }).prefault('2h').describe('How long after an offer a sale still counts for it'),
    visitIdle: duration({ min: '10s', max: '1d' }).prefault('15m').describe('Silence after which a visit has ended'),
    evidenceTtl: duration({ min: '1s', max: '1h' }).prefault('2m').describe('Age at which interest is too old to act on'),
    consentTtl: duration({ min: '1m', max: '1d' }).prefault('4h').describe('How long a consent lasts unless withdrawn'),
    lateAfter: duration({ min: '1s', max: '1d' }).prefault('2m').describe('Age at which a message is late: kept, counted, not acted on'),
    futureAfter: duration({ min: '1s', max: '1d' }).prefault('10s').describe('Lead of a device clock that is taken as wrong'),
    zoneHysteresisDb: z.number().min(0).max(40).default(4).describe('How much stronger, or more probable (odds, dB), a new zone must be'),
    zoneSettle: duration({ max: '10m' }).prefault('3s').describe('How long it must be stronger before the visit moves'),
  })
  .prefault({})
  .describe('Rules of restraint and proof');
