import type { ReadingBody } from '../../agent/core/reading.ts';

/**
 * What a RuuviTag or Ruuvi Air says in its manufacturer data (data formats 3, 5, 6, C5 and E1), as hex that begins with the company (`9904`): climate,
 * and how the battery of a tag does (2.0 V is empty, 3.0 V full, as the app of its maker shows it). Empty for every other advertisement.
 */
export function ruuviTag(hex: string): readonly ReadingBody[] {
  const length = LENGTHS.get(hex.slice(4, 6).toLowerCase());
  if (length === undefined || hex.length < 4 + length * 2 || !/^9904[0-9a-f]+$/i.test(hex)) return [];
  const bytes = Buffer.from(hex.slice(4, 4 + length * 2), 'hex');
  switch (bytes[0]) {
    case 3:
      return formatThree(bytes);
    case 6:
      return climateOnly({ ...measured(bytes), ...co2(bytes.readUInt16BE(9)) });
    case 0xe1:
      return climateOnly({ ...measured(bytes), ...co2(bytes.readUInt16BE(15)), ...light(bytes.readUIntBE(19, 3)) });
    case 0xc5:
      return withBattery(bytes, 7);
    default:
      return withBattery(bytes, 13);
  }
}

/** Bytes of each data format behind the company. */
const LENGTHS: ReadonlyMap<string, number> = new Map([
  ['03', 14],
  ['05', 24],
  ['06', 20],
  ['c5', 18],
  ['e1', 40],
]);

interface Climate {
  readonly temperatureC?: number;
  readonly humidityPercent?: number;
  readonly co2Ppm?: number;
  readonly illuminanceLux?: number;
}

/** The largest number stands for "not measured", here and below. */
function measured(bytes: Buffer): Climate {
  const [temperature, humidity] = [bytes.readInt16BE(1), bytes.readUInt16BE(3)];
  return {
    ...(temperature !== -32_768 && { temperatureC: tidy(temperature * 0.005) }),
    ...(humidity !== 65_535 && { humidityPercent: tidy(humidity * 0.0025) }),
  };
}

function co2(ppm: number): Climate {
  return ppm === 65_535 ? {} : { co2Ppm: ppm };
}

function light(hundredths: number): Climate {
  return hundredths === 0xff_ffff ? {} : { illuminanceLux: tidy(hundredths / 100) };
}

function climateOnly(climate: Climate): readonly ReadingBody[] {
  return Object.keys(climate).length === 0 ? [] : [{ kind: 'climate', ...climate }];
}

function withBattery(bytes: Buffer, at: number): readonly ReadingBody[] {
  const power = bytes.readUInt16BE(at) >> 5;
  const status: readonly ReadingBody[] = power === 2_047 ? [] : [{ kind: 'device.status', batteryPercent: percent(1_600 + power) }];
  return [...climateOnly(measured(bytes)), ...status];
}

function formatThree(bytes: Buffer): readonly ReadingBody[] {
  const whole = bytes[2]! & 0x7f;
  const temperature = (whole + bytes[3]! / 100) * ((bytes[2]! & 0x80) !== 0 ? -1 : 1);
  return [
    { kind: 'climate', temperatureC: tidy(temperature), humidityPercent: bytes[1]! / 2 },
    { kind: 'device.status', batteryPercent: percent(bytes.readUInt16BE(12)) },
  ];
}

function percent(millivolts: number): number {
  return Math.round(Math.max(0, Math.min(100, (millivolts - 2_000) / 10)));
}

function tidy(value: number): number {
  return Math.round(value * 1e4) / 1e4;
}
