import { type DeviceId, ID_PATTERN, type SlotId, type TagId } from '../../agent/core/ids.ts';
import { canonicalBeacon, tokenIdentity } from './beacon-identity.ts';
import { isAddressLike, macDigits } from './hardware-address.ts';

/** A weight as foreign scales say it. */
export type WeightUnit = 'g' | 'kg' | 'lb' | 'oz';

/** A device of the store as adapters need it: whose words are whose. */
export interface PlacedSource {
  readonly id: DeviceId;
  /** Key of the adapter that reads it. */
  readonly adapter: string;
  /** The name that its own messages carry: topic, node, camera or host name, or address. Without it, the id. */
  readonly knownAs?: string;
  /** The topic (or filter) it writes, where that is not its family's usual one. */
  readonly topic?: string;
  /** Its connection speaks for every device of its family. */
  readonly bridge?: boolean;
  /** The slot that its weight, distance or reach is about. */
  readonly slot?: SlotId;
  /** The same for devices with several channels, by the name of the channel. */
  readonly slots?: Readonly<Record<string, SlotId>>;
  /** Unit of its weights, where its messages do not say and its family's usual one is wrong. */
  readonly weightUnit?: WeightUnit;
  /** Width and height of a camera's picture in pixels, where its boxes are in pixels. */
  readonly frame?: readonly [widthPx: number, heightPx: number];
  /** What a crossing of its line means. */
  readonly counts?: 'in' | 'out';
}

/** How the phones of shoppers who opted in to it send their rotating tokens of 16 bytes: `token:` and 32 hex digits. */
export interface TokenForms {
  /** Major of iBeacons whose UUID is a token. */
  readonly major?: number | undefined;
  /** Service (4 hex digits, or a UUID in lower case) whose data begin with the token. */
  readonly service?: string | undefined;
}

/** Who said something: a placed device with its settings, or a name for one that is not. */
export interface Source {
  readonly device: DeviceId;
  /** What is configured; `undefined` for a device that is not placed. */
  readonly placed: PlacedSource | undefined;
  /** The slot a channel is about: as configured, else the channel's own name, else the device's id. */
  slotOf(channel?: string): SlotId;
  /** The configured slot, for readings that do without. */
  readonly slot: SlotId | undefined;
}

/** Unplaced names remembered before all are forgotten, which costs a new object a name. */
const MAX_UNPLACED = 2_000;

/** Which foreign name belongs to which device of the store, and how the store spells its tags. */
export class Placements {
  readonly #placed = new Map<string, Source>();
  readonly #byId = new Map<DeviceId, Source>();
  readonly #bridges = new Map<string, Source>();
  readonly #unplaced = new Map<string, Source>();
  readonly #names = new Map<DeviceId, string>();
  readonly #tags: ReadonlyMap<string, TagId>;
  readonly sources: readonly PlacedSource[];
  readonly tokens: TokenForms;

  constructor(placed: readonly PlacedSource[], tags: readonly TagId[], tokens: TokenForms = {}) {
    this.sources = placed;
    this.tokens = tokens;
    this.#tags = new Map(tags.map((tag) => [canonicalBeacon(tag), tag]));
    for (const device of placed) {
      const source = placedSource(device);
      this.#byId.set(device.id, source);
      this.#placed.set(keyOf(device.adapter, device.knownAs ?? device.id), source);
      if (device.bridge === true) this.#bridges.set(device.adapter, source);
    }
  }

  /** The first of the names that is placed under this family; else a name for the first one that no placed device has. */
  find(family: string, ...names: readonly (string | undefined)[]): Source {
    for (const name of names) {
      const source = name === undefined ? undefined : this.#placed.get(keyOf(family, name));
      if (source !== undefined) return source;
    }
    return this.#stranger(family, names.find((name) => name !== undefined && name !== '') ?? 'unnamed');
  }

  /** The speaker of a message: the device configured for its topic, else the one of a name in it. */
  speaker(message: { readonly as?: DeviceId }, family: string, ...names: readonly (string | undefined)[]): Source {
    const fixed = message.as === undefined ? undefined : this.#byId.get(message.as);
    return fixed ?? this.find(family, ...names);
  }

  /** The bridge or server of a family, for what it says of itself. */
  bridge(family: string, name: string): Source {
    return this.#bridges.get(family) ?? this.find(family, name);
  }

  /** Whether a device of this family is placed under a name. */
  isPlaced(family: string, name: string): boolean {
    return this.#placed.has(keyOf(family, name));
  }

  /** A beacon as the configuration spells it when it is the store's, as `token:<hex>` when it carries a rotating token, else in its canonical form. */
  beacon(identity: string): string {
    // Most come in the canonical form already.
    const tag = this.#tags.get(identity);
    if (tag !== undefined) return tag;
    const canonical = canonicalBeacon(identity);
    return (canonical === identity ? undefined : this.#tags.get(canonical)) ?? this.#tokenIn(canonical) ?? canonical;
  }

  /** Whether a beacon is the store's own. */
  isTag(identity: string): boolean {
    return this.#tags.has(identity) || this.#tags.has(canonicalBeacon(identity));
  }

  /** What an unplaced device calls itself, by the id it is talked about with; `undefined` for an address, and for what was not heard lately. */
  foreignName(device: DeviceId): string | undefined {
    return this.#names.get(device);
  }

  /** The UUID of an iBeacon that the retailer's app sends, as a token. */
  #tokenIn(canonical: string): string | undefined {
    const { major } = this.tokens;
    if (major === undefined || canonical[IBEACON_UUID] !== '-') return undefined;
    const isToken = canonical.startsWith(`${major}-`, IBEACON_UUID + 1);
    return isToken ? tokenIdentity(canonical.slice(0, IBEACON_UUID).replaceAll('-', '')) : undefined;
  }

  #stranger(family: string, name: string): Source {
    const key = keyOf(family, name);
    const known = this.#unplaced.get(key);
    if (known !== undefined) return known;
    if (this.#unplaced.size >= MAX_UNPLACED) {
      this.#unplaced.clear();
      this.#names.clear();
    }
    const device = unplacedId(family, name);
    const source: Source = { device, placed: undefined, slot: undefined, slotOf: (channel) => channelId(channel) ?? device };
    this.#unplaced.set(key, source);
    if (!isAddressLike(name)) this.#names.set(device, name);
    return source;
  }
}

/** The id under which an unplaced device is talked about: its family and name, and never an address. */
export function unplacedId(family: string, name: string): DeviceId {
  const clean = isAddressLike(name) ? 'unplaced' : name.replace(/[^A-Za-z0-9_.:-]/g, '_');
  return `${family}:${clean}`.slice(0, 64);
}

function placedSource(device: PlacedSource): Source {
  return {
    device: device.id,
    placed: device,
    slot: device.slot,
    slotOf: (channel) => {
      const chosen =
        channel !== undefined && device.slots !== undefined && Object.hasOwn(device.slots, channel) ? device.slots[channel] : undefined;
      return chosen ?? device.slot ?? channelId(channel) ?? device.id;
    },
  };
}

function channelId(channel: string | undefined): SlotId | undefined {
  return channel !== undefined && ID_PATTERN.test(channel) ? channel : undefined;
}

/** Length of the UUID before major and minor of an iBeacon. */
const IBEACON_UUID = 36;

/** Addresses are one name however they are spelt. */
function keyOf(family: string, name: string): string {
  return `${family}\n${macDigits(name) ?? name}`;
}
