import type { ScoreEffect } from '../agent/core/effect.ts';
import type { Surroundings } from '../agent/core/journeys/surroundings.ts';
import type { Product } from '../agent/core/store-map.ts';
import type { Interaction, InteractionKind, Interest, Visit } from '../agent/core/visit.ts';
import { createRandom, type Random } from './training/random.ts';
import { WEATHER_LEVELS } from './weather.ts';

const KINDS: readonly InteractionKind[] = ['dwell', 'pick', 'return', 'compare', 'scan', 'try'];
const NOW_MS = 1_800_000_000_000;

/** Requests as a busy store makes them, from a seed: for benchmarks and for trying a model out. `products` each (1 to 8, default 1). */
export function sampleRequests(count: number, options: { readonly seed: number; readonly products?: number }): ScoreEffect[] {
  const random = createRandom(options.seed);
  return Array.from({ length: count }, (_, i) => sampleRequest(i, options.products ?? 1, random));
}

function sampleRequest(number: number, productCount: number, random: Random): ScoreEffect {
  const products = Array.from({ length: productCount }, (_, i) => sampleProduct(i, random));
  const visit = emptyVisit(`v_${number}`, NOW_MS - random.below(3_600_000));
  visit.zoneChanges = random.below(12);
  visit.place = { zone: 'z1', fixture: 'f1', sinceMs: NOW_MS - random.below(300_000), seenAtMs: NOW_MS, confidence: random.next() };
  for (let zone = 0; zone < 1 + random.below(4); zone++) visit.dwellMs.set(`z${zone}`, random.below(600_000));
  for (let i = random.below(20); i >= 0; i--) touch(visit, products[random.below(products.length)]!, random);
  return {
    kind: 'score',
    request: `${number}.0`,
    visit,
    products,
    trigger: { interaction: 'pick', sku: products[0]!.sku, slot: undefined, fixture: undefined, confidence: random.next() },
    nowMs: NOW_MS,
    around: sampleAround(number),
  };
}

/** Every third store has no feed: that is the normal case. */
function sampleAround(number: number): Surroundings {
  const weekday = number % 7;
  return number % 3 === 0 ? { weekday } : { weekday, weather: WEATHER_LEVELS[number % WEATHER_LEVELS.length]!, hasEvent: number % 2 === 0 };
}

function sampleProduct(number: number, random: Random): Product {
  const priceCents = 100 + random.below(5000);
  return {
    sku: `sku-${number}`,
    name: `Product ${number}`,
    category: `c${random.below(3)}`,
    priceCents,
    costCents: Math.floor(priceCents / 2),
  };
}

function touch(visit: Visit, product: Product, random: Random): void {
  const kind = KINDS[random.below(KINDS.length)]!;
  const atMs = NOW_MS - random.below(600_000);
  const interaction: Interaction = { kind, sku: product.sku, slot: undefined, atMs, confidence: random.next() };
  visit.interactions.push(interaction);
  const interest: Interest = visit.interest.get(product.sku) ?? {
    ...{ picks: 0, returns: 0, compares: 0, scans: 0, dwellMs: 0, holding: 0 },
    firstAtMs: atMs,
    lastAtMs: atMs,
    confidence: 1,
  };
  visit.interest.set(product.sku, interest);
  interest.firstAtMs = Math.min(interest.firstAtMs, atMs);
  interest.lastAtMs = Math.max(interest.lastAtMs, atMs);
  interest.confidence = Math.min(interest.confidence, interaction.confidence);
  if (kind === 'dwell') interest.dwellMs += random.below(30_000);
  if (kind === 'compare') interest.compares++;
  if (kind === 'scan') interest.scans++;
  if (kind === 'pick') {
    interest.picks++;
    interest.holding++;
  }
  if (kind === 'return') {
    interest.returns++;
    interest.holding = Math.max(0, interest.holding - 1);
  }
}

function emptyVisit(id: string, openedAtMs: number): Visit {
  return {
    id,
    openedAtMs,
    origin: 'phone',
    lastSignAtMs: NOW_MS,
    tag: undefined,
    arm: 'treated',
    consents: new Map(),
    place: undefined,
    zoneChanges: 0,
    dwellMs: new Map(),
    interactions: [],
    interest: new Map(),
    offers: [],
    offersByCampaign: new Map(),
    lastOfferAtMs: undefined,
    dismissals: 0,
    eligibleAtMs: undefined,
    funnelStep: 0,
    lastHolds: new Map(),
    lastScoredAtMs: undefined,
    dwellCountedAtMs: openedAtMs,
    dwelt: new Set(),
    salesCents: 0,
    marginCents: 0,
    discountCents: 0,
    soldAtMs: undefined,
  };
}
