import { type BeaconFrame, beaconInManufacturerData, beaconInServiceData, tokenIdentity } from './beacon-identity.ts';
import { BTHOME_SERVICE, rawObject, readBtHome } from './bthome.ts';
import type { Placements } from './placements.ts';

/** The parts of an advertisement that can mean something here, as hex: manufacturer data by company, service data by service (4 hex digits or a UUID). */
export interface AdvertisedData {
  readonly manufacturer: Readonly<Record<string, string>>;
  readonly services: Readonly<Record<string, string>>;
}

/** Who advertises. */
export interface HeardIdentity {
  /** As `Placements.beacon` spells it. */
  readonly beacon: string;
  /** Whether it is the store's own. */
  readonly isTag: boolean;
  /** Power at one metre, where a frame says it. */
  readonly txPowerDbm: number | undefined;
}

/** The 16-bit service of Eddystone. */
export const EDDYSTONE_SERVICE = 'feaa';

/** The identity of whoever advertises: the store's own when one of its frames is, else a token, else the first. `undefined` without any. */
export function identityIn(data: AdvertisedData, placements: Placements): HeardIdentity | undefined {
  let first: HeardIdentity | undefined;
  for (const { identity, txPowerDbm } of framesIn(data, placements)) {
    const isTag = placements.isTag(identity);
    const beacon = placements.beacon(identity);
    if (isTag) return { beacon, isTag, txPowerDbm };
    if (first === undefined || isToken(beacon)) first = { beacon, isTag, txPowerDbm };
  }
  return first;
}

/** Whether a beacon, as `Placements.beacon` spells it, is a rotating token. */
export function isToken(beacon: string): boolean {
  return beacon.startsWith('token:');
}

function* framesIn({ manufacturer, services }: AdvertisedData, { tokens }: Placements): Iterable<BeaconFrame> {
  for (const [company, bytes] of Object.entries(manufacturer)) {
    const frame = beaconInManufacturerData(swapped(company) + bytes);
    if (frame !== undefined) yield frame;
  }
  const eddystone = services[EDDYSTONE_SERVICE];
  const frame = eddystone === undefined ? undefined : beaconInServiceData(`aafe${eddystone}`);
  if (frame !== undefined) yield frame;
  const own = tokens.service === undefined ? undefined : services[tokens.service];
  if (own !== undefined && tokens.service !== BTHOME_SERVICE && own.length >= TOKEN_HEX)
    yield { identity: tokenIdentity(own.slice(0, TOKEN_HEX)) };
  const bthome = tokens.service === BTHOME_SERVICE ? services[BTHOME_SERVICE] : undefined;
  const message = bthome === undefined ? undefined : readBtHome(Buffer.from(bthome, 'hex'));
  const raw = message?.kind === 'objects' ? rawObject(message.objects) : undefined;
  if (raw !== undefined && raw.length === TOKEN_HEX / 2) yield { identity: tokenIdentity(Buffer.from(raw).toString('hex')) };
}

/** A token's 16 bytes in hex. */
const TOKEN_HEX = 32;

/** Companies are written as numbers and sent low byte first. */
function swapped(company: string): string {
  return company.slice(2, 4) + company.slice(0, 2);
}
