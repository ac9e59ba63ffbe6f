import { createAdapterRegistry } from '../devices/adapters/registry.ts';
import { OUTPUT_ADAPTERS } from '../devices/channels/shelf-label.ts';
import type { Issue } from './problem.ts';
import { formatPath } from './problem.ts';
import { suggestion } from './suggest.ts';

/**
 * Names that are given twice or that name nothing, in a configuration as written. Works on whatever is there, so that these problems
 * are reported together with those of single values; anything of a wrong form is left to the schema.
 */
export function findReferenceIssues(written: unknown): readonly Issue[] {
  const zones = named(written, 'zones');
  const fixtures = named(written, 'fixtures');
  const slots = fixtures.flatMap((fixture) => entries(field(fixture.value, 'slots'), [...fixture.path, 'slots']));
  const products = named(written, 'products');
  const devices = named(written, 'devices');
  const campaigns = named(written, 'campaigns');
  const experiments = named(written, 'experiments');
  const families = new Set(createAdapterRegistry({ store: 'any' }).adapters.map((adapter) => adapter.name));
  const cameras = named(written, 'cameras');
  const mappings = named(written, 'mappings');
  const adapters = new Set([...families, ...OUTPUT_ADAPTERS, ...texts(mappings, 'name')]);
  const sets = {
    zone: new Set(texts(zones, 'id')),
    fixture: new Set(texts(fixtures, 'id')),
    slot: new Set(texts(slots, 'id')),
    product: new Set(texts(products, 'sku')),
    category: new Set(texts(products, 'category')),
    device: new Set(texts(devices, 'id')),
  };
  return [
    ...duplicates('zone', zones, 'id'),
    ...duplicates('fixture', fixtures, 'id'),
    ...duplicates('slot', slots, 'id'),
    ...duplicates('product', products, 'sku'),
    ...duplicates('device', devices, 'id'),
    ...duplicates('tag', named(written, 'tags'), 'id'),
    ...duplicates('camera', cameras, 'id'),
    ...cameras.flatMap((camera) => [
      ...missing('zone', camera, 'zone', sets.zone),
      ...words(camera, 'entrances').flatMap((entrance) => missing('zone', entrance, 'zone', sets.zone)),
      ...words(camera, 'shelves').flatMap((shelf) => missing('fixture', shelf, 'fixture', sets.fixture)),
    ]),
    ...duplicates('campaign', campaigns, 'id'),
    ...duplicates('experiment', experiments, 'id'),
    ...experiments.flatMap((experiment) => missing('campaign', experiment, 'campaign', new Set(texts(campaigns, 'id')))),
    ...duplicates('till', entries(field(field(written, 'http'), 'tillKeys'), ['http', 'tillKeys']), 'till'),
    ...fixtures.flatMap((fixture) => [
      ...missing('zone', fixture, 'zone', sets.zone),
      ...missing('device', fixture, 'display', sets.device),
    ]),
    ...slots.flatMap((slot) => missing('product', slot, 'sku', sets.product)),
    ...devices.flatMap((device) => [
      ...missing('zone', device, 'zone', sets.zone),
      ...missing('fixture', device, 'fixture', sets.fixture),
      ...missing('adapter', device, 'adapter', adapters),
      ...missing('slot', device, 'slot', sets.slot),
      ...keysOf(field(device.value, 'slots')).flatMap((channel) =>
        missing('slot', { path: [...device.path, 'slots'], value: field(device.value, 'slots') }, channel, sets.slot),
      ),
    ]),
    ...duplicates('mapping', mappings, 'name'),
    ...mappings.flatMap((mapping) => builtIn(mapping, families)),
    ...sameForeignName(devices),
    ...bluetoothIssues(written, devices),
    ...heardBy(written).flatMap((scanner) => unknownName('device', scanner, sets.device)),
    ...doorways(written).flatMap((door) => [
      ...missing('device', door, 'first', sets.device),
      ...missing('device', door, 'second', sets.device),
      ...entries(field(door.value, 'sides'), [...door.path, 'sides']).flatMap((side) => missing('zone', side, 'zone', sets.zone)),
    ]),
    ...alikeZones(written).flatMap((zone) => unknownName('zone', zone, sets.zone)),
    ...campaigns.flatMap((campaign) => [
      ...words(campaign, 'skus').flatMap((word) => unknownName('product', word, sets.product)),
      ...words(campaign, 'categories').flatMap((word) => unknownName('category', word, sets.category)),
    ]),
  ];
}

interface Entry {
  readonly path: readonly PropertyKey[];
  readonly value: unknown;
}

function named(written: unknown, section: string): Entry[] {
  return entries(field(written, section), [section]);
}

function entries(list: unknown, path: readonly PropertyKey[]): Entry[] {
  return Array.isArray(list) ? list.map((value: unknown, index) => ({ path: [...path, index], value })) : [];
}

function words(entry: Entry, key: string): Entry[] {
  return entries(field(entry.value, key), [...entry.path, key]);
}

/** The radio of this machine and sensors with keys must be devices that the family of their messages knows. */
function bluetoothIssues(written: unknown, devices: readonly Entry[]): Issue[] {
  const section = field(written, 'bluetooth');
  const keys = entries(field(section, 'keys'), ['bluetooth', 'keys']);
  const named = [
    { path: ['bluetooth', 'scanner'], value: field(section, 'scanner') },
    ...keys.map((key) => ({ path: [...key.path, 'device'], value: field(key.value, 'device') })),
  ];
  const ids = new Set(texts(devices, 'id'));
  return named.flatMap((entry) => {
    const device = devices.find(({ value }) => field(value, 'id') === entry.value);
    if (device === undefined) return unknownName('device', entry, ids);
    if (field(device.value, 'adapter') === 'bluetooth') return [];
    return [
      {
        path: entry.path,
        message: `${formatPath(entry.path)}: device "${String(entry.value)}" has another adapter`,
        hint: 'give the device adapter: bluetooth',
      },
    ];
  });
}

/** Every place of the calibration where a scanner is named by a key. */
function heardBy(written: unknown): Entry[] {
  const calibration = field(written, 'calibration');
  const points = entries(field(calibration, 'points'), ['calibration', 'points']);
  const keyed = [
    ...points.map((point) => ({ path: [...point.path, 'heard'], value: field(point.value, 'heard') })),
    { path: ['calibration', 'offsetsDb'], value: field(calibration, 'offsetsDb') },
  ];
  return keyed.flatMap(({ path, value }) => keysOf(value).map((key) => ({ path: [...path, key], value: key })));
}

function doorways(written: unknown): Entry[] {
  return entries(field(field(written, 'calibration'), 'doorways'), ['calibration', 'doorways']);
}

function alikeZones(written: unknown): Entry[] {
  const pairs = entries(field(field(written, 'calibration'), 'alike'), ['calibration', 'alike']);
  return pairs.flatMap((pair) => entries(pair.value, pair.path));
}

function keysOf(value: unknown): readonly string[] {
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? Object.keys(value) : [];
}

function field(value: unknown, key: string): unknown {
  return typeof value === 'object' && value !== null && Object.hasOwn(value, key) ? (value as Record<string, unknown>)[key] : undefined;
}

function texts(list: readonly Entry[], key: string): string[] {
  return list.map((entry) => field(entry.value, key)).filter((value) => typeof value === 'string');
}

function duplicates(what: string, list: readonly Entry[], key: string): Issue[] {
  const first = new Map<string, Entry>();
  return list.flatMap((entry) => {
    const name = field(entry.value, key);
    if (typeof name !== 'string') return [];
    const earlier = first.get(name);
    if (earlier === undefined) {
      first.set(name, entry);
      return [];
    }
    return [{ path: [...entry.path, key], message: `${what} "${name}" is given twice`, hint: `it is ${formatPath(earlier.path)} already` }];
  });
}

function builtIn(mapping: Entry, families: ReadonlySet<string>): Issue[] {
  const name = field(mapping.value, 'name');
  if (typeof name !== 'string' || !families.has(name)) return [];
  return [
    {
      path: [...mapping.path, 'name'],
      message: `${formatPath(mapping.path)}: there is an adapter "${name}" already`,
      hint: 'choose another name',
    },
  ];
}

/** Two devices of one family that are known by the same name: neither would get its own messages. */
function sameForeignName(devices: readonly Entry[]): Issue[] {
  const first = new Map<string, Entry>();
  return devices.flatMap((device) => {
    const [adapter, knownAs] = [field(device.value, 'adapter'), field(device.value, 'knownAs') ?? field(device.value, 'id')];
    if (typeof adapter !== 'string' || typeof knownAs !== 'string' || adapter === 'native') return [];
    const key = JSON.stringify([adapter, knownAs]);
    const earlier = first.get(key);
    if (earlier === undefined) {
      first.set(key, device);
      return [];
    }
    return [
      {
        path: [...device.path, 'knownAs'],
        message: `${formatPath(device.path)}: ${adapter} "${knownAs}" is given twice`,
        hint: `it is ${formatPath(earlier.path)} already`,
      },
    ];
  });
}

function missing(what: string, entry: Entry, key: string, known: ReadonlySet<string>): Issue[] {
  return unknownName(what, { path: [...entry.path, key], value: field(entry.value, key) }, known);
}

function unknownName(what: string, entry: Entry, known: ReadonlySet<string>): Issue[] {
  if (typeof entry.value !== 'string' || known.has(entry.value)) return [];
  return [
    { path: entry.path, message: `${formatPath(entry.path)}: there is no ${what} "${entry.value}"`, hint: suggestion(entry.value, known) },
  ];
}
