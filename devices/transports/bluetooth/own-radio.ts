import { BLUETOOTH } from '../../adapters/bluetooth.ts';
import { type AdvertisedData, EDDYSTONE_SERVICE, identityIn, isToken } from '../../adapters/bluetooth-frames.ts';
import { BTHOME_SERVICE } from '../../adapters/bthome.ts';
import type { Placements } from '../../adapters/placements.ts';
import { openBtHome } from './bthome-cipher.ts';
import { SensorRepeats } from './sensor-repeats.ts';

/** What became of an advertisement. */
export type RadioOutcome =
  | 'own'
  /** Neither the store's nor opted in: nothing of it is kept. */
  | 'stranger'
  /** A measurement that was heard before. */
  | 'repeated'
  /** Heard more often than anybody needs. */
  | 'throttled'
  /** Cannot be opened with the key, or is an old one again. */
  | 'refused';

/** A message for the adapter, or nothing. */
export interface Heard {
  readonly outcome: RadioOutcome;
  readonly payload?: string;
}

/** One advertisement as BlueZ tells it. */
export interface Advertisement {
  /** Where BlueZ keeps the device: its address, for as long as it has it. */
  readonly path: string;
  readonly address: string;
  readonly rssiDbm: number | undefined;
  readonly data: AdvertisedData | undefined;
  readonly nowMs: number;
}

/** What the radio may open and let pass. */
export interface RadioRights {
  /** Bind keys of encrypted sensors by address (`aa:bb:...`). */
  readonly keys: ReadonlyMap<string, Uint8Array>;
  /** Whether a token (`token:<hex>`) is one of a phone whose shopper opted in. */
  readonly knowsToken: (beacon: string) => boolean;
}

/** What is known of a device of the store or an opted-in phone. */
interface Own {
  /** The frame that makes it one, for changes of nothing but the signal; empty for a tag that is known by its address. */
  readonly frame: string;
  readonly isTag: boolean;
  readonly isSensor: boolean;
  readonly beacon: string | undefined;
  sightedAtMs: number;
}

/** Devices remembered; the one unheard for longest is forgotten for another. */
const MAX_OWN = 4_096;
/** A tag is reported at most this often, and how well a sensor is received. */
const SIGHTING_MS = 200;
const SIGNAL_MS = 60_000;

/**
 * Decides which advertisements are the store's business: its tags and placed sensors, and the tokens of shoppers who opted in. All others end here. The address of a tag
 * or phone never leaves; that of a placed sensor does, because that is how it is known.
 */
export class OwnRadio {
  readonly #placements: Placements;
  readonly #keys: ReadonlyMap<string, Uint8Array>;
  readonly #knowsToken: (beacon: string) => boolean;
  readonly #own = new Map<string, Own>();
  readonly #repeats = new SensorRepeats(MAX_OWN);

  constructor(placements: Placements, { keys, knowsToken }: RadioRights) {
    this.#placements = placements;
    this.#keys = keys;
    this.#knowsToken = knowsToken;
  }

  /** How many devices are remembered. */
  get remembered(): number {
    return this.#own.size;
  }

  forget(path: string): void {
    this.#own.delete(path);
  }

  /** Takes one advertisement, or a change of the signal alone, and gives what may be said of it. */
  hear(advertisement: Advertisement): Heard {
    const own = this.#ownIn(advertisement);
    if (own === undefined) return { outcome: 'stranger' };
    if (own.isSensor) {
      const measured = this.#measurement(advertisement);
      if (measured !== undefined) return measured;
    }
    return this.#sighting(advertisement, own);
  }

  #ownIn({ path, address, data }: Advertisement): Own | undefined {
    const known = this.#own.get(path);
    if (data === undefined) return known ?? this.#remember(path, this.#byAddress(address));
    const found = identityIn(data, this.#placements);
    const beacon = found?.beacon;
    if (beacon !== undefined && (found?.isTag === true || (isToken(beacon) && this.#knowsToken(beacon)))) {
      if (known?.beacon === beacon) return known;
      return this.#remember(path, {
        ...this.#byAddress(address),
        isTag: true,
        beacon,
        frame: frameOf(data, this.#placements.tokens.service),
      });
    }
    // A tag of several frames sends telemetry between its identities; another identity is another device.
    if (known?.beacon !== undefined && beacon === undefined) return known;
    return this.#remember(path, this.#byAddress(address));
  }

  #byAddress(address: string): Partial<Own> | undefined {
    const isTag = this.#placements.isTag(address);
    const isSensor = this.#placements.isPlaced(BLUETOOTH, address);
    return isTag || isSensor ? { isTag, isSensor } : undefined;
  }

  #remember(path: string, found: Partial<Own> | undefined): Own | undefined {
    const before = this.#own.get(path);
    this.#own.delete(path);
    if (found === undefined) return undefined;
    if (this.#own.size >= MAX_OWN) {
      for (const oldest of this.#own.keys()) {
        this.#own.delete(oldest);
        break;
      }
    }
    const own: Own = {
      frame: '',
      isTag: false,
      isSensor: false,
      beacon: undefined,
      ...found,
      sightedAtMs: before?.sightedAtMs ?? Number.NEGATIVE_INFINITY,
    };
    this.#own.set(path, own);
    return own;
  }

  /** What a placed sensor measures; `undefined` when this is not about that. */
  #measurement({ address, data, rssiDbm, nowMs }: Advertisement): Heard | undefined {
    const services: Record<string, string> = {};
    const bthome = data?.services[BTHOME_SERVICE];
    if (bthome !== undefined) {
      const opened = this.#open(address, Buffer.from(bthome, 'hex'), nowMs);
      if (opened === undefined) return { outcome: 'refused' };
      if (!this.#repeats.isNew(address, opened, nowMs)) return undefined;
      services[BTHOME_SERVICE] = Buffer.from(opened).toString('hex');
    }
    const eddystone = data?.services[EDDYSTONE_SERVICE];
    if (eddystone?.startsWith('20') === true && this.#repeats.isNew(`${address} tlm`, Buffer.from(eddystone, 'hex'), nowMs))
      services[EDDYSTONE_SERVICE] = eddystone;
    if (Object.keys(services).length === 0) return undefined;
    return { outcome: 'own', payload: JSON.stringify({ address, ...(rssiDbm !== undefined && { rssi: rssiDbm }), services }) };
  }

  /** The message as it would be without encryption. Without a key for it what came is passed on, so that it is named and counted. */
  #open(address: string, data: Uint8Array, nowMs: number): Uint8Array | undefined {
    const key = this.#keys.get(address);
    const isEncrypted = ((data[0] ?? 0) & 1) !== 0;
    // Whoever has a key for a sensor wants nothing from it that is not sealed.
    if (key === undefined || !isEncrypted) return key === undefined ? data : undefined;
    const opened = openBtHome(data, { key, address: Buffer.from(address.replaceAll(':', ''), 'hex') });
    return opened.kind === 'opened' && this.#repeats.isCounterNew(address, opened.counter, nowMs) ? opened.data : undefined;
  }

  #sighting({ path, address, rssiDbm, data, nowMs }: Advertisement, own: Own): Heard {
    if (rssiDbm === undefined) return { outcome: data === undefined ? 'own' : 'repeated' };
    if (nowMs - own.sightedAtMs < (own.isTag ? SIGHTING_MS : SIGNAL_MS)) return { outcome: own.isTag ? 'throttled' : 'repeated' };
    own.sightedAtMs = nowMs;
    this.#own.delete(path);
    this.#own.set(path, own);
    const isByAddress = own.beacon === undefined;
    return { outcome: 'own', payload: `{${isByAddress ? `"address":"${address}",` : ''}"rssi":${rssiDbm}${own.frame}}` };
  }
}

/** The frames of an advertisement that identify a tag or carry a token, as the rest of a message; nothing else that a phone happens to say. */
function frameOf(data: AdvertisedData, tokenService: string | undefined): string {
  const manufacturer = Object.entries(data.manufacturer).filter(([, hex]) => hex.startsWith('0215') || hex.startsWith('beac'));
  const services = Object.entries(data.services).filter(([name]) => name === EDDYSTONE_SERVICE || name === tokenService);
  const parts = [
    ...(manufacturer.length > 0 ? [`,"manufacturer":${JSON.stringify(Object.fromEntries(manufacturer))}`] : []),
    ...(services.length > 0 ? [`,"services":${JSON.stringify(Object.fromEntries(services))}`] : []),
  ];
  return parts.join('');
}
