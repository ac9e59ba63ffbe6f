import * as z from 'zod';
import { isSource, SOURCE_FORMS } from '../../devices/transports/cameras/open-source.ts';
import { floorFrom } from '../../models/vision/floor.ts';
import { id, line } from '../values.ts';
import { point } from './store.ts';

const unit = z.number().min(0).max(1);

const floorPoint = z.strictObject({
  picture: z.tuple([unit, unit]).describe('[x, y] in the picture, 0 to 1 from its top left corner'),
  plan: point,
});

/** `cameras`: pictures that the agent looks at itself to count people. */
export const camerasSection = z
  .array(
    z
      .strictObject({
        id: id().describe('Short name of the camera, and its name on MQTT'),
        name: line().optional().describe('Name for people; the id unless given'),
        source: z
          .string()
          .max(1_000)
          .refine(isSource, { error: `expected ${SOURCE_FORMS}` })
          .describe(`Where its pictures come from: ${SOURCE_FORMS}`),
        zone: id().optional().describe('Zone that everybody in its picture is counted in'),
        floor: z
          .array(floorPoint)
          .length(4)
          .refine(isFloor, { error: 'expected four points of which no three lie on a line, in the picture and on the plan' })
          .optional()
          .describe('Four points of the floor in the picture and on the plan; people are then counted in the zones they stand in'),
        rate: z.number().min(0.5).max(15).default(5).describe('Pictures looked at a second, at most'),
        rotate: z
          .union([z.literal(0), z.literal(90), z.literal(180), z.literal(270)])
          .default(0)
          .describe('Degrees to turn the picture clockwise'),
      })
      .refine((camera) => (camera.zone === undefined) !== (camera.floor === undefined), {
        error: 'expected a zone, or floor with four points',
        path: ['zone'],
      }),
  )
  .max(32)
  .default([])
  .describe('Cameras whose people the agent counts; pictures stay in memory until the next one and go nowhere');

function isFloor(points: readonly z.output<typeof floorPoint>[]): boolean {
  const [a, b, c, d] = points.map(({ picture: [x, y], plan: [xM, yM] }) => ({ x, y, xM, yM }));
  return a !== undefined && b !== undefined && c !== undefined && d !== undefined && floorFrom([a, b, c, d]) !== undefined;
}
