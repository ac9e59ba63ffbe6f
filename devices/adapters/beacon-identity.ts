import { dottedMac, macDigits } from './hardware-address.ts';

/**
 * One spelling for each beacon: an iBeacon is `uuid-major-minor` in lower case, an Eddystone UID `namespace-instance`, an address
 * `aa:bb:cc:dd:ee:ff`; prefixes of scanners (`iBeacon:`) are dropped. Anything else stays as it is.
 */
export function canonicalBeacon(identity: string): string {
  // Most are iBeacons in that form already, which one look shows.
  if (identity.length > 39 && CANONICAL.test(identity)) return identity;
  const address = macDigits(identity);
  if (address !== undefined) return dottedMac(address);
  const bare = identity.replace(/^(?:ibeacon|uuid|eddy|eddystone|altbeacon|abeacon):(?=.)/i, '');
  const mac = bare === identity ? undefined : macDigits(bare);
  if (mac !== undefined) return dottedMac(mac);
  const parts = IBEACON.exec(bare);
  if (parts !== null) return `${dashed(parts[1]!)}-${parts[2]}-${parts[3]}`;
  return bare;
}

/** The identity of an iBeacon from its parts, numbers or decimal text; `undefined` when they are not those of one. */
export function iBeaconIdentity(uuid: unknown, major: unknown, minor: unknown): string | undefined {
  if (typeof uuid !== 'string' || !UUID.test(uuid)) return undefined;
  const [high, low] = [short(major), short(minor)];
  return high === undefined || low === undefined ? undefined : `${dashed(uuid)}-${high}-${low}`;
}

/** What an advertisement says of itself: its stable identity and, where it is calibrated, its power at one metre. */
export interface BeaconFrame {
  readonly identity: string;
  readonly txPowerDbm?: number;
}

/** Finds an iBeacon, AltBeacon or Eddystone UID in a raw advertisement given as hex; `undefined` when there is none. */
export function beaconInAdvertisement(hex: string): BeaconFrame | undefined {
  if (!HEX.test(hex) || hex.length > 1_024) return undefined;
  for (let at = 0; at + 4 <= hex.length; ) {
    const length = Number.parseInt(hex.slice(at, at + 2), 16);
    const type = hex.slice(at + 2, at + 4).toLowerCase();
    const data = hex.slice(at + 4, at + 2 + length * 2);
    const found = type === 'ff' ? beaconInManufacturerData(data) : type === '16' ? beaconInServiceData(data) : undefined;
    if (found !== undefined) return found;
    if (length === 0) return undefined;
    at += 2 + length * 2;
  }
  return undefined;
}

/** The same for manufacturer data as hex, beginning with the company (`4c00...`). */
export function beaconInManufacturerData(hex: string): BeaconFrame | undefined {
  const match = /^(?:4c000215|[0-9a-f]{4}beac)([0-9a-f]{32})([0-9a-f]{4})([0-9a-f]{4})([0-9a-f]{2})/i.exec(hex);
  if (match === null) return undefined;
  const [, uuid, major, minor, power] = match;
  const identity = `${dashed(uuid!)}-${Number.parseInt(major!, 16)}-${Number.parseInt(minor!, 16)}`;
  return { identity, txPowerDbm: signedByte(power!) };
}

/**
 * The same for service data as hex, beginning with the little-endian service (`aafe00...`). Eddystone gives its power at 0 m, 41 dB more than at 1 m.
 * An ephemeral id (EID) is a token: it means something only to whom its owner told it.
 */
export function beaconInServiceData(hex: string): BeaconFrame | undefined {
  const match = /^aafe00([0-9a-f]{2})([0-9a-f]{20})([0-9a-f]{12})/i.exec(hex);
  if (match !== null) return { identity: `${match[2]!.toLowerCase()}-${match[3]!.toLowerCase()}`, txPowerDbm: signedByte(match[1]!) - 41 };
  const ephemeral = /^aafe30([0-9a-f]{2})([0-9a-f]{16})/i.exec(hex);
  return ephemeral === null ? undefined : { identity: tokenIdentity(ephemeral[2]!), txPowerDbm: signedByte(ephemeral[1]!) - 41 };
}

/** How a rotating token is named as a beacon: `token:` and its bytes as lower-case hex. */
export function tokenIdentity(hex: string): string {
  return `token:${hex.toLowerCase()}`;
}

const UUID = /^[0-9A-Fa-f]{8}-?[0-9A-Fa-f]{4}-?[0-9A-Fa-f]{4}-?[0-9A-Fa-f]{4}-?[0-9A-Fa-f]{12}$/;
const IBEACON = /^([0-9A-Fa-f]{8}-?[0-9A-Fa-f]{4}-?[0-9A-Fa-f]{4}-?[0-9A-Fa-f]{4}-?[0-9A-Fa-f]{12})[-_:]([0-9]{1,5})[-_:]([0-9]{1,5})$/;
const CANONICAL = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}-\d{1,5}-\d{1,5}$/;
const HEX = /^(?:[0-9A-Fa-f]{2})+$/;

function dashed(uuid: string): string {
  const bare = (uuid.length === 32 ? uuid : uuid.replaceAll('-', '')).toLowerCase();
  return `${bare.slice(0, 8)}-${bare.slice(8, 12)}-${bare.slice(12, 16)}-${bare.slice(16, 20)}-${bare.slice(20)}`;
}

function short(value: unknown): number | undefined {
  const number = typeof value === 'string' && /^\d{1,5}$/.test(value) ? Number(value) : value;
  return typeof number === 'number' && Number.isInteger(number) && number >= 0 && number <= 65_535 ? number : undefined;
}

function signedByte(hex: string): number {
  const byte = Number.parseInt(hex, 16);
  return byte > 127 ? byte - 256 : byte;
}
