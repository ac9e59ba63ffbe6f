import { z } from 'zod';
import { AtMs, Id, list, plainText } from './common.ts';

/** Answer of `GET /api/v1/store/device-choices`: what a new device may be. */
export const PlaceChoicesView = z.strictObject({
  adapters: list(z.strictObject({ name: z.string(), title: z.string(), usualRole: z.string() })),
  zones: list(z.strictObject({ id: z.string(), name: z.string() })),
  fixtures: list(z.strictObject({ id: z.string(), name: z.string(), zone: z.string() })),
  slots: list(z.strictObject({ id: z.string(), fixture: z.string(), product: z.string() })),
});

/** Answer of `POST /api/v1/store/devices/listen`. */
export const ListeningView = z.strictObject({ untilMs: AtMs.nullable() });
export type ListeningView = z.infer<typeof ListeningView>;

/** Body of `POST /api/v1/store/devices`. */
export const PlaceBody = z.strictObject({
  id: Id,
  name: plainText(80),
  adapter: Id,
  knownAs: plainText(200).optional(),
  role: z.enum(['sensor', 'scanner', 'camera', 'till', 'display', 'door']).optional(),
  zone: Id.optional(),
  fixture: Id.optional(),
  slot: Id.optional(),
});

const Access = z.strictObject({
  host: z.string(),
  port: z.int(),
  isTls: z.boolean(),
  user: z.string(),
  password: z.string(),
  knownAs: z.string(),
  setup: z.string().optional(),
});

/** What became of a change to the devices; the password in `access` is shown this once. */
export const DeviceChangedView = z.discriminatedUnion('kind', [
  z.strictObject({ kind: z.literal('done'), access: Access.optional() }),
  z.strictObject({ kind: z.literal('not-written'), reason: z.string(), yaml: z.string() }),
]);

/** The device of a path. */
export const DeviceParams = z.strictObject({ id: Id });
