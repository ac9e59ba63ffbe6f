import * as z from 'zod';
import { mappingSchema } from '../../devices/mapping/mapping-schema.ts';
import { id } from '../values.ts';

/** A name as foreign devices carry it: anything that fits into a topic level or two and is no wildcard. */
const foreignName = z.string().regex(/^[^\p{Cc}#+]{1,200}$/u, { error: 'expected 1 to 200 characters without + and #' });

/** What a device of another vendor needs besides its place: by which name its messages know it, and what they leave out. */
export const foreignFields = {
  knownAs: foreignName
    .optional()
    .describe('Name that its own messages carry: topic, node, camera, host or printed address; without it the id'),
  topic: z
    .string()
    .regex(/^[^\p{Cc}]{1,200}$/u)
    .optional()
    .describe('Topic it writes, where that is not the usual one of its adapter'),
  bridge: z.boolean().optional().describe('Its connection speaks for every device of its adapter, like a Zigbee2MQTT or Frigate server'),
  slot: id().optional().describe('Slot that its weight, distance or reach is about; without it the slot called like the device'),
  slots: z.record(z.string().min(1).max(100), id()).optional().describe('The same for a device with several channels: channel to slot'),
  weightUnit: z.enum(['g', 'kg', 'lb', 'oz']).optional().describe('Unit of its weights, where neither message nor adapter says it'),
  frame: z
    .tuple([z.number().int().min(16).max(16_384), z.number().int().min(16).max(16_384)])
    .optional()
    .describe('[width, height] of a camera picture in pixels, where its boxes are in pixels'),
  counts: z.enum(['in', 'out']).optional().describe('What a crossing of its line is; in unless given'),
};

/** `mappings`: device families that nobody has written an adapter for. */
export const mappingsSection = z
  .array(mappingSchema)
  .max(100)
  .default([])
  .describe('Device families described here: where topics and messages hold what; devices name one as their adapter');
