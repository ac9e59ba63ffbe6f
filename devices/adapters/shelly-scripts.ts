import type { ReadingBody } from '../../agent/core/reading.ts';
import { beaconInAdvertisement } from './beacon-identity.ts';
import { BTHOME_PRESSES } from './bthome.ts';
import { climateOf } from './climate.ts';
import type { Said } from './decoded.ts';
import { flagOf, isObject, numberOf, textOf } from './foreign-values.ts';
import { macDigits } from './hardware-address.ts';
import type { JsonObject } from './json-payload.ts';
import type { Placements, Source } from './placements.ts';
import { gramsOf } from './weight-unit.ts';

const MAX_EVENTS = 32;
const MAX_HEARD = 200;

/**
 * What scripts on a Shelly report as events: BTHome sensors that it hears (`shelly-blu`), and raw advertisements (`ble.scan_result`), for which the
 * Shelly is the scanner.
 */
export function shellyScripts(params: JsonObject, at: { readonly placements: Placements; readonly gateway: Source }): readonly Said[] {
  const events: unknown = params['events'];
  if (!Array.isArray(events)) return [];
  return events.slice(0, MAX_EVENTS).flatMap((event: unknown): readonly Said[] => {
    if (!isObject(event)) return [];
    const data: unknown = event['data'];
    if (event['event'] === 'ble.scan_result' && Array.isArray(data)) return scanResult(data, at);
    if (event['event'] === 'shelly-blu' && isObject(data)) return sensor(data, at.placements);
    return [];
  });
}

/** Version 1 is one advertisement, version 2 a list: address, signal, advertisement and scan response in base64. */
function scanResult(
  data: readonly unknown[],
  { placements, gateway }: { readonly placements: Placements; readonly gateway: Source },
): readonly Said[] {
  const rows: readonly unknown[] = data[0] === 2 && Array.isArray(data[1]) ? data[1] : [data.slice(1)];
  return rows.slice(0, MAX_HEARD).flatMap((row): readonly Said[] => {
    if (!Array.isArray(row)) return [];
    const [address, rssi, advertisement, response] = row as readonly unknown[];
    const rssiDbm = numberOf(rssi);
    if (typeof address !== 'string' || macDigits(address) === undefined || rssiDbm === undefined) return [];
    const frame = frameIn(advertisement) ?? frameIn(response);
    const txPowerDbm = frame?.txPowerDbm;
    const beacon = placements.beacon(frame?.identity ?? address);
    return [{ source: gateway, body: { kind: 'ble.sighting', beacon, rssiDbm, ...(txPowerDbm !== undefined && { txPowerDbm }) } }];
  });
}

function frameIn(base64: unknown): ReturnType<typeof beaconInAdvertisement> {
  return typeof base64 === 'string' && base64.length > 0 && base64.length <= 512 && /^[A-Za-z0-9+/]+={0,2}$/.test(base64)
    ? beaconInAdvertisement(Buffer.from(base64, 'base64').toString('hex'))
    : undefined;
}

/** The objects of a BTHome sensor by their names; the family of the sensor is the one that the same script uses on a topic of its own. */
function sensor(data: JsonObject, placements: Placements): readonly Said[] {
  const address = textOf(data['address']);
  if (address === undefined || data['encryption'] === true) return [];
  const source = placements.find('shelly-blu', address);
  const bodies: ReadingBody[] = [];
  const open = flagOf(data['window'] ?? data['door'] ?? data['opening']);
  if (open !== undefined) bodies.push({ kind: 'contact', open });
  const occupied = flagOf(data['motion'] ?? data['occupancy']);
  if (occupied !== undefined) bodies.push({ kind: 'occupancy', occupied });
  const active = flagOf(data['vibration']);
  if (active !== undefined) bodies.push({ kind: 'vibration', active, ...(source.slot !== undefined && { slot: source.slot }) });
  const pressed: readonly unknown[] = Array.isArray(data['button']) ? data['button'] : [data['button']];
  for (const [index, press] of pressed.slice(0, 8).entries()) {
    const action = BTHOME_PRESSES.get(numberOf(press) ?? 0);
    if (action !== undefined) bodies.push({ kind: 'button', action: pressed.length > 1 ? `${index + 1}_${action}` : action });
  }
  bodies.push(
    ...climateOf({
      temperatureC: numberOf(first(data['temperature'])),
      humidityPercent: numberOf(first(data['humidity'])),
      illuminanceLux: numberOf(first(data['illuminance'])),
    }),
  );
  const kilograms = numberOf(first(data['mass_kg']));
  if (kilograms !== undefined) bodies.push({ kind: 'shelf.weight', slot: source.slotOf(), grams: gramsOf(kilograms, 'kg') });
  const batteryPercent = numberOf(data['battery']);
  const rssiDbm = numberOf(data['rssi']);
  if (batteryPercent !== undefined || rssiDbm !== undefined) {
    bodies.push({
      kind: 'device.status',
      ...(batteryPercent !== undefined && { batteryPercent }),
      ...(rssiDbm !== undefined && { rssiDbm }),
    });
  }
  return bodies.map((body) => ({ source, body }));
}

/** A sensor with several of a kind sends a list; the first is its own. */
function first(value: unknown): unknown {
  return Array.isArray(value) ? (value[0] as unknown) : value;
}
