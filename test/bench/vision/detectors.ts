import { existsSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { packageRoot } from '../../../agent/package-root.ts';
import type { DecodeSettings } from '../../../models/vision/decode.ts';
import { loadDetector, type PersonDetector } from '../../../models/vision/detector.ts';

/** Photographs and clips that are read where they are and never copied. */
export const DATA = resolve(packageRoot(), '../shared/data');

/** Shipped models. */
export type ShippedName = 'ssdlite-person' | 'ssdlite-person-int8' | 'nanodet-person-int8' | 'movenet-lightning';

/** Path of a shipped detector's manifest. */
export function manifestOf(name: ShippedName): string {
  return join(packageRoot(), 'models/vision/artifacts', `${name}.manifest.json`);
}

/** Opens a shipped detector; throws when it cannot be used. */
export async function openShipped(name: ShippedName, settings?: DecodeSettings): Promise<PersonDetector> {
  const detector = await loadDetector(manifestOf(name), settings);
  if (!detector.ok) throw new Error(detector.error.sentence);
  return detector.value;
}

/** A file of the data folder, or a reason to leave a figure out. */
export function dataFile(path: string): string | undefined {
  const whole = join(DATA, path);
  return existsSync(whole) ? whole : undefined;
}
