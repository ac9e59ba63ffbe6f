import type { ScoreEffect } from '../agent/core/effect.ts';
import type { Sku } from '../agent/core/ids.ts';
import type { Product } from '../agent/core/store-map.ts';
import { DAY_MS, MINUTE_MS, type TimestampMs } from '../agent/core/units.ts';
import type { Interest, Visit } from '../agent/core/visit.ts';
import type { FeatureDefinition } from './feature-spec.ts';
import { UNKNOWN, VISIT_SPEC } from './visit-spec.ts';
import { weatherLevel } from './weather.ts';

/** What the request does not say of the store. */
export interface FeatureOptions {
  /** Minutes since local midnight at the request's time, 0 to 1439; left out, the time of day is unknown to the model. */
  readonly minuteOfDay?: number;
}

const RECENT_MS = 5 * MINUTE_MS;
const DEFINITIONS: readonly FeatureDefinition[] = VISIT_SPEC.features;

/**
 * The visit's state as numbers, in the order of `VISIT_SPEC`: the one function that serving and training share.
 * Every value is inside its declared range or is `UNKNOWN`; three decimals, so that a stored vector is short and exact.
 */
export function features(request: ScoreEffect, product: Product, options: FeatureOptions = {}): number[] {
  const { visit, nowMs, trigger, around } = request;
  const own = visit.interest.get(product.sku);
  const touched = touches(request, product.sku);
  const shelf = category(request, product);
  const all = totals(visit);
  const clock = timeOfDay(options.minuteOfDay);
  const values = [
    own?.picks ?? 0,
    own?.returns ?? 0,
    own?.compares ?? 0,
    own?.scans ?? 0,
    touched.tries,
    own?.holding ?? 0,
    (own?.dwellMs ?? 0) / 1000,
    own === undefined ? UNKNOWN : since(nowMs, own.lastAtMs),
    own === undefined ? UNKNOWN : since(nowMs, own.firstAtMs),
    touched.recent,
    own?.confidence ?? UNKNOWN,
    trigger.sku === product.sku ? 1 : 0,
    trigger.confidence,
    shelf.touches,
    shelf.dwellMs / 1000,
    shelf.products,
    shelf.holding,
    since(nowMs, visit.openedAtMs),
    all.zones,
    visit.zoneChanges,
    visit.place === undefined ? UNKNOWN : since(nowMs, visit.place.sinceMs),
    visit.place?.confidence ?? UNKNOWN,
    visit.interactions.length,
    visit.interest.size,
    all.holding,
    visit.dismissals,
    visit.offers.length,
    product.priceCents,
    shelf.meanPriceCents > 0 ? product.priceCents / shelf.meanPriceCents : UNKNOWN,
    visit.interactions.length > 0 ? touched.count / visit.interactions.length : UNKNOWN,
    clock.sin,
    clock.cos,
    around.weather === undefined ? UNKNOWN : (weatherLevel(around.weather) ?? UNKNOWN),
    around.hasEvent === undefined ? UNKNOWN : Number(around.hasEvent),
    around.weekday,
  ];
  for (let i = 0; i < values.length; i++) values[i] = clip(DEFINITIONS[i]!, values[i]!);
  return values;
}

/** Touches of one product: what an `Interest` counts, without time spent. */
export function touchCount(interest: Readonly<Interest>): number {
  return interest.picks + interest.returns + interest.compares + interest.scans;
}

function touches(request: ScoreEffect, sku: Sku): { readonly count: number; readonly tries: number; readonly recent: number } {
  let count = 0;
  let tries = 0;
  let recent = 0;
  for (const interaction of request.visit.interactions) {
    if (interaction.sku !== sku) continue;
    count++;
    if (interaction.kind === 'try') tries++;
    if (request.nowMs - interaction.atMs <= RECENT_MS) recent++;
  }
  return { count, tries, recent };
}

/** Interest in the category's other products, and the mean price of all products of the request that the visit cared about. */
function category(request: ScoreEffect, product: Product) {
  const sum = { touches: 0, dwellMs: 0, products: 0, holding: 0, meanPriceCents: 0 };
  let priced = 0;
  for (const other of request.products) {
    const interest = request.visit.interest.get(other.sku);
    if (interest === undefined) continue;
    sum.meanPriceCents += other.priceCents;
    priced++;
    if (other.sku === product.sku || other.category !== product.category) continue;
    sum.touches += touchCount(interest);
    sum.dwellMs += interest.dwellMs;
    sum.holding += Math.max(0, interest.holding);
    sum.products++;
  }
  if (priced > 0) sum.meanPriceCents /= priced;
  return sum;
}

function totals(visit: Readonly<Visit>): { readonly zones: number; readonly holding: number } {
  let zones = 0;
  for (const dwellMs of visit.dwellMs.values()) if (dwellMs > 0) zones++;
  let holding = 0;
  for (const interest of visit.interest.values()) holding += Math.max(0, interest.holding);
  return { zones, holding };
}

function since(nowMs: TimestampMs, thenMs: TimestampMs): number {
  return Math.max(0, nowMs - thenMs) / 1000;
}

function timeOfDay(minuteOfDay: number | undefined): { readonly sin: number; readonly cos: number } {
  if (minuteOfDay === undefined) return { sin: UNKNOWN, cos: UNKNOWN };
  const angle = (2 * Math.PI * minuteOfDay * MINUTE_MS) / DAY_MS;
  return { sin: Math.sin(angle), cos: Math.cos(angle) };
}

function clip(feature: FeatureDefinition, value: number): number {
  if (value === UNKNOWN || !Number.isFinite(value)) return UNKNOWN;
  const clipped = Math.min(feature.max, Math.max(feature.min, value));
  // Adding 0 turns -0 into 0, which JSON would do too: the stored vector and the served one stay equal.
  return Math.round(clipped * 1000) / 1000 + 0;
}
