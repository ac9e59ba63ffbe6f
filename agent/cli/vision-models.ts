import { join } from 'node:path';

/** The shipped detectors, in the order in which one stands in for the other. */
export const DETECTORS = ['ssdlite-person-int8', 'ssdlite-person', 'nanodet-person-int8'] as const;

/** The shipped network that finds hands. */
export const POSE = 'movenet-lightning';

/** Path of a shipped model's manifest. */
export function shippedModel(name: string, folder: string): string {
  return join(folder, `${name}.manifest.json`);
}
