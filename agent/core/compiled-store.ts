import { guardEffect } from './guardrails/guard-effect.ts';
import type { DeviceId, FixtureId, Sku, SlotId, TagId, ZoneId } from './ids.ts';
import { type LocalTime, localTime } from './local-time.ts';
import { type Floor, layFloor } from './locate/floor.ts';
import { type ZoneGroup, zoneGroups } from './locate/resolution.ts';
import type { Campaign, Fixture, PlacedDevice, Product, Slot, StoreMap, Zone } from './store-map.ts';
import type { Cents } from './units.ts';

/** A store map with an index for every question the core asks; rebuilt whenever the map changes. */
export interface CompiledStore {
  readonly map: StoreMap;
  readonly time: LocalTime;
  readonly zones: ReadonlyMap<ZoneId, Zone>;
  readonly fixtures: ReadonlyMap<FixtureId, Fixture>;
  readonly slots: ReadonlyMap<SlotId, Slot>;
  readonly slotsByFixture: ReadonlyMap<FixtureId, readonly Slot[]>;
  readonly slotsBySku: ReadonlyMap<Sku, readonly Slot[]>;
  readonly products: ReadonlyMap<Sku, Product>;
  /** How many products each category has. */
  readonly categorySizes: ReadonlyMap<string, number>;
  readonly devices: ReadonlyMap<DeviceId, PlacedDevice>;
  readonly scannersByZone: ReadonlyMap<ZoneId, readonly DeviceId[]>;
  readonly tags: ReadonlySet<TagId>;
  /** Those of the tags that staff carries. */
  readonly staffTags: ReadonlySet<TagId>;
  readonly campaigns: readonly Campaign[];
  /** Difference of profit a visit that guardrails are sharpest for. */
  readonly guardEffectCents: Cents;
  /** Zones that tags cannot be told apart in; a zone that they can is alone in its group. */
  readonly zoneGroups: ReadonlyMap<ZoneId, ZoneGroup>;
  /** The floor that tags are placed on; undefined where scanners have no positions. Laid when first asked for, which takes up to a second. */
  readonly floor: () => Floor | undefined;
  /** Campaigns that cover a product, in config order. */
  campaignsFor(product: Product): readonly Campaign[];
}

/** Indexes a store map; `remote` campaigns replace configured ones of the same id and add to them. `former` lends its floor where the map is the same. */
export function compileStore(map: StoreMap, remote: readonly Campaign[] = [], former?: CompiledStore): CompiledStore {
  const replaced = new Set(remote.map((campaign) => campaign.id));
  const campaigns = [...map.campaigns.filter((campaign) => !replaced.has(campaign.id)), ...remote];
  const bySku = group(campaigns, (campaign) => campaign.skus);
  const byCategory = group(campaigns, (campaign) => campaign.categories);
  return {
    map,
    time: localTime(map.timeZone),
    zones: new Map(map.zones.map((zone) => [zone.id, zone])),
    fixtures: new Map(map.fixtures.map((fixture) => [fixture.id, fixture])),
    slots: new Map(map.slots.map((slot) => [slot.id, slot])),
    slotsByFixture: group(map.slots, (slot) => [slot.fixture]),
    slotsBySku: group(map.slots, (slot) => [slot.sku]),
    products: new Map(map.products.map((product) => [product.sku, product])),
    categorySizes: new Map([...group(map.products, (product) => [product.category])].map(([name, all]) => [name, all.length])),
    devices: new Map(map.devices.map((device) => [device.id, device])),
    scannersByZone: scannersByZone(map),
    tags: new Set(map.tags.map((tag) => tag.id)),
    staffTags: new Set(map.tags.filter((tag) => tag.staff === true).map((tag) => tag.id)),
    campaigns,
    guardEffectCents: guardEffect(map.products),
    zoneGroups: former?.map === map ? former.zoneGroups : zoneGroups(map),
    floor: former?.map === map ? former.floor : once(() => layFloor(map)),
    campaignsFor(product) {
      const named = bySku.get(product.sku);
      const general = byCategory.get(product.category);
      if (named === undefined || general === undefined) return named ?? general ?? [];
      return [...named, ...general.filter((campaign) => !named.includes(campaign))];
    },
  };
}

function scannersByZone(map: StoreMap): Map<ZoneId, DeviceId[]> {
  const byZone = new Map<ZoneId, DeviceId[]>();
  for (const { id, role, zone } of map.devices) {
    if (role === 'scanner' && zone !== undefined) byZone.set(zone, [...(byZone.get(zone) ?? []), id]);
  }
  return byZone;
}

/** Apart from the store, so that a store that borrows a floor keeps nothing else of its lender. */
function once<T>(make: () => T): () => T {
  let made: { readonly value: T } | undefined;
  return () => {
    made ??= { value: make() };
    return made.value;
  };
}

function group<T>(items: readonly T[], keysOf: (item: T) => readonly string[]): Map<string, T[]> {
  const grouped = new Map<string, T[]>();
  for (const item of items) {
    for (const key of keysOf(item)) {
      const list = grouped.get(key);
      if (list === undefined) grouped.set(key, [item]);
      else list.push(item);
    }
  }
  return grouped;
}
