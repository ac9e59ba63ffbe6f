import * as z from 'zod';
import { isTimeZone } from '../local-time.ts';
import { id, line } from '../values.ts';

const metres = z.number().min(0).max(2_000);

/** A place on the plan: [x, y] in metres from the top left corner. */
export const point = z.tuple([metres, metres]).describe('[x, y] in metres from the top left corner of the plan');

/** `store`: who this is. */
export const storeSection = z.strictObject({
  id: id().describe('Short name of the store; part of every topic and batch'),
  name: line().describe('Name that shoppers and managers see'),
  currency: z
    .string()
    .regex(/^[A-Z]{3}$/, { error: 'expected a three letter currency code, like EUR', abort: true })
    .refine(hasTwoDecimals, { error: 'expected a currency with two decimals: amounts are kept in hundredths' })
    .describe('Currency of all amounts (ISO 4217, two decimals)'),
  timeZone: z
    .string()
    .max(64)
    .refine(isTimeZone, { error: 'expected a time zone like Europe/Berlin' })
    .describe('Time zone of quiet hours, campaign dates and "today", like Europe/Berlin'),
  contact: line(200)
    .optional()
    .describe('Whom shoppers can ask about cameras and data: a name with an address, a telephone number or mail'),
  plan: z
    .strictObject({
      widthM: metres.gt(0).describe('Width of the plan in metres'),
      depthM: metres.gt(0).describe('Depth of the plan in metres'),
    })
    .describe('Size of the floor plan'),
});

/** `zones`: parts of the floor that visits move through. */
export const zonesSection = z
  .array(
    z.strictObject({
      id: id().describe('Short name of the zone'),
      name: line().describe('Name for people'),
      kind: z.enum(['entrance', 'aisle', 'checkout', 'other']).default('aisle').describe('What happens there'),
      outline: z.array(point).min(3).max(64).describe('Corners of the floor area, at least 3'),
      offersAllowed: z.boolean().default(true).describe('Whether shoppers may be contacted there'),
      forChildren: z.boolean().default(false).describe('A zone for children: no contact, and nothing that anybody does there is measured'),
    }),
  )
  .min(1)
  .max(200)
  .describe('Parts of the floor that visits move through');

const slot = z.strictObject({
  id: id().describe('Short name of the slot, as the sensor reports it'),
  sku: id().describe('Product that is kept there'),
  capacity: z.number().int().min(1).max(10_000).optional().describe('How many units fit'),
  distance: z
    .strictObject({
      emptyM: z.number().gt(0).max(20).describe('What the sensor measures when the slot is empty, in metres'),
      unitM: z
        .number()
        .min(-1)
        .max(1)
        .refine((metres) => Math.abs(metres) >= 0.005, { error: 'expected at least 0.005 m a unit' })
        .describe('How much nearer each unit brings the nearest thing, in metres; below 0 where units push it away'),
    })
    .optional()
    .describe('What a distance sensor of this slot measures'),
});

/** `fixtures`: what stands in the zones, and what is on it. */
export const fixturesSection = z
  .array(
    z.strictObject({
      id: id().describe('Short name of the fixture; QR codes carry it'),
      name: line().describe('Name for people'),
      zone: id().describe('Zone it stands in'),
      kind: z.enum(['shelf', 'endcap', 'rack', 'table']).default('shelf').describe('What it is'),
      at: point.describe('Where it stands'),
      display: id().optional().describe('Device that shows offers at this fixture'),
      slots: z.array(slot).max(500).default([]).describe('Facings, each with one product'),
    }),
  )
  .max(5_000)
  .default([])
  .describe('Shelves, endcaps, racks and tables');

function hasTwoDecimals(currency: string): boolean {
  return new Intl.NumberFormat('en', { style: 'currency', currency }).resolvedOptions().maximumFractionDigits === 2;
}
