import type { DeviceOverview, StoreOverview } from '../../core/overview.ts';

/** What the device table shows of all devices. */
export interface DeviceQuery {
  /** Words that must all occur in name, id, role, place or sentence. */
  readonly search: string;
  readonly state: DeviceOverview['state'] | 'all' | 'trouble';
  readonly sort: 'state' | 'name' | 'seen' | 'battery' | 'messages';
  /** From 0. */
  readonly page: number;
  /** Rows on one page: a page that draws 500 rows each second is not quick. */
  readonly pageSize: number;
}

export interface DevicePage {
  readonly rows: readonly PlacedRow[];
  /** How many the search and the state leave, on all pages. */
  readonly found: number;
  readonly page: number;
  readonly pages: number;
}

export interface PlacedRow extends DeviceOverview {
  /** Names of fixture and zone, ready to read. */
  readonly place: string;
}

const WORST_FIRST: { readonly [S in DeviceOverview['state']]: number } = { offline: 0, quiet: 1, degraded: 2, never: 3, ok: 4 };

/** The page of devices that a query asks for; a page beyond the last is the last. */
export function devicePage(overview: StoreOverview, query: DeviceQuery): DevicePage {
  const words = query.search.toLowerCase().split(/\s+/).filter(Boolean);
  const rows = withPlaces(overview)
    .filter((row) => isInState(row, query.state) && matches(row, words))
    .sort((a, b) => compare(a, b, query.sort) || a.name.localeCompare(b.name) || a.id.localeCompare(b.id));
  const pages = Math.max(1, Math.ceil(rows.length / query.pageSize));
  const page = Math.min(Math.max(0, query.page), pages - 1);
  return { rows: rows.slice(page * query.pageSize, (page + 1) * query.pageSize), found: rows.length, page, pages };
}

function withPlaces(overview: StoreOverview): PlacedRow[] {
  const zones = new Map(overview.zones.map((zone) => [zone.id, zone.name]));
  const fixtures = new Map(overview.fixtures.map((fixture) => [fixture.id, fixture]));
  return overview.devices.map((device) => {
    const fixture = fixtures.get(device.fixture ?? '');
    const zone = zones.get(device.zone ?? fixture?.zone ?? '');
    return { ...device, place: [fixture?.name, zone].filter((part) => part !== undefined).join(', ') };
  });
}

function isInState(row: PlacedRow, state: DeviceQuery['state']): boolean {
  if (state === 'all') return true;
  return state === 'trouble' ? row.state !== 'ok' : row.state === state;
}

function matches(row: PlacedRow, words: readonly string[]): boolean {
  if (words.length === 0) return true;
  const text = `${row.name} ${row.id} ${row.role} ${row.adapter} ${row.place} ${row.sentence}`.toLowerCase();
  return words.every((word) => text.includes(word));
}

function compare(a: PlacedRow, b: PlacedRow, sort: DeviceQuery['sort']): number {
  switch (sort) {
    case 'state':
      return WORST_FIRST[a.state] - WORST_FIRST[b.state];
    case 'name':
      return 0;
    case 'seen':
      return (b.lastSeenAtMs ?? 0) - (a.lastSeenAtMs ?? 0);
    case 'battery':
      return (a.batteryPercent ?? 101) - (b.batteryPercent ?? 101);
    case 'messages':
      return b.messagesToday - a.messagesToday;
  }
}
