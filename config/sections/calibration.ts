import * as z from 'zod';
import { id, line } from '../values.ts';
import { point } from './store.ts';

const dbm = z.number().min(-130).max(30);

const doorway = z.strictObject({
  first: id().describe('Scanner on the one side of the door'),
  second: id().describe('Scanner on the other side'),
  sides: z
    .array(
      z.strictObject({
        name: line().describe('Name of the side'),
        zone: id().optional().describe('Zone that a tag on this side is in; without it, and not inside, the tag is out of the store'),
        inside: z.boolean().default(false).describe('Whether the shop floor begins on this side'),
        meanDbm: z.tuple([dbm, dbm]).describe('Mean strength at the first and the second scanner, in dBm'),
        variance: z
          .tuple([z.number().gt(0).max(1_000), z.number().gt(0).max(1_000), z.number().min(-1_000).max(1_000)])
          .describe('Variance at the first and the second scanner and their covariance, in dB squared'),
      }),
    )
    .min(2)
    .max(8)
    .refine((sides) => sides.some(({ inside }) => inside), { error: 'expected a side with inside: true' })
    .describe('What is heard on each side'),
});

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
    smallestZoneM: z
      .number()
      .min(0)
      .max(1_000)
      .optional()
      .describe(
        'Side of the smallest square zone that the scanners can tell apart, in metres; smaller zones count as one with their neighbour',
      ),
    alike: z
      .array(z.tuple([id(), id()]).describe('Two zones that the survey found to be taken for each other'))
      .max(200)
      .default([])
      .describe('Zones that count as one for tags, because they were taken for each other too often'),
    doorways: z.array(doorway).max(16).default([]).describe('Doors whose sides two receivers tell apart, from `endcap survey --door`'),
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
