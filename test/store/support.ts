import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach } from 'vitest';
import type { Decision, Offer } from '../../agent/core/decision.ts';
import type { LoggedInput } from '../../agent/core/input.ts';
import type { Turn } from '../../agent/store/journal.ts';
import { type OpenStoreOptions, openStore, type Store } from '../../agent/store/store.ts';

/** Start of every test's time. */
export const T0 = Date.UTC(2026, 4, 4, 9);

const cleanups: (() => void)[] = [];

afterEach(() => {
  for (const cleanup of cleanups.splice(0).reverse()) cleanup();
});

/** A data folder of its own, removed after the test. */
export function tempDir(): string {
  const dir = mkdtempSync(join(tmpdir(), 'endcap-store-'));
  cleanups.push(() => rmSync(dir, { recursive: true, force: true }));
  return dir;
}

/** An open store, closed after the test. Opens a folder of its own unless one is given. */
export function openTestStore(options: Partial<OpenStoreOptions> = {}): Store {
  const opened = openStore({ dir: tempDir(), quotaBytes: 256_000_000, nowMs: T0, ...options });
  if (!opened.ok) throw new Error(opened.error.message);
  cleanups.push(() => opened.value[Symbol.dispose]());
  return opened.value;
}

/** A turn with only what a test is about. */
export function turn(parts: Partial<Turn>): Turn {
  return { inputs: [], rows: [], batches: [], atMs: T0, ...parts };
}

/** A scale's reading at a log position. */
export function weight(seq: number, grams = seq): LoggedInput {
  return {
    seq,
    atMs: T0 + seq,
    input: { kind: 'reading', reading: { id: `m${seq}`, device: 'shelf-03', atMs: T0 + seq, kind: 'shelf.weight', slot: '03-2', grams } },
  };
}

/** Scale readings `from` to `to`, both included. */
export function weights(from: number, to: number): LoggedInput[] {
  return Array.from({ length: to - from + 1 }, (_, index) => weight(from + index));
}

/** A shopper scanned a product. */
export function scan(seq: number, visit: string, sku = 'oat-milk'): LoggedInput {
  return { seq, atMs: T0 + seq, input: { kind: 'visit.scanned', visit, sku } };
}

/** A decision to offer, or to hold. */
export function decision(id: string, parts: Partial<Decision> = {}): Decision {
  return {
    id,
    atMs: T0,
    visit: 'v_1',
    kind: 'offer',
    reason: 'offer',
    offer: undefined,
    campaign: 'spring',
    sku: 'oat-milk',
    zone: 'dairy',
    trigger: { interaction: 'pick', sku: 'oat-milk', slot: '03-2', fixture: 'shelf-03', confidence: 0.9 },
    score: undefined,
    propensity: 0.9,
    alternatives: [],
    ...parts,
  };
}

/** An open offer. */
export function offer(id: string, visit: string): Offer {
  return {
    id,
    decision: `d-${id}`,
    visit,
    campaign: 'spring',
    sku: 'oat-milk',
    productName: 'Oat milk',
    headline: '20 % off oat milk',
    why: 'You picked it up',
    priceCents: 249,
    discountCents: 50,
    currency: 'EUR',
    createdAtMs: T0,
    confirmByMs: T0 + 10_000,
    expiresAtMs: T0 + 600_000,
    state: 'open',
  };
}

/** Whether some text is anywhere in the bytes of a folder's files; the names of the files it is in. */
export function filesContaining(dir: string, text: string): string[] {
  const wanted = Buffer.from(text);
  return readdirSync(dir, { withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => entry.name)
    .filter((name) => readFileSync(join(dir, name)).includes(wanted));
}
