import type { Campaign, Fixture, PlacedDevice, Policy, Product, Slot, StoreMap, Zone } from '../../agent/core/store-map.ts';
import { HOUR_MS, MINUTE_MS, SECOND_MS } from '../../agent/core/units.ts';

/**
 * A small store for tests: zones `entrance`, `coffee`, `care`, `checkout`; fixtures `shelf-01` to `shelf-12`; slots `NN-M`; 40 products;
 * one sensor a fixture (same id), one scanner a zone (`scan-<zone>`), `cam-coffee`, `cam-care`, `climate-1`, `door-1`, `till-1`,
 * displays on `shelf-03` and `shelf-07`; tags `cart-01` to `cart-20`; campaigns `coffee-20`, `care-15`, `snack-50c`.
 * A fresh value every time; `changes` replaces top-level fields.
 */
export function sampleStore(changes: Partial<StoreMap> = {}): StoreMap {
  return {
    storeId: 'demo',
    name: 'Sample store',
    currency: 'EUR',
    timeZone: 'Europe/Berlin',
    plan: { widthM: 20, depthM: 12 },
    zones: zones(),
    fixtures: fixtures(),
    slots: SHELVES.flatMap((shelf) =>
      shelf.goods.map((sku, at): Slot => ({ id: `${shelf.n}-${at + 1}`, fixture: `shelf-${shelf.n}`, sku, capacity: 12 })),
    ),
    products: GOODS.map(
      ([sku, name, category, priceCents, costCents, unitGrams]): Product => ({ sku, name, category, priceCents, costCents, unitGrams }),
    ),
    devices: devices(),
    tags: Array.from({ length: 20 }, (_, at) => ({ id: `cart-${twoDigits(at + 1)}`, name: `Cart ${at + 1}` })),
    campaigns: campaigns(),
    policy: samplePolicy(),
    ...changes,
  };
}

/** The sample store's policy: 10 % holdout, 3 offers a visit at least 30 s apart, no quiet hours. `changes` replaces fields. */
export function samplePolicy(changes: Partial<Policy> = {}): Policy {
  return {
    holdoutShare: 0.1,
    holdoutSeed: 'sample',
    assignmentFloor: 0.5,
    confidenceFloor: 0.3,
    maxOffersPerVisit: 3,
    minOfferGapMs: 30 * SECOND_MS,
    quietHours: [],
    marginFloor: 0.05,
    offerTtlMs: 30 * MINUTE_MS,
    confirmWithinMs: 30 * SECOND_MS,
    attributionWindowMs: 2 * HOUR_MS,
    visitIdleMs: 10 * MINUTE_MS,
    evidenceTtlMs: 2 * MINUTE_MS,
    consentTtlMs: 4 * HOUR_MS,
    lateAfterMs: MINUTE_MS,
    futureAfterMs: 5 * SECOND_MS,
    zoneHysteresisDb: 4,
    zoneSettleMs: 2 * SECOND_MS,
    ...changes,
  };
}

function zones(): readonly Zone[] {
  return [
    rectangle({ id: 'entrance', name: 'Entrance', kind: 'entrance' }, [0, 8, 10, 12]),
    rectangle({ id: 'coffee', name: 'Coffee and tea', kind: 'aisle' }, [0, 0, 10, 8]),
    rectangle({ id: 'care', name: 'Body care', kind: 'aisle' }, [10, 0, 20, 8]),
    rectangle({ id: 'checkout', name: 'Checkout', kind: 'checkout' }, [10, 8, 20, 12]),
  ];
}

function rectangle(zone: Pick<Zone, 'id' | 'name' | 'kind'>, [x0, y0, x1, y1]: readonly [number, number, number, number]): Zone {
  const outline = [
    { xM: x0, yM: y0 },
    { xM: x1, yM: y0 },
    { xM: x1, yM: y1 },
    { xM: x0, yM: y1 },
  ];
  return { ...zone, outline, offersAllowed: true };
}

const SHELVES: readonly {
  readonly n: string;
  readonly zone: string;
  readonly xM: number;
  readonly yM: number;
  readonly goods: readonly string[];
}[] = [
  { n: '01', zone: 'entrance', xM: 3, yM: 10, goods: ['choc-01', 'choc-02', 'nuts-01'] },
  { n: '02', zone: 'entrance', xM: 7, yM: 10, goods: ['bisc-01', 'bisc-02', 'nuts-02'] },
  { n: '03', zone: 'coffee', xM: 2, yM: 6, goods: ['coffee-01', 'coffee-02', 'coffee-03', 'coffee-04'] },
  { n: '04', zone: 'coffee', xM: 2, yM: 2, goods: ['coffee-05', 'coffee-06', 'coffee-07'] },
  { n: '05', zone: 'coffee', xM: 6, yM: 2, goods: ['tea-01', 'tea-02', 'tea-03', 'tea-04'] },
  { n: '06', zone: 'coffee', xM: 8, yM: 6, goods: ['milk-01', 'milk-02', 'sugar-01'] },
  { n: '07', zone: 'care', xM: 12, yM: 6, goods: ['shampoo-01', 'shampoo-02', 'shampoo-03', 'shampoo-04'] },
  { n: '08', zone: 'care', xM: 12, yM: 2, goods: ['soap-01', 'soap-02', 'soap-03'] },
  { n: '09', zone: 'care', xM: 16, yM: 2, goods: ['cream-01', 'cream-02', 'cream-03', 'cream-04'] },
  { n: '10', zone: 'care', xM: 18, yM: 6, goods: ['tooth-01', 'tooth-02', 'tooth-03'] },
  { n: '11', zone: 'checkout', xM: 12, yM: 9, goods: ['gum-01', 'gum-02', 'bar-01'] },
  { n: '12', zone: 'checkout', xM: 18, yM: 9, goods: ['bar-02', 'bar-03', 'water-01'] },
];

/** SKU, name, category, price, cost, grams of one unit. */
const GOODS: readonly (readonly [string, string, string, number, number, number])[] = [
  ['choc-01', 'Dark chocolate 70 %', 'snacks', 249, 140, 100],
  ['choc-02', 'Milk chocolate', 'snacks', 199, 110, 100],
  ['nuts-01', 'Roasted almonds', 'snacks', 399, 240, 150],
  ['nuts-02', 'Salted cashews', 'snacks', 449, 270, 150],
  ['bisc-01', 'Butter biscuits', 'snacks', 229, 120, 200],
  ['bisc-02', 'Oat biscuits', 'snacks', 259, 140, 250],
  ['coffee-01', 'House blend beans 500 g', 'coffee', 799, 480, 510],
  ['coffee-02', 'Espresso beans 500 g', 'coffee', 899, 520, 510],
  ['coffee-03', 'Organic beans 500 g', 'coffee', 1099, 660, 510],
  ['coffee-04', 'Decaf beans 500 g', 'coffee', 949, 580, 510],
  ['coffee-05', 'Ground coffee 250 g', 'coffee', 449, 260, 260],
  ['coffee-06', 'Instant coffee 100 g', 'coffee', 549, 300, 320],
  ['coffee-07', 'Coffee capsules, 20', 'coffee', 699, 380, 180],
  ['tea-01', 'Green tea, 20 bags', 'tea', 299, 150, 60],
  ['tea-02', 'Black tea, 20 bags', 'tea', 279, 140, 60],
  ['tea-03', 'Mint tea, 20 bags', 'tea', 259, 130, 55],
  ['tea-04', 'Fruit tea, 20 bags', 'tea', 249, 125, 65],
  ['milk-01', 'Whole milk 1 l', 'dairy', 129, 90, 1040],
  ['milk-02', 'Oat drink 1 l', 'dairy', 199, 120, 1040],
  ['sugar-01', 'Cane sugar 500 g', 'baking', 219, 130, 505],
  ['shampoo-01', 'Shampoo for every day', 'hair', 349, 180, 280],
  ['shampoo-02', 'Repair shampoo', 'hair', 499, 240, 280],
  ['shampoo-03', 'Solid shampoo bar', 'hair', 599, 300, 75],
  ['shampoo-04', 'Conditioner', 'hair', 399, 190, 270],
  ['soap-01', 'Olive soap', 'body', 199, 90, 110],
  ['soap-02', 'Lavender soap', 'body', 219, 95, 110],
  ['soap-03', 'Shower gel', 'body', 279, 130, 330],
  ['cream-01', 'Hand cream', 'body', 349, 160, 95],
  ['cream-02', 'Face cream', 'body', 899, 420, 80],
  ['cream-03', 'Body lotion', 'body', 599, 280, 430],
  ['cream-04', 'Lip balm', 'body', 249, 110, 20],
  ['tooth-01', 'Toothpaste', 'dental', 229, 110, 120],
  ['tooth-02', 'Toothbrush', 'dental', 349, 150, 30],
  ['tooth-03', 'Mouthwash', 'dental', 399, 190, 540],
  ['gum-01', 'Mint gum', 'snacks', 119, 55, 30],
  ['gum-02', 'Fruit gum', 'snacks', 119, 55, 30],
  ['bar-01', 'Muesli bar', 'snacks', 149, 80, 45],
  ['bar-02', 'Protein bar', 'snacks', 249, 140, 60],
  ['bar-03', 'Nut bar', 'snacks', 169, 90, 45],
  ['water-01', 'Still water 0.5 l', 'drinks', 99, 45, 520],
];

const DISPLAYS: Readonly<Record<string, string>> = { '03': 'display-03', '07': 'display-07' };

function fixtures(): readonly Fixture[] {
  return SHELVES.map(({ n, zone, xM, yM }): Fixture => {
    const fixture = { id: `shelf-${n}`, name: `Shelf ${Number(n)}`, zone, kind: 'shelf', xM, yM } as const;
    const display = DISPLAYS[n];
    return display === undefined ? fixture : { ...fixture, display };
  });
}

function devices(): readonly PlacedDevice[] {
  const native = { adapter: 'native', quietAfterMs: 5 * MINUTE_MS } as const;
  return [
    ...SHELVES.map(
      ({ n, zone }): PlacedDevice => ({
        ...native,
        id: `shelf-${n}`,
        name: `Shelf sensor ${Number(n)}`,
        role: 'sensor',
        zone,
        fixture: `shelf-${n}`,
      }),
    ),
    ...zones().map(({ id, name }): PlacedDevice => ({ ...native, id: `scan-${id}`, name: `Scanner ${name}`, role: 'scanner', zone: id })),
    { ...native, id: 'cam-coffee', name: 'Camera coffee', role: 'camera', zone: 'coffee' },
    { ...native, id: 'cam-care', name: 'Camera care', role: 'camera', zone: 'care' },
    { ...native, id: 'climate-1', name: 'Climate', role: 'sensor', zone: 'coffee' },
    { ...native, id: 'door-1', name: 'Door counter', role: 'door', zone: 'entrance' },
    { ...native, id: 'till-1', name: 'Till 1', role: 'till', zone: 'checkout' },
    { ...native, id: 'display-03', name: 'Display shelf 3', role: 'display', zone: 'coffee', fixture: 'shelf-03' },
    { ...native, id: 'display-07', name: 'Display shelf 7', role: 'display', zone: 'care', fixture: 'shelf-07' },
  ];
}

function campaigns(): readonly Campaign[] {
  const base = { enabled: true, skus: [], budgetPeriod: 'day', minIntent: 0.15, maxIntent: 0.85, maxPerVisit: 1 } as const;
  return [
    {
      ...base,
      id: 'coffee-20',
      name: 'Coffee weeks',
      categories: ['coffee'],
      discount: { kind: 'percent', percent: 20 },
      budgetCents: 20_000,
      headline: '20 % off your coffee today',
    },
    {
      ...base,
      id: 'care-15',
      name: 'Care for yourself',
      categories: ['hair', 'body'],
      discount: { kind: 'percent', percent: 15 },
      budgetCents: 15_000,
      headline: '15 % off body care',
    },
    {
      ...base,
      id: 'snack-50c',
      name: 'A little extra',
      categories: ['snacks'],
      discount: { kind: 'amount', cents: 50 },
      budgetCents: 5_000,
      headline: '50 cents off a snack',
    },
  ];
}

function twoDigits(n: number): string {
  return String(n).padStart(2, '0');
}
