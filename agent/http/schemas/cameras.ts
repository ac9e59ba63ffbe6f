import { z } from 'zod';
import { AtMs, Id, list, plainText } from './common.ts';

const unit = z.number().min(0).max(1);
const Picture = z.tuple([unit, unit]);
const Plan = z.tuple([z.number().min(-1_000).max(10_000), z.number().min(-1_000).max(10_000)]);
const Area = z.array(Picture).min(3).max(32);
const count = z.int().min(0);

const Change = {
  zone: Id.optional(),
  floor: z
    .array(z.strictObject({ picture: Picture, plan: Plan }))
    .length(4)
    .optional(),
  entrances: z.array(z.strictObject({ id: Id, zone: Id.optional(), line: z.tuple([Picture, Picture]), inside: Picture })).max(8),
  queues: z.array(z.strictObject({ till: Id, name: plainText(120).optional(), area: Area, alertAt: z.int().min(1).max(100) })).max(8),
  shelves: z.array(z.strictObject({ fixture: Id, polygon: Area })).max(32),
  masks: z.array(Area).max(16),
};

/** Body of `POST /api/v1/store/cameras/{id}`: all that is drawn into the picture of a camera. */
export const CameraChangeBody = z.strictObject(Change);

/** Answer of `POST /api/v1/store/cameras/{id}`. */
export const CameraSavedView = z.discriminatedUnion('kind', [
  z.strictObject({ kind: z.literal('saved') }),
  z.strictObject({ kind: z.literal('not-written'), reason: z.string(), yaml: z.string() }),
]);

/** Answer of `GET /api/v1/store/cameras`. */
export const CameraList = z.strictObject({
  isWritable: z.boolean(),
  cameras: list(
    z.strictObject({
      id: Id,
      name: z.string(),
      rate: z.number(),
      rotate: z.union([z.literal(0), z.literal(90), z.literal(180), z.literal(270)]),
      quietHours: list(z.strictObject({ from: z.string(), to: z.string() })),
      isQuiet: z.boolean(),
      ...Change,
    }),
  ),
});

/** Answer of `GET /api/v1/store/traffic`. */
export const TrafficView = z.strictObject({
  atMs: AtMs,
  grid: z.strictObject({ cellM: z.number(), columns: count, rows: count }),
  minPeople: count,
  queues: list(z.strictObject({ till: Id, name: z.string(), length: count, waitMs: count, alertAt: count })),
  hours: list(
    z.strictObject({
      startMs: AtMs,
      cells: list(z.strictObject({ cell: count, seconds: z.number() })),
      flows: list(z.strictObject({ from: Id, to: Id, people: count })),
      doors: list(z.strictObject({ zone: Id.optional(), in: count, out: count })),
      queues: list(z.strictObject({ till: Id, left: count, meanWaitMs: count, longest: count })),
    }),
  ),
});

/** Query of the notice for shoppers: a language of the shop page, English without one that it speaks. */
export const NoticeQuery = z.strictObject({ lang: z.string().max(16).optional() });

/** Answer of `GET /api/v1/notice`. */
export const NoticeView = z.strictObject({
  language: z.string(),
  languages: list(z.strictObject({ code: z.string(), name: z.string() })),
  title: z.string(),
  lead: z.string(),
  parts: list(z.strictObject({ heading: z.string(), lines: list(z.string()) })),
});
export type NoticeView = z.infer<typeof NoticeView>;
