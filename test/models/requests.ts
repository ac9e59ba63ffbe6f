import fc from 'fast-check';
import type { ScoreEffect } from '../../agent/core/effect.ts';
import type { Surroundings } from '../../agent/core/journeys/surroundings.ts';
import type { Product } from '../../agent/core/store-map.ts';
import type { Interest, Visit } from '../../agent/core/visit.ts';
import { sampleRequests } from '../../models/sample-requests.ts';

/** The moment that all test requests are made at. */
export const NOW_MS = 1_800_000_000_000;

/** A visit that has done nothing yet, opened ten minutes ago. */
export function quietVisit(): Visit {
  const { visit } = sampleRequests(1, { seed: 1 })[0]!;
  return {
    ...visit,
    openedAtMs: NOW_MS - 600_000,
    place: undefined,
    zoneChanges: 0,
    dwellMs: new Map(),
    interactions: [],
    interest: new Map(),
    offers: [],
    dismissals: 0,
  };
}

export function product(sku: string, more: Partial<Product> = {}): Product {
  return { sku, name: sku, category: 'coffee', priceCents: 1000, costCents: 500, ...more };
}

export function interest(more: Partial<Interest> = {}): Interest {
  return {
    picks: 0,
    returns: 0,
    compares: 0,
    scans: 0,
    dwellMs: 0,
    holding: 0,
    firstAtMs: NOW_MS,
    lastAtMs: NOW_MS,
    confidence: 0.9,
    ...more,
  };
}

export function request(visit: Visit, products: readonly Product[]): ScoreEffect {
  const trigger = { interaction: 'pick', sku: products[0]!.sku, slot: undefined, fixture: undefined, confidence: 0.9 } as const;
  return { kind: 'score', request: '1.0', visit, products, trigger, nowMs: NOW_MS, around: { weekday: 4 } };
}

/** Any visit that the types allow, absurd numbers included. */
export const anyRequest: fc.Arbitrary<ScoreEffect> = fc
  .record({
    products: fc.array(anyProduct(), { minLength: 1, maxLength: 8 }),
    interests: fc.array(anyInterest(), { maxLength: 8 }),
    interactions: fc.array(fc.record({ sku: anySku(), kind: anyKind(), atMs: anyTime(), confidence: anyShare() }), { maxLength: 64 }),
    openedAtMs: anyTime(),
    place: fc.option(fc.record({ sinceMs: anyTime(), confidence: anyShare() }), { nil: undefined }),
    zoneChanges: fc.nat(),
    dwell: fc.array(fc.double({ noNaN: true, min: 0 }), { maxLength: 9 }),
    dismissals: fc.nat(100),
    offers: fc.nat(16),
    triggerConfidence: anyShare(),
    around: anyAround(),
  })
  .map((drawn) => {
    const visit: Visit = {
      ...quietVisit(),
      openedAtMs: drawn.openedAtMs,
      place: drawn.place === undefined ? undefined : { zone: 'z', fixture: undefined, seenAtMs: NOW_MS, ...drawn.place },
      zoneChanges: drawn.zoneChanges,
      dwellMs: new Map(drawn.dwell.map((ms, i) => [`z${i}`, ms])),
      interactions: drawn.interactions.map((one) => ({ ...one, slot: undefined })),
      interest: new Map(drawn.interests.map((one, i) => [`s${i}`, one])),
      offers: Array.from({ length: drawn.offers }, (_, i) => `o${i}`),
      dismissals: drawn.dismissals,
    };
    const base = request(visit, drawn.products);
    return { ...base, trigger: { ...base.trigger, confidence: drawn.triggerConfidence }, around: drawn.around };
  });

function anyAround(): fc.Arbitrary<Surroundings> {
  return fc.record(
    {
      weekday: fc.nat(6),
      weather: fc.oneof(fc.constantFrom('rain', 'Light snow', 'hot', 'Regen', ''), fc.string()),
      hasEvent: fc.boolean(),
    },
    { requiredKeys: ['weekday'] },
  );
}

function anySku(): fc.Arbitrary<string> {
  return fc.nat(7).map((n) => `s${n}`);
}

function anyKind() {
  return fc.constantFrom('dwell', 'pick', 'return', 'compare', 'scan', 'try' as const);
}

function anyShare(): fc.Arbitrary<number> {
  return fc.double({ min: 0, max: 1, noNaN: true });
}

function anyTime(): fc.Arbitrary<number> {
  return fc.oneof(fc.integer({ min: NOW_MS - 20_000_000, max: NOW_MS + 1000 }), fc.constantFrom(0, NOW_MS, Number.MAX_SAFE_INTEGER));
}

function anyProduct(): fc.Arbitrary<Product> {
  return fc
    .record({
      sku: anySku(),
      category: fc.constantFrom('a', 'b'),
      priceCents: fc.oneof(fc.nat(100_000), fc.constantFrom(0, Number.MAX_SAFE_INTEGER)),
    })
    .map((drawn) => product(drawn.sku, drawn));
}

function anyInterest(): fc.Arbitrary<Interest> {
  const count = fc.oneof(fc.nat(3), fc.nat(), fc.constant(-1));
  return fc.record({
    picks: count,
    returns: count,
    compares: count,
    scans: count,
    dwellMs: fc.double({ min: 0, noNaN: true }),
    holding: count,
    firstAtMs: anyTime(),
    lastAtMs: anyTime(),
    confidence: anyShare(),
  });
}
