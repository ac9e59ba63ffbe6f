import * as z from 'zod';
import { duration, id, line } from '../values.ts';
import { foreignFields } from './foreign.ts';
import { point } from './store.ts';

/** `devices`: what reports, and where it stands. */
export const devicesSection = z
  .array(
    z.strictObject({
      id: id().describe('Name of the device on MQTT'),
      name: line().describe('Name for people'),
      role: z.enum(['sensor', 'scanner', 'camera', 'till', 'display', 'door']).describe('What it does'),
      adapter: id().default('native').describe('Form of its messages: a device family, or a mapping of this file'),
      ...foreignFields,
      zone: id().optional().describe('Zone it stands in or looks at'),
      fixture: id().optional().describe('Fixture it is mounted on; its zone is the zone then'),
      at: point.optional().describe('Where it hangs or stands; with at least three placed scanners tags get a position'),
      heightM: z.number().min(0).max(30).optional().describe('Height of a scanner above the floor in metres, 2.3 unless given'),
      every: duration({ min: '1s', max: '7d' }).optional().describe('How often it reports, where that is fixed; learnt otherwise'),
      quietAfter: duration({ min: '1s', max: '30d' }).prefault('15m').describe('Longest silence that is normal'),
    }),
  )
  .max(20_000)
  .default([])
  .describe('Sensors, scanners, cameras, tills, displays and door counters');

/** `tags`: beacons on carts and baskets that belong to the store. */
export const tagsSection = z
  .array(
    z.strictObject({
      id: id().describe('Identity that the beacon sends'),
      name: line().describe('Name for people, like the number painted on the cart'),
      staff: z.boolean().default(false).describe('Carried by staff: never a shopper, in no figure'),
    }),
  )
  .max(10_000)
  .default([])
  .describe('Store-owned cart and basket beacons; every other beacon is counted and forgotten');
