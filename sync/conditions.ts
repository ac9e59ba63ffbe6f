import { z } from 'zod';
import { WEEKDAYS } from '../agent/core/journeys/conditions.ts';
import { STAGES } from '../agent/core/journeys/stage.ts';

const clockTime = z.string().regex(/^([01]\d|2[0-3]):[0-5]\d$/);
const text = z.string().min(1).max(64);
const days = z.number().min(0).max(365);
const count = z.number().min(0).max(10_000);

/** When a campaign on the wire may be offered: the core's type, checked field by field. */
export const conditionsSchema = z.strictObject({
  context: z.record(text, z.array(text).min(1).max(16)).exactOptional(),
  hours: z
    .array(z.strictObject({ from: clockTime, to: clockTime }))
    .max(16)
    .exactOptional(),
  days: z.array(z.enum(WEEKDAYS)).max(7).exactOptional(),
  stages: z.array(z.enum(STAGES)).max(STAGES.length).exactOptional(),
  followUp: z.boolean().exactOptional(),
  member: z
    .strictObject({
      minVisits: count.exactOptional(),
      maxVisits: count.exactOptional(),
      minValueCents: z.int().min(0).exactOptional(),
      minDaysSince: days.exactOptional(),
      maxDaysSince: days.exactOptional(),
    })
    .exactOptional(),
});
