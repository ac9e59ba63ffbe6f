import { z } from 'zod';
import { AtMs, CentsAmount, Id, list, plainText } from './common.ts';
import { OfferReasonView } from './insight.ts';

const Consents = z.strictObject({
  offers: z.boolean().optional(),
  measurement: z.boolean().optional(),
  remember: z.boolean().optional(),
  member: z.boolean().optional(),
});

/** The token that a phone keeps with `remember`, as this store gave it out. */
const rememberToken = z
  .string()
  .regex(/^[A-Za-z0-9_-]{43}$/)
  .optional();

/** Loyalty number, or the token of the retailer's own app; kept as a keyed hash only. */
const memberId = plainText(64).optional();

/** Version of the wording that was on the screen; a version that is no longer current is refused with 409. */
const textVersion = plainText(64).optional();

/** Body of `POST /api/v1/visits`; `at` is a fixture id from a QR code, `tag` a cart or basket. */
export const OpenVisitBody = z.strictObject({
  consents: Consents,
  at: Id.optional(),
  tag: Id.optional(),
  textVersion,
  rememberToken,
  memberId,
  /** Language that the page speaks; for the audit of offers alone. */
  language: z.enum(['en', 'de', 'fr', 'es']).optional(),
});
export type OpenVisitBody = z.infer<typeof OpenVisitBody>;

/** The token is shown once and is the visit's only key. `at` and `tag` are null when absent or not known to the store. */
export const OpenedVisit = z.strictObject({
  visitId: Id,
  token: z.string(),
  at: Id.nullable(),
  tag: Id.nullable(),
  /** With the consent `remember`: what the phone keeps for 24 hours to be known again. */
  rememberToken: z.string().nullable(),
});
export type OpenedVisit = z.infer<typeof OpenedVisit>;

/** An offer as a phone sees it; `code.long` goes into a QR code, `code.short` is for reading out. */
export const OfferView = z.strictObject({
  id: Id,
  sku: z.string(),
  productName: z.string(),
  headline: z.string(),
  why: z.string(),
  /** What the shopper did that the offer rests on; null where `why` says it. */
  reason: OfferReasonView.nullable(),
  priceCents: CentsAmount,
  discountCents: CentsAmount,
  currency: z.string(),
  createdAtMs: AtMs,
  confirmByMs: AtMs,
  expiresAtMs: AtMs,
  state: z.enum(['open', 'shown', 'saved', 'dismissed', 'withdrawn', 'expired', 'redeemed']),
  code: z.strictObject({ long: z.string(), short: z.string() }),
});
export type OfferView = z.infer<typeof OfferView>;

/** Answer of `GET /api/v1/visit`, and of the PATCH routes after the change is on disk. */
export const VisitNow = z.strictObject({
  visitId: Id,
  openedAtMs: AtMs,
  consents: z.strictObject({ offers: z.boolean(), measurement: z.boolean(), remember: z.boolean(), member: z.boolean() }),
  /** Shown once, in the answer to the consent `remember`. */
  rememberToken: z.string().optional(),
  zone: z.string().nullable(),
  fixture: z.string().nullable(),
  tag: z.string().nullable(),
  consentTextVersion: z.string(),
  offers: list(OfferView),
});
export type VisitNow = z.infer<typeof VisitNow>;

/** Body of `PATCH /api/v1/visit/consents`: a purpose left out is unchanged; at least one is named. */
export const ConsentsBody = z.strictObject({
  consents: Consents.refine((chosen) => Object.values(chosen).some((choice) => choice !== undefined), 'Name at least one purpose'),
  textVersion,
  rememberToken,
  memberId,
});

/** Body of `PATCH /api/v1/visit/place`. */
export const PlaceBody = z.strictObject({ at: Id });

/** Body of `PATCH /api/v1/visit/tag`. */
export const TagBody = z.strictObject({ tag: Id });

/** Body of `POST /api/v1/offers/{id}/receipts`. */
export const ReceiptBody = z.strictObject({ state: z.enum(['shown', 'dismissed', 'saved']) });

/** Everything held about the visit, table by table. */
export const VisitExport = z.strictObject({
  exportedAtMs: AtMs,
  visitId: Id,
  held: z.record(z.string(), z.array(z.unknown()).readonly()),
});
export type VisitExport = z.infer<typeof VisitExport>;

/** Answer of `GET /api/v1/products/{sku}`; `scanned` says whether it counted as a scan of the visit. */
export const ProductView = z.strictObject({
  sku: z.string(),
  name: z.string(),
  category: z.string(),
  priceCents: CentsAmount,
  currency: z.string(),
  scanned: z.boolean(),
});
export type ProductView = z.infer<typeof ProductView>;

/** Answer of `GET /api/v1/store`: what anybody in the store may know. `zone` is a zone's name. */
export const StoreInfo = z.strictObject({
  storeId: z.string(),
  name: z.string(),
  currency: z.string(),
  timeZone: z.string(),
  consent: z.strictObject({ textVersion: z.string(), ttlMs: z.number() }),
  /** Whether a campaign of the store looks at members: only then is a loyalty number asked for. */
  members: z.boolean(),
  fixtures: list(z.strictObject({ id: Id, name: z.string(), zone: z.string() })),
});
export type StoreInfo = z.infer<typeof StoreInfo>;

/**
 * Data of the events of `GET /api/v1/visit/stream`. `open` comes first on every connection: offers that it does not name can no longer be
 * used and should leave the screen. Then `offer` for each usable offer newer than `Last-Event-ID`, and everything that happens from then on.
 */
export const VisitStreamEvents = {
  open: z.strictObject({ visitId: Id, usable: list(Id) }),
  offer: OfferView,
  withdrawn: z.strictObject({ id: Id, reason: z.string() }),
  closed: z.strictObject({}),
} as const;
export type VisitStreamOpen = z.infer<typeof VisitStreamEvents.open>;
export type VisitStreamWithdrawn = z.infer<typeof VisitStreamEvents.withdrawn>;
