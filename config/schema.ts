import * as z from 'zod';
import { bluetoothSection } from './sections/bluetooth.ts';
import { calibrationSection } from './sections/calibration.ts';
import { camerasSection } from './sections/cameras.ts';
import { campaignsSection } from './sections/campaigns.ts';
import { devicesSection, tagsSection } from './sections/devices.ts';
import { experimentsSection } from './sections/experiments.ts';
import { mappingsSection } from './sections/foreign.ts';
import { productsFileSection, productsSection } from './sections/goods.ts';
import { httpSection } from './sections/http.ts';
import { mqttSection } from './sections/mqtt.ts';
import { dataSection, logSection, modelSection, simulatorSection, syncSection } from './sections/operation.ts';
import { policySection } from './sections/policy.ts';
import { fixturesSection, storeSection, zonesSection } from './sections/store.ts';

/**
 * The one description of a store's configuration. Written by people (`15m`, `4.99`, `10%`), read as milliseconds, cents and shares;
 * `z.encode` writes it back. Problems that need more than one value are found in check.ts.
 */
export const storeConfigSchema = z.strictObject({
  store: storeSection.describe('Who this store is'),
  zones: zonesSection,
  fixtures: fixturesSection,
  products: productsSection,
  productsFile: productsFileSection,
  devices: devicesSection,
  mappings: mappingsSection,
  cameras: camerasSection,
  tags: tagsSection,
  calibration: calibrationSection,
  campaigns: campaignsSection,
  experiments: experimentsSection,
  policy: policySection,
  mqtt: mqttSection,
  bluetooth: bluetoothSection,
  http: httpSection,
  data: dataSection,
  sync: syncSection,
  model: modelSection,
  log: logSection,
  simulator: simulatorSection,
});

/** A store's configuration as the program uses it: durations in milliseconds, money in cents, sizes in bytes. */
export type StoreConfig = z.output<typeof storeConfigSchema>;

/** A store's configuration as people write it. */
export type WrittenConfig = z.input<typeof storeConfigSchema>;
