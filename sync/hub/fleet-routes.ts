import type { FastifyInstance } from 'fastify';
import * as z from 'zod';
import { DAY_MS } from '../../agent/core/units.ts';
import { daySchema, idSchema } from '../protocol.ts';
import { FLEET_POLICY, FLEET_RANGES, fleetPage } from './fleet-page.ts';
import type { Gate } from './gate.ts';
import type { DayRange, HubStore } from './hub-store.ts';
import { ProblemError } from './problem.ts';

const STORES_PER_PAGE = 100;

const rangeQuery = z.strictObject({ from: daySchema.optional(), to: daySchema.optional() });
const storesQuery = rangeQuery.extend({
  offset: z.coerce.number().int().min(0).max(1_000_000).default(0),
  limit: z.coerce.number().int().min(1).max(500).default(100),
});
const pageQuery = z.strictObject({
  days: z.coerce
    .number()
    .refine((days) => FLEET_RANGES.includes(days))
    .default(7),
  page: z.coerce.number().int().min(1).max(10_000).default(1),
});

/** What head office looks at: `/` for people, `/v1/fleet/...` for programs. All of it needs the admin key. */
export function fleetRoutes(
  app: FastifyInstance,
  { store, gate, now }: { readonly store: HubStore; readonly gate: Gate; readonly now: () => number },
): void {
  const onRequest = async (request: Parameters<Gate['admin']>[0]): Promise<void> => gate.admin(request);

  app.get('/v1/fleet/totals', { onRequest }, async (request) => {
    const range = rangeOf(parse(rangeQuery, request.query), now());
    return { ...range, days: await store.dailyTotals(range) };
  });

  app.get('/v1/fleet/stores', { onRequest }, async (request) => {
    const { offset, limit, ...days } = parse(storesQuery, request.query);
    const range = rangeOf(days, now());
    return { ...range, total: await store.storeCount(), stores: await store.stores({ ...range, offset, limit }) };
  });

  app.get('/v1/fleet/stores/:store/days/:day', { onRequest }, async (request) => {
    const of = parse(z.strictObject({ store: idSchema, day: daySchema }), request.params);
    return { ...of, rows: await store.cells(of) };
  });

  app.get('/', { onRequest }, async (request, reply) => {
    const { days, page } = parse(pageQuery, request.query);
    const range = lastDays(days, now());
    const storeCount = await store.storeCount();
    const view = {
      nowMs: now(),
      days,
      totals: await store.dailyTotals(range),
      stores: await store.stores({ ...range, offset: (page - 1) * STORES_PER_PAGE, limit: STORES_PER_PAGE }),
      storeCount,
      page,
      pages: Math.max(1, Math.ceil(storeCount / STORES_PER_PAGE)),
    };
    return reply
      .type('text/html; charset=utf-8')
      .header('content-security-policy', FLEET_POLICY)
      .header('referrer-policy', 'no-referrer')
      .send(fleetPage(view));
  });
}

/** The asked range, by default the last week; at most 400 days. */
function rangeOf({ from, to }: z.infer<typeof rangeQuery>, nowMs: number): DayRange {
  const recent = lastDays(7, nowMs);
  const range = { fromDay: from ?? recent.fromDay, toDay: to ?? recent.toDay };
  if (Date.parse(range.toDay) - Date.parse(range.fromDay) > 400 * DAY_MS)
    throw new ProblemError('malformed', 'A range has at most 400 days');
  return range;
}

/** Ends a day after today in UTC, for the stores where it is tomorrow already. */
function lastDays(days: number, nowMs: number): DayRange {
  return { fromDay: utcDay(nowMs - (days - 1) * DAY_MS), toDay: utcDay(nowMs + DAY_MS) };
}

function utcDay(ms: number): string {
  return new Date(ms).toISOString().slice(0, 10);
}

function parse<S extends z.ZodType>(schema: S, value: unknown): z.infer<S> {
  const parsed = schema.safeParse(value);
  if (!parsed.success) throw new ProblemError('malformed', z.prettifyError(parsed.error).slice(0, 300));
  return parsed.data;
}
