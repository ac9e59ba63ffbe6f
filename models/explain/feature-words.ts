import { at } from '../confidence.ts';
import { toModelValue } from '../feature-spec.ts';
import { UNKNOWN, VISIT_SPEC } from '../visit-spec.ts';
import { WEATHER_LEVELS, type WeatherLevel } from '../weather.ts';

/** What kind of thing a feature says, for models that can only be explained in pieces of this size. */
export const FEATURE_GROUPS = [
  'touching',
  'putting back',
  'time here',
  'freshness',
  'alternatives',
  'the visit',
  'the price',
  'certainty',
] as const;

export type FeatureGroup = (typeof FEATURE_GROUPS)[number];

/** How a manager is told of one feature. */
export interface FeatureWords {
  readonly group: FeatureGroup;
  /** The rest of a sentence about the product or the visit: "it was picked up twice". The value is known. */
  readonly say: (value: number) => string;
  /** The same where the value is not known. */
  readonly unknown: string;
}

const TIMES = ['', 'once', 'twice'] as const;

/** "once", "twice", "5 times". */
export function times(count: number): string {
  return TIMES[count] || `${count} times`;
}

const WEATHER_PHRASES: Readonly<Record<WeatherLevel, string>> = {
  dry: 'it was dry outside',
  rain: 'it was raining outside',
  snow: 'it was snowing outside',
  hot: 'it was hot outside',
  cold: 'it was cold outside',
};

const DAYS = ['Monday', 'Tuesday', 'Wednesday', 'Thursday', 'Friday', 'Saturday', 'Sunday'] as const;

/** Words for every feature of `VISIT_SPEC`; a test walks the spec. They tell what was done, never what somebody is. */
export const FEATURE_WORDS: Readonly<Record<string, FeatureWords>> = {
  picks: act('touching', 'picked up'),
  returns: act('putting back', 'put back'),
  compares: act('putting back', 'compared with another'),
  scans: act('touching', 'scanned'),
  tries: act('touching', 'tried'),
  holding: {
    group: 'touching',
    say: (units) => (units === 0 ? 'it was not in the hand' : units === 1 ? 'it was in the hand' : `${units} of it were in the hand`),
    unknown: 'whether it was in the hand is not known',
  },
  product_dwell_s: {
    group: 'time here',
    say: (seconds) => (seconds === 0 ? 'nobody stood at it for long' : `the shopper stood at it for ${span(seconds)}`),
    unknown: 'how long the shopper stood at it is not known',
  },
  since_last_touch_s: {
    group: 'freshness',
    say: (seconds) => `the last sign of interest was ${span(seconds)} ago`,
    unknown: 'there was no sign of interest in it before',
  },
  since_first_touch_s: {
    group: 'freshness',
    say: (seconds) => `the first sign of interest was ${span(seconds)} ago`,
    unknown: 'there was no sign of interest in it before',
  },
  recent_touches: {
    group: 'freshness',
    say: (count) =>
      count === 0
        ? 'nothing was done with it in the last five minutes'
        : `something was done with it ${times(count)} in the last five minutes`,
    unknown: 'what was done with it lately is not known',
  },
  evidence_confidence: {
    group: 'certainty',
    say: (share) => `it was this visit with at least ${percent(share)} certainty`,
    unknown: 'nothing said whose doing it was',
  },
  is_trigger: {
    group: 'certainty',
    say: (flag) => (flag === 1 ? 'it was the product just touched' : 'another product was just touched'),
    unknown: 'what was just touched is not known',
  },
  trigger_confidence: {
    group: 'certainty',
    say: (share) => `the last act was this visit's with ${percent(share)} certainty`,
    unknown: 'nothing said whose the last act was',
  },
  category_touches: {
    group: 'alternatives',
    say: (count) => (count === 0 ? 'no similar product was touched' : `similar products were touched ${times(count)}`),
    unknown: 'what was done with similar products is not known',
  },
  category_dwell_s: {
    group: 'alternatives',
    say: (seconds) => (seconds === 0 ? 'no time was spent at similar products' : `${span(seconds)} were spent at similar products`),
    unknown: 'the time at similar products is not known',
  },
  category_products: {
    group: 'alternatives',
    say: (count) =>
      count === 0 ? 'no similar product was looked at' : `${number(count, 'similar product was', 'similar products were')} looked at`,
    unknown: 'how many similar products were looked at is not known',
  },
  category_holding: {
    group: 'alternatives',
    say: (units) =>
      units === 0 ? 'no similar product was in the hand' : `${number(units, 'similar product was', 'similar products were')} in the hand`,
    unknown: 'whether similar products were in the hand is not known',
  },
  visit_duration_s: {
    group: 'the visit',
    say: (seconds) => `the visit had lasted ${span(seconds)}`,
    unknown: 'how long the visit had lasted is not known',
  },
  zones_visited: {
    group: 'the visit',
    say: (count) => `the visit had been in ${number(count, 'zone', 'zones')}`,
    unknown: 'where the visit had been is not known',
  },
  zone_changes: {
    group: 'the visit',
    say: (count) => (count === 0 ? 'the visit had stayed in one zone' : `the visit had changed zones ${times(count)}`),
    unknown: 'how often the visit had changed zones is not known',
  },
  zone_dwell_s: {
    group: 'time here',
    say: (seconds) => `the visit had been in this zone for ${span(seconds)}`,
    unknown: 'how long the visit had been in its zone is not known',
  },
  place_confidence: {
    group: 'certainty',
    say: (share) => `its place was known with ${percent(share)} certainty`,
    unknown: 'its place was not known',
  },
  interactions: {
    group: 'the visit',
    say: (count) => `the visit had done ${number(count, 'thing', 'things')} at shelves`,
    unknown: 'what the visit had done is not known',
  },
  products_touched: {
    group: 'the visit',
    say: (count) => `the visit had looked at ${number(count, 'product', 'products')}`,
    unknown: 'what the visit had looked at is not known',
  },
  units_held: {
    group: 'the visit',
    say: (units) => (units === 0 ? 'nothing had been taken along yet' : `${number(units, 'thing had', 'things had')} been taken along`),
    unknown: 'what had been taken along is not known',
  },
  dismissals: {
    group: 'the visit',
    say: (count) => (count === 0 ? 'no offer had been waved away' : `offers had been waved away ${times(count)}`),
    unknown: 'whether offers had been waved away is not known',
  },
  offers: {
    group: 'the visit',
    say: (count) => (count === 0 ? 'no offer had been made before' : `${number(count, 'offer had', 'offers had')} been made before`),
    unknown: 'whether offers had been made is not known',
  },
  price_cents: {
    group: 'the price',
    say: (cents) => `it costs ${(cents / 100).toFixed(2)}`,
    unknown: 'its price is not known',
  },
  price_ratio: {
    group: 'the price',
    say: (ratio) =>
      ratio < 0.95
        ? 'it is cheaper than what else was looked at'
        : ratio > 1.05
          ? 'it is dearer than what else was looked at'
          : 'it costs about as much as what else was looked at',
    unknown: 'there was no other price to compare it with',
  },
  focus: {
    group: 'touching',
    say: (share) => `${percent(share)} of what the visit did was with it`,
    unknown: 'the visit had done nothing at shelves yet',
  },
  time_sin: { group: 'certainty', say: () => 'the time of day', unknown: 'the time of day is not known' },
  time_cos: { group: 'certainty', say: () => 'the time of day', unknown: 'the time of day is not known' },
  weather: {
    group: 'the visit',
    say: (level) => WEATHER_PHRASES[WEATHER_LEVELS[level] ?? 'dry'],
    unknown: 'the weather is not known',
  },
  event: {
    group: 'the visit',
    say: (flag) => (flag === 1 ? 'there was an event going on' : 'there was no event going on'),
    unknown: 'whether there was an event going on is not known',
  },
  weekday: { group: 'the visit', say: (day) => `it was a ${DAYS[day] ?? 'day'}`, unknown: 'the day of the week is not known' },
};

/** The words for one feature at its value in a stored vector. */
export function featurePhrase(name: string, value: number): string {
  const words = FEATURE_WORDS[name];
  if (words === undefined) return name;
  const definition = VISIT_SPEC.features[at(name)]!;
  return value === UNKNOWN || Number.isNaN(toModelValue(definition, value)) ? words.unknown : words.say(value);
}

function act(group: FeatureGroup, done: string): FeatureWords {
  return {
    group,
    say: (count) => (count === 0 ? `it was not ${done}` : `it was ${done} ${times(count)}`),
    unknown: `whether it was ${done} is not known`,
  };
}

function span(seconds: number): string {
  const whole = Math.round(seconds);
  if (whole < 90) return number(whole, 'second', 'seconds');
  const minutes = Math.round(whole / 60);
  return minutes < 90 ? `${minutes} minutes` : `${Math.round(minutes / 60)} hours`;
}

function number(count: number, one: string, many: string): string {
  return `${count} ${count === 1 ? one : many}`;
}

function percent(share: number): string {
  return `${Math.round(100 * share)}%`;
}
