import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type MinuteTally, TALLY_NAMES, type TallyCell, type TallyName } from '../../agent/core/effect.ts';
import type { AggregateRow } from '../../sync/aggregate-row.ts';
import { createHub, type Hub } from '../../sync/hub/hub.ts';
import type { HubSettings } from '../../sync/hub/hub-settings.ts';
import { registerStore } from '../../sync/hub/register-store.ts';
import { encodeBatchBodies } from '../../sync/protocol.ts';
import type { SyncClock } from '../../sync/sync-clock.ts';

export const ADMIN_KEY = 'admin-key-of-the-tests';

/** A hub on a free port with a SQLite file in a temporary folder, and one store `demo` with its key. */
export async function startTestHub(
  settings: Partial<HubSettings> = {},
): Promise<{ readonly hub: Hub; readonly url: string; readonly apiKey: string; [Symbol.asyncDispose](): Promise<void> }> {
  const folder = mkdtempSync(join(tmpdir(), 'endcap-hub-'));
  const hub = await createHub({
    sqlitePath: join(folder, 'hub.db'),
    settings: {
      port: 0,
      adminKey: ADMIN_KEY,
      storeRate: { perSecond: 10_000, burst: 10_000 },
      totalRate: { perSecond: 10_000, burst: 10_000 },
      ...settings,
    },
  });
  const url = await hub.listen();
  return {
    hub,
    url,
    apiKey: await addTestStore(hub, 'demo'),
    async [Symbol.asyncDispose]() {
      await hub[Symbol.asyncDispose]();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

/** Registers a store and gives its key. */
export async function addTestStore(hub: Hub, store: string, publicKeyPem?: string): Promise<string> {
  const added = await registerStore(hub.store, {
    store,
    name: `Store ${store}`,
    currency: 'EUR',
    nowMs: 1,
    ...(publicKeyPem === undefined ? {} : { publicKeyPem }),
  });
  if (!added.ok) throw new Error(added.error);
  return added.value.apiKey;
}

/** A clock that moves only when told to, or when somebody sleeps. */
export class TestClock implements SyncClock {
  nowMs: number;

  constructor(nowMs = Date.UTC(2026, 2, 2, 9)) {
    this.nowMs = nowMs;
  }

  wallMs(): number {
    return this.nowMs;
  }

  monotonicMs(): number {
    return this.nowMs;
  }

  async sleep(ms: number, signal: AbortSignal): Promise<void> {
    // A real pause of a moment, so that a loop on this clock leaves room for I/O.
    await new Promise((resolve) => setImmediate(resolve));
    if (!signal.aborted) this.nowMs += ms;
  }
}

/** A cell with zeros where nothing is said. */
export function cell(zone: string | undefined, visits: number, counts: Partial<Record<TallyName, number>> = {}): TallyCell {
  const zeros = Object.fromEntries(TALLY_NAMES.map((name) => [name, 0])) as Record<TallyName, number>;
  return { zone, visits, counts: { ...zeros, ...counts } };
}

/** A minute tally, `minute` counted from 2026-03-02T09:00Z, a Monday. */
export function minuteAt(minute: number, cells: readonly TallyCell[], visits?: number): MinuteTally {
  const startMs = Date.UTC(2026, 2, 2, 9) + minute * 60_000;
  return visits === undefined ? { startMs, cells } : { startMs, cells, visits };
}

/** A visits row of one zone and minute. */
export function visitsRow(changes: Partial<Extract<AggregateRow, { kind: 'visits' }>> = {}): AggregateRow {
  return {
    kind: 'visits',
    level: 'zone-minute',
    zone: 'coffee',
    startMs: Date.UTC(2026, 2, 2, 9),
    day: '2026-03-02',
    visits: 12,
    counts: { visitsOpened: 3, interactions: 7, offers: 2 },
    ...changes,
  };
}

/** The outbox body of these rows, which must fit one. */
export function bodyOf(...rows: readonly AggregateRow[]): string {
  return encodeBatchBodies(rows)[0]!;
}

/** Sum of every count over rows. */
export function totalsOf(rows: Iterable<{ readonly counts: { readonly [N in TallyName]?: number } }>): Record<TallyName, number> {
  const sums = Object.fromEntries(TALLY_NAMES.map((name) => [name, 0])) as Record<TallyName, number>;
  for (const row of rows) for (const name of TALLY_NAMES) sums[name] += row.counts[name] ?? 0;
  return sums;
}
