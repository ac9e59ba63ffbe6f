import { shortService } from '../../adapters/bluetooth.ts';
import type { AdvertisedData } from '../../adapters/bluetooth-frames.ts';

/** What BlueZ says that a device advertises; only what is in this message. */
export interface DeviceProperties {
  readonly rssiDbm: number | undefined;
  /** `undefined` when the message has neither manufacturer nor service data. */
  readonly data: AdvertisedData | undefined;
}

/** More of either than any advertisement holds; the rest is not looked at. */
const MAX_PARTS = 16;
const MAX_BYTES = 255;

/** Reads the properties of a `Device1`, which come from the air: anything that is not as it should be is left out. */
export function readProperties(properties: unknown): DeviceProperties {
  const rssi = unwrapped(fieldOf(properties, 'RSSI'));
  const manufacturer = partsOf(fieldOf(properties, 'ManufacturerData'), companyName);
  const services = partsOf(fieldOf(properties, 'ServiceData'), (name) => shortService(name.toLowerCase()));
  return {
    rssiDbm: typeof rssi === 'number' && rssi >= -127 && rssi <= 20 ? rssi : undefined,
    data: manufacturer === undefined && services === undefined ? undefined : { manufacturer: manufacturer ?? {}, services: services ?? {} },
  };
}

/** Address of a device by its path: `/org/bluez/hci0/dev_A4_C1_38_00_00_01`. */
export function addressOf(path: string): string | undefined {
  const match = /\/dev_((?:[0-9A-F]{2}_){5}[0-9A-F]{2})$/i.exec(path);
  return match === null ? undefined : match[1]!.replaceAll('_', ':').toLowerCase();
}

/** The interface's properties in what `InterfacesAdded` and `GetManagedObjects` give for a path. */
export function interfaceIn(interfaces: unknown, name: string): unknown {
  return fieldOf(interfaces, name);
}

function companyName(name: string): string | undefined {
  const company = /^\d{1,5}$/.test(name) ? Number(name) : Number.NaN;
  return company <= 0xffff ? company.toString(16).padStart(4, '0') : undefined;
}

function partsOf(variant: unknown, nameOf: (name: string) => string | undefined): Record<string, string> | undefined {
  const parts = unwrapped(variant);
  if (typeof parts !== 'object' || parts === null || Array.isArray(parts)) return undefined;
  const read: Record<string, string> = {};
  let found = false;
  for (const [written, part] of Object.entries(parts).slice(0, MAX_PARTS)) {
    const name = nameOf(written);
    const bytes = unwrapped(part);
    if (name === undefined || !(bytes instanceof Uint8Array) || bytes.length > MAX_BYTES) continue;
    read[name] = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length).toString('hex');
    found = true;
  }
  return found ? read : undefined;
}

function fieldOf(object: unknown, name: string): unknown {
  if (typeof object !== 'object' || object === null || !Object.hasOwn(object, name)) return undefined;
  return (object as Readonly<Record<string, unknown>>)[name];
}

/** D-Bus wraps values of any type with their signature. */
function unwrapped(variant: unknown): unknown {
  return fieldOf(variant, 'value');
}
