import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import * as z from 'zod';
import type { StoreConfig } from '../../config/schema.ts';
import type { PlacedDevice } from '../core/store-map.ts';
import { DeviceCredentials } from '../store/devices.ts';
import { withDatabase } from './open-database.ts';

const fileSchema = z.record(z.string(), z.string());

/**
 * Passwords of the devices that are simulated, by device, kept in the data folder from one start to the next. A device that was given a
 * password by hand since then is left out: somebody connects the real one.
 */
export function simulatorCredentials(config: StoreConfig, devices: readonly PlacedDevice[]): ReadonlyMap<string, string> {
  return withDatabase(config, ({ sqlite }) => {
    const file = join(config.data.dir, 'simulator-credentials.json');
    const kept = readKept(file);
    const credentials = new DeviceCredentials(sqlite);
    const taken = new Set(credentials.list().map((credential) => credential.device));
    const simulated = new Map<string, string>();
    for (const { id } of devices) {
      const secret = kept.get(id);
      if (secret !== undefined && credentials.verify(id, secret)) simulated.set(id, secret);
      else if (!taken.has(id)) simulated.set(id, credentials.issue(id, Date.now()));
    }
    writeFileSync(file, JSON.stringify(Object.fromEntries(simulated)), { mode: 0o600 });
    return simulated;
  });
}

/** A file that is missing or damaged holds nothing: its devices count as taken and stay out. */
function readKept(file: string): ReadonlyMap<string, string> {
  try {
    return new Map(Object.entries(fileSchema.parse(JSON.parse(readFileSync(file, 'utf8')))));
  } catch {
    return new Map();
  }
}
