import { defineFeatureSpec, type FeatureDefinition } from './feature-spec.ts';
import { WEATHER_LEVELS } from './weather.ts';

/** Stands for "not known" in every visit feature. A number and not NaN because scores are stored as JSON, which has no NaN. */
export const UNKNOWN = -2;

const COUNT_MAX = 64;
const SPAN_MAX_S = 14_400;

function count(name: string, meaning: string, max = COUNT_MAX): FeatureDefinition {
  return { name, unit: 'count', min: 0, max, missing: UNKNOWN, meaning };
}

function seconds(name: string, meaning: string): FeatureDefinition {
  return { name, unit: 's', min: 0, max: SPAN_MAX_S, missing: UNKNOWN, meaning };
}

function share(name: string, meaning: string): FeatureDefinition {
  return { name, unit: 'probability', min: 0, max: 1, missing: UNKNOWN, meaning };
}

/**
 * What the intent model sees of one visit and one product: what the visit did and what was around it, never who the shopper is. What a member
 * who opted in bought before is left out on purpose: it is of the person and not of the visit, and campaigns may ask for it in the open.
 * Counts and spans are clipped to their range; `-2` means not known. Touching is picking, returning, comparing, scanning or trying.
 */
export const VISIT_SPEC = defineFeatureSpec('visit-intent', [
  count('picks', 'times this product was taken'),
  count('returns', 'times this product was put back'),
  count('compares', 'times this product was compared with another'),
  count('scans', 'times this product was scanned'),
  count('tries', 'times this product was tried, among the last 64 interactions'),
  count('holding', 'units of this product taken and not put back'),
  seconds('product_dwell_s', 'time spent standing at this product'),
  seconds('since_last_touch_s', 'time since the last sign of interest in this product; unknown when there was none'),
  seconds('since_first_touch_s', 'time since the first sign of interest in this product; unknown when there was none'),
  count('recent_touches', 'interactions with this product in the last 5 minutes'),
  share('evidence_confidence', 'lowest confidence that it was this visit, over the evidence on this product; unknown without evidence'),
  count('is_trigger', '1 when this product asked for the score, else 0', 1),
  share('trigger_confidence', 'confidence that it was this visit that triggered the score'),
  count('category_touches', 'touches of other products of the same category, among those in the request', 512),
  seconds('category_dwell_s', 'time spent at other products of the same category, among those in the request'),
  count('category_products', 'other products of the same category with any sign of interest, among those in the request', 8),
  count('category_holding', 'units of other products of the same category taken and not put back, among those in the request'),
  seconds('visit_duration_s', 'time since the visit began'),
  count('zones_visited', 'zones with any time spent in them'),
  count('zone_changes', 'times the visit moved to another zone', 255),
  seconds('zone_dwell_s', 'time since the visit came to its present zone; unknown when its place is'),
  share('place_confidence', 'confidence of the present place; unknown when there is none'),
  count('interactions', 'interactions of the visit, the last 64 at most'),
  count('products_touched', 'products with any sign of interest, 32 at most', 32),
  count('units_held', 'units of all products taken and not put back', 255),
  count('dismissals', 'offers that were waved away'),
  count('offers', 'offers made to this visit so far', 16),
  { name: 'price_cents', unit: 'cents', min: 0, max: 10_000_000, missing: UNKNOWN, meaning: 'price of one unit' },
  {
    name: 'price_ratio',
    unit: 'ratio',
    min: 0,
    max: 20,
    missing: UNKNOWN,
    meaning: 'price against the mean price of the products with interest, among those in the request; unknown when there are none',
  },
  share('focus', 'share of the interactions that were with this product; unknown when there were none'),
  {
    name: 'time_sin',
    unit: '',
    min: -1,
    max: 1,
    missing: UNKNOWN,
    meaning: 'sine of the local time of day; unknown where the store gives none',
  },
  {
    name: 'time_cos',
    unit: '',
    min: -1,
    max: 1,
    missing: UNKNOWN,
    meaning: 'cosine of the local time of day; unknown where the store gives none',
  },
  {
    name: 'weather',
    unit: 'category',
    min: 0,
    max: WEATHER_LEVELS.length - 1,
    missing: UNKNOWN,
    levels: WEATHER_LEVELS,
    around: true,
    meaning: 'weather outside; unknown where nobody tells it or the word is not known',
  },
  {
    name: 'event',
    unit: 'flag',
    min: 0,
    max: 1,
    missing: UNKNOWN,
    around: true,
    meaning: '1 while an event goes on around the store, else 0; unknown where nobody ever told of one',
  },
  {
    name: 'weekday',
    unit: 'day',
    min: 0,
    max: 6,
    missing: UNKNOWN,
    around: true,
    meaning: 'local day of the week, 0 for Monday to 6 for Sunday, so that one split tells the weekend',
  },
]);
