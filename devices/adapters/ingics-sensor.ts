import type { ReadingBody } from '../../agent/core/reading.ts';

/**
 * What an Ingics beacon of the iBS02, iBS03 or iBS05 series says in its manufacturer data: company, code 0x82BC or 0x83BC, battery in 10 mV, event
 * bits, two measured fields, two bytes of the owner's, and the type. Empty for every other advertisement.
 */
export function ingicsSensor(advertisement: string): readonly ReadingBody[] {
  const found = FRAME.exec(advertisement);
  if (found === null) return [];
  const [, events, first, second, subtype] = found;
  const type = Number.parseInt(subtype!, 16);
  const bits = Number.parseInt(events!, 16);
  const bodies: ReadingBody[] = [];
  if (WITH_BUTTON.has(type) && (bits & BUTTON) !== 0) bodies.push({ kind: 'button', action: 'single' });
  if (WITH_MOTION.has(type)) bodies.push({ kind: 'vibration', active: (bits & MOVING) !== 0 });
  // The bit is set while the magnet is near, which it is when the door is closed.
  if (WITH_HALL.has(type)) bodies.push({ kind: 'contact', open: (bits & HALL) === 0 });
  if (type === IBS02_PIR) bodies.push({ kind: 'occupancy', occupied: (bits & INFRARED) !== 0 });
  if (type === IBS08) bodies.push({ kind: 'occupancy', occupied: (bits & DETECTED) !== 0 });
  const degrees = WITH_TEMPERATURE.has(type) ? littleEndian(first!) : undefined;
  const humidityPercent = type === IBS03T_RH || type === IWS01 ? littleEndian(second!) : undefined;
  const co2Ppm = type === IBS05CO2 ? littleEndian(second!) : undefined;
  if ((degrees ?? humidityPercent ?? co2Ppm) !== undefined) {
    bodies.push({
      kind: 'climate',
      ...(degrees !== undefined && { temperatureC: degrees / 100 }),
      ...(humidityPercent !== undefined && { humidityPercent }),
      ...(co2Ppm !== undefined && { co2Ppm }),
    });
  }
  const millimetres = type === IBS03R ? littleEndian(second!) : undefined;
  if (millimetres !== undefined) bodies.push({ kind: 'distance', metres: millimetres / 1_000 });
  return bodies;
}

/** Signed, little-endian; 0xAAAA and 0xFFFF stand for "not measured". */
function littleEndian(hex: string): number | undefined {
  const value = Number.parseInt(hex.slice(2, 4) + hex.slice(0, 2), 16);
  if (value === 0xaaaa || value === 0xffff) return undefined;
  return value > 0x7fff ? value - 0x1_0000 : value;
}

const FRAME = /FF(?:0D00|5900|2C08)8[23]BC[0-9A-F]{4}([0-9A-F]{2})([0-9A-F]{4})([0-9A-F]{4})[0-9A-F]{4}([0-9A-F]{2})/i;

const BUTTON = 1;
const MOVING = 2;
const HALL = 4;
const INFRARED = 16;
const DETECTED = 32;

const IBS02_PIR = 0x02;
const IBS03R = 0x13;
const IBS03T_RH = 0x14;
const IBS05CO2 = 0x34;
const IWS01 = 0x39;
/** Sees warmth in front of it; the first temperature is that of the room. */
const IBS08 = 0x48;
const WITH_BUTTON: ReadonlySet<number> = new Set([0x10, 0x18, 0x19, 0x30, 0x31, 0x32, 0x33, 0x34, 0x35]);
const WITH_MOTION: ReadonlySet<number> = new Set([0x33]);
const WITH_HALL: ReadonlySet<number> = new Set([0x10, 0x20, 0x21, 0x22, 0x31]);
const WITH_TEMPERATURE: ReadonlySet<number> = new Set([0x14, 0x15, 0x17, 0x20, 0x21, 0x32, 0x39, 0x48]);
