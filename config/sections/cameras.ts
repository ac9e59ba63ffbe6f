import * as z from 'zod';
import { floorFrom } from '../../agent/core/cameras/floor-plane.ts';
import { isSource, SOURCE_FORMS } from '../../devices/transports/cameras/open-source.ts';
import { id, line } from '../values.ts';
import { file } from './mqtt.ts';
import { point } from './store.ts';

const unit = z.number().min(0).max(1);

/** A point of the picture, as `[x, y]`. */
const picturePoint = z.tuple([unit, unit]);
const area = z.array(picturePoint).min(3).max(32);

const floorPoint = z.strictObject({
  picture: picturePoint.describe('[x, y] in the picture, 0 to 1 from its top left corner'),
  plan: point,
});

const entrance = z.strictObject({
  id: id().default('door').describe('Short name; two cameras that name the same entrance count everybody once'),
  zone: id().optional().describe('Zone that one comes into'),
  line: z.tuple([picturePoint, picturePoint]).describe('Both ends of the threshold, in the picture'),
  inside: picturePoint.describe('A point of the picture on the inner side of it'),
});

const queue = z.strictObject({
  till: id().describe('Till that people wait at; the id of a device, or a name of its own'),
  name: line().optional().describe('Name for people; that of the device, or the till, unless given'),
  area: area.describe('Where people wait, as corners in the picture'),
  alertAt: z.number().int().min(1).max(100).default(4).describe('Length from which on staff hear of it'),
});

const shelf = z.strictObject({
  fixture: id().describe('Fixture that hands reach into there'),
  polygon: area.describe('Its front, as corners in the picture'),
});

const clockTime = z.string().regex(/^([01]\d|2[0-3]):[0-5]\d$/, { error: 'expected a time of day in quotes, like "20:30"' });

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
        username: line().optional().describe('Account at the camera, where it asks for one'),
        passwordFile: file.optional().describe('File with the password of that account'),
        zone: id().optional().describe('Zone that everybody in its picture is counted in'),
        floor: z
          .array(floorPoint)
          .length(4)
          .refine(isFloor, { error: 'expected four points of which no three lie on a line, in the picture and on the plan' })
          .optional()
          .describe('Four points of the floor in the picture and on the plan; people are then counted in the zones they stand in'),
        entrances: z.array(entrance).max(8).default([]).describe('Thresholds over which people come in and go out'),
        queues: z.array(queue).max(8).default([]).describe('Where people wait at tills'),
        shelves: z.array(shelf).max(32).default([]).describe('Fronts of shelves that hands reach into'),
        masks: z.array(area).max(16).default([]).describe('Parts of the picture that are blacked out before anything looks at it'),
        rate: z.number().min(0.5).max(15).default(5).describe('Pictures looked at a second, at most'),
        width: z
          .number()
          .int()
          .min(160)
          .max(3_840)
          .default(1_280)
          .describe('Widest picture that is taken from a stream or a video, in pixels; wider ones are scaled down'),
        model: z
          .union([z.enum(['standard', 'distant']), z.strictObject({ manifestFile: file.describe('Manifest of a detector of your own') })])
          .default('standard')
          .describe('What finds people: standard, distant (small and far people, more processor time), or a detector of your own'),
        rotate: z
          .union([z.literal(0), z.literal(90), z.literal(180), z.literal(270)])
          .default(0)
          .describe('Degrees to turn the picture clockwise'),
        quietHours: z
          .array(z.strictObject({ from: clockTime.describe('Local time it begins'), to: clockTime.describe('Local time it ends') }))
          .max(16)
          .default([])
          .describe('Local times between which no picture is taken; may pass midnight'),
      })
      .refine((camera) => camera.passwordFile === undefined || camera.username !== undefined, {
        error: 'expected the username of the account too',
        path: ['passwordFile'],
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
