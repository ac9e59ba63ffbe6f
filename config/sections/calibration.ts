import * as z from 'zod';
import { id } from '../values.ts';
import { point } from './store.ts';

const dbm = z.number().min(-130).max(30);

/** `calibration`: what `endcap survey` found out about the store's radio. */
export const calibrationSection = z
  .strictObject({
    txPowerDbm: dbm.default(-59).describe('Strength of a tag at one metre, in dBm'),
    pathLoss: z.number().min(1).max(6).default(2.5).describe('How fast it fades: 2 in the open, 3 and more among shelves'),
    tagHeightM: z.number().min(0).max(5).default(1).describe('Height at which tags are carried, in metres'),
    offsetsDb: z
      .record(id(), z.number().min(-40).max(40))
      .default({})
      .describe('How much louder than the average each scanner hears, in dB'),
    points: z
      .array(
        z.strictObject({
          at: point.describe('Where somebody stood with a tag'),
          heard: z
            .record(id(), dbm)
            .refine((heard) => Object.keys(heard).length <= 256, { error: 'expected at most 256 scanners' })
            .describe('Mean strength by scanner, in dBm'),
        }),
      )
      .max(500)
      .default([])
      .describe('Places of a survey'),
  })
  .optional()
  .describe('What a survey found out about the radio of the store');
