import * as z from 'zod';
import { STAGES } from '../../agent/core/journeys/stage.ts';
import { line, money } from '../values.ts';

const clockTime = z.string().regex(/^([01]\d|2[0-3]):[0-5]\d$/, { error: 'expected a time of day in quotes, like "20:30"' });

/** One value or several. */
const values = z.union([line(64), z.array(line(64)).min(1).max(16)]);

/** `when` of a campaign. */
export const conditions = z.strictObject({
  weather: values.optional().describe('Value or values of the context topic "weather", like rain'),
  event: values.optional().describe('Value or values of the context topic "event"'),
  context: z.record(line(64), values).optional().describe('Other context topics with the values that suit'),
  hours: z
    .array(z.strictObject({ from: clockTime.describe('Local time it begins'), to: clockTime.describe('Local time it ends') }))
    .min(1)
    .max(16)
    .optional()
    .describe('Local times of day; may pass midnight'),
  days: z
    .array(z.enum(['mon', 'tue', 'wed', 'thu', 'fri', 'sat', 'sun']))
    .min(1)
    .optional()
    .describe('Days of the week'),
  stages: z.array(z.enum(STAGES)).min(1).optional().describe('How far the visit is'),
  followUp: z.boolean().optional().describe('Only (or never) when a shopper comes back for what they tried several times and left'),
  member: z
    .strictObject({
      minVisits: z.number().min(0).max(10_000).optional().describe('Visits at least; one counts half after 60 days'),
      maxVisits: z.number().min(0).max(10_000).optional().describe('Visits at most'),
      minValue: money().optional().describe('Money spent at least, fading alike'),
      minDaysSince: z.number().min(0).max(365).optional().describe('Days since the last visit, at least'),
      maxDaysSince: z.number().min(0).max(365).optional().describe('Days since the last visit, at most'),
    })
    .optional()
    .describe('Only to members who opted in, with these figures; {} is every member'),
});
