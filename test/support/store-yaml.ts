/** Key of the till in `storeYaml`; the file `till.key` beside the configuration holds it. */
export const TILL_KEY = 'till-key-of-the-tests-0123456789';

/** A time zone in which it is about noon now, so that no test runs across midnight of its store. */
function zoneOfNoon(): string {
  const hoursToNoon = 12 - new Date().getUTCHours();
  // POSIX signs: Etc/GMT-3 is three hours east.
  return hoursToNoon === 0 ? 'Etc/GMT' : `Etc/GMT${hoursToNoon > 0 ? '-' : '+'}${Math.abs(hoursToNoon)}`;
}

/** Shelves of the store, each in a zone of its own so that shoppers at different shelves are never mistaken for each other. */
export const SHELVES = ['1', '2', '3', '4', '5', '6', '7', '8'] as const;

const lines = (line: (n: string, at: number) => string): string => SHELVES.map((n, index) => `\n  - ${line(n, 2 * index)}`).join('');

const SECTIONS: Readonly<Record<string, string>> = {
  store: `
  id: corner
  name: Corner
  currency: EUR
  timeZone: ${zoneOfNoon()}
  plan: { widthM: 20, depthM: 8 }`,
  zones: `${lines((n, x) => `{ id: aisle-${n}, name: Aisle ${n}, outline: [[${x}, 0], [${x + 2}, 0], [${x + 2}, 6], [${x}, 6]] }`)}
  - { id: exit, name: Exit, outline: [[16, 0], [20, 0], [20, 6], [16, 6]] }
  - { id: tills, name: Tills, kind: checkout, outline: [[0, 6], [20, 6], [20, 8], [0, 8]], offersAllowed: false }`,
  fixtures: `${lines((n, x) => `{ id: shelf-${n}, name: Shelf ${n}, zone: aisle-${n}, at: [${x + 1}, 3], slots: [{ id: ${n}-1, sku: TEA }, { id: ${n}-2, sku: COFFEE }] }`)}
  - { id: rack, name: Rack at the exit, zone: exit, at: [18, 3], slots: [{ id: rack-1, sku: MINT }] }`,
  products: `
  - { sku: TEA, name: Black tea, category: tea, price: 4.00, cost: 1.00 }
  - { sku: MINT, name: Mint tea, category: tea, price: 3.00, cost: 1.00 }
  - { sku: COFFEE, name: Coffee beans, category: coffee, price: 9.00, cost: 4.00 }`,
  devices: `${lines((n) => `{ id: shelf-${n}, name: Sensor ${n}, role: sensor, fixture: shelf-${n} }`)}
  - { id: scanner-1, name: Scanner, role: scanner, zone: aisle-1 }
  - { id: camera-1, name: Camera, role: camera, zone: exit }
  - { id: door-1, name: Door, role: door, zone: exit }
  - { id: till-1, name: Till, role: till, zone: tills }`,
  tags: `
  - { id: cart-1, name: Cart 1 }
  - { id: cart-2, name: Cart 2 }`,
  // Whatever a model thinks of one pick, these offer: the tests are about what happens then.
  campaigns: `
  - { id: tea-time, name: Tea time, categories: [tea], discount: 15%, budget: 9000, minIntent: 0, maxIntent: 1, maxPerVisit: 16, headline: Tea for less }
  - { id: coffee-time, name: Coffee time, categories: [coffee], discount: 10%, budget: 9000, minIntent: 0, maxIntent: 1, maxPerVisit: 16, headline: Coffee for less }`,
  policy: `
  holdoutShare: 0
  explorationShare: 0
  confidenceFloor: 0
  maxOffersPerVisit: 16
  minOfferGap: 0s`,
  // However busy the machine is: what scores must not depend on it.
  model: `
  deadline: 10s`,
  http: `
  tillKeys: [{ till: till-1, keyFile: till.key }]`,
  log: `
  level: warn`,
};

/** The configuration of a small store in which every pick of a known shopper becomes an offer. `changes` replaces or adds top-level sections. */
export function storeYaml(changes: Readonly<Record<string, string>> = {}): string {
  return Object.entries({ ...SECTIONS, ...changes })
    .map(([name, body]) => `${name}:${body}\n`)
    .join('');
}
