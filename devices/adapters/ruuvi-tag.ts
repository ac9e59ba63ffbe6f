import type { ReadingBody } from '../../agent/core/reading.ts';

/**
 * What a RuuviTag says in its manufacturer data (data formats 5 and 3), as hex that begins with the company (`9904`): climate, and how its battery does
 * (2.0 V is empty, 3.0 V full, as the app of its maker shows it). Empty for every other advertisement.
 */
export function ruuviTag(hex: string): readonly ReadingBody[] {
  if (!/^9904(?:05[0-9a-f]{46}|03[0-9a-f]{26})/i.test(hex)) return [];
  const bytes = Buffer.from(hex.slice(4), 'hex');
  return bytes[0] === 5 ? formatFive(bytes) : formatThree(bytes);
}

function formatFive(bytes: Buffer): readonly ReadingBody[] {
  const [temperature, humidity] = [bytes.readInt16BE(1), bytes.readUInt16BE(3)];
  // The largest number stands for "not measured".
  const climate = {
    ...(temperature !== -32_768 && { temperatureC: tidy(temperature * 0.005) }),
    ...(humidity !== 65_535 && { humidityPercent: tidy(humidity * 0.0025) }),
  };
  const power = bytes.readUInt16BE(13) >> 5;
  const bodies: ReadingBody[] = Object.keys(climate).length > 0 ? [{ kind: 'climate', ...climate }] : [];
  if (power !== 2_047) bodies.push({ kind: 'device.status', batteryPercent: percent(1_600 + power) });
  return bodies;
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
