import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { openStore } from '../../agent/store/store.ts';

/** How large the store of a measurement is. */
export interface BenchStoreSize {
  /** Sensors, one on each fixture; at most 5,000. */
  readonly devices: number;
  /** Products, at least as many as devices: each fixture has one slot with a product of its own. */
  readonly products: number;
}

/** A store made for measuring: every limit generous, so that what is measured is work and not restraint. */
export interface BenchStore {
  readonly configFile: string;
  readonly dataDir: string;
  readonly devices: readonly string[];
}

/** Name of the store in topics. */
export const BENCH_STORE_ID = 'bench';

/** The device with a number from 0; it stands on `fixtureName` of the same number and watches `slotName`. */
export function deviceName(index: number): string {
  return `shelf-${String(index).padStart(5, '0')}`;
}

export function fixtureName(index: number): string {
  return `f-${String(index).padStart(5, '0')}`;
}

export function slotName(index: number): string {
  return `s-${String(index).padStart(5, '0')}`;
}

/** What a device signs in with; nothing here is worth protecting. */
export function deviceSecret(device: string): string {
  return `bench-only-secret-of-${device}`;
}

/** A scanner that hears beacons. */
export const SCANNER = 'scanner-1';

const ZONES = 20;

/** Writes config and credentials of a store into a folder. */
export function createBenchStore(folder: string, size: BenchStoreSize): BenchStore {
  mkdirSync(folder, { recursive: true });
  const configFile = join(folder, 'store.yaml');
  const dataDir = join(folder, 'data');
  writeFileSync(configFile, configText(size));
  if (size.products > MOST_PRODUCTS_BY_HAND) writeFileSync(join(folder, PRODUCTS_FILE), productTable(size.products));
  const devices = Array.from({ length: size.devices }, (_, index) => deviceName(index));
  addCredentials(dataDir, [...devices, SCANNER]);
  return { configFile, dataDir, devices };
}

function addCredentials(dataDir: string, devices: readonly string[]): void {
  const nowMs = Date.now();
  const opened = openStore({ dir: dataDir, quotaBytes: 8e9, nowMs });
  if (!opened.ok) throw new Error(opened.error.message);
  const { database, devices: credentials } = opened.value;
  // One transaction: five thousand commits would take longer than what is measured afterwards.
  database.sqlite.transaction(() => {
    for (const device of devices) credentials.add({ device, secret: deviceSecret(device), nowMs });
  })();
  opened.value.close(nowMs);
}

/** Beyond this a store has its products in a table. */
const MOST_PRODUCTS_BY_HAND = 10_000;
const PRODUCTS_FILE = 'products.csv';

function numbers(count: number): readonly number[] {
  return Array.from({ length: count }, (_, index) => index);
}

function productSku(index: number): string {
  return `P-${String(index).padStart(6, '0')}`;
}

function productTable(count: number): string {
  const rows = numbers(count).map((n) => `${productSku(n)},Product ${n},c-${n % 50},10.00,2.00,250`);
  return ['sku,name,category,price,cost,unitGrams', ...rows, ''].join('\n');
}

function productLines(count: number): readonly string[] {
  if (count > MOST_PRODUCTS_BY_HAND) return [`productsFile: ${PRODUCTS_FILE}`];
  const product = (n: number) =>
    `  - { sku: ${productSku(n)}, name: Product ${n}, category: c-${n % 50}, price: 10.00, cost: 2.00, unitGrams: 250 }`;
  return ['products:', ...numbers(count).map(product)];
}

/** A config as a person would write it: one flow mapping a line. */
function configText({ devices, products }: BenchStoreSize): string {
  return [
    `store: { id: ${BENCH_STORE_ID}, name: Bench, currency: EUR, timeZone: UTC, plan: { widthM: 200, depthM: 200 } }`,
    'zones:',
    ...numbers(ZONES).map((n) => `  - { id: z-${n}, name: Zone ${n}, outline: [[0, ${n * 10}], [200, ${n * 10}], [200, ${n * 10 + 10}]] }`),
    'fixtures:',
    ...numbers(devices).map(
      (n) =>
        `  - { id: ${fixtureName(n)}, name: Fixture ${n}, zone: z-${n % ZONES}, at: [1, 1], slots: [{ id: ${slotName(n)}, sku: ${productSku(n)} }] }`,
    ),
    ...productLines(products),
    'devices:',
    ...numbers(devices).map((n) => `  - { id: ${deviceName(n)}, name: Shelf ${n}, role: sensor, fixture: ${fixtureName(n)} }`),
    `  - { id: ${SCANNER}, name: Scanner, role: scanner, zone: z-0 }`,
    'campaigns:',
    `  - { id: everything, name: Everything, categories: [${numbers(50)
      .map((n) => `c-${n}`)
      .join(', ')}], discount: 20%, budget: 9999999, minIntent: 0, maxIntent: 1, maxPerVisit: 16, headline: Less for it today }`,
    'policy:',
    '  holdoutShare: 0',
    '  explorationShare: 0',
    '  assignmentFloor: 0',
    '  confidenceFloor: 0',
    '  marginFloor: 0',
    '  maxOffersPerVisit: 16',
    '  minOfferGap: 0s',
    '  visitIdle: 4h',
    '  confirmWithin: 5m',
    'data: { quota: 200GB }',
    '',
  ].join('\n');
}
