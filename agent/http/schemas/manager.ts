import { z } from 'zod';
import { HOLD_REASONS } from '../../core/decision.ts';
import { STAGES } from '../../core/journeys/stage.ts';
import { AtMs, Id, list, plainText, queryInt, Share } from './common.ts';

/** What an account may do; each role includes the ones before it. */
export const Role = z.enum(['viewer', 'manager', 'admin']);

const AccountName = plainText(64);
/** At least 12 characters is checked with the other password rules, so that one answer names them all. */
const Password = z.string().min(1).max(256);

/** Answer of `GET /api/v1/setup`. */
export const SetupStatus = z.strictObject({ needed: z.boolean() });
export type SetupStatus = z.infer<typeof SetupStatus>;

/** Body of `POST /api/v1/setup`; `code` is the one-time code that the console shows. */
export const SetupBody = z.strictObject({ code: z.string().min(1).max(128), name: AccountName, password: Password });

/** Body of `POST /api/v1/login`. */
export const LoginBody = z.strictObject({ name: AccountName, password: Password });

/** Who is signed in. */
export const Account = z.strictObject({ name: z.string(), role: Role });
export type Account = z.infer<typeof Account>;

/** Answer of `GET /api/v1/session`; it is 200 for everybody, so that a page can ask before anyone signed in. */
export const SessionNow = z.strictObject({ account: Account.nullable(), setupNeeded: z.boolean() });
export type SessionNow = z.infer<typeof SessionNow>;

/** Body of `POST /api/v1/store/accounts`. */
export const NewAccountBody = z.strictObject({ name: AccountName, password: Password, role: Role });

/** Query of `GET /api/v1/store/decisions`: newest first, older than `beforeMs`. */
export const DecisionsQuery = z.strictObject({
  beforeMs: z
    .string()
    .regex(/^\d{1,15}$/)
    .transform(Number)
    .optional(),
  limit: queryInt({ min: 1, max: 200, fallback: 50 }),
  kind: z.enum(['offer', 'hold']).optional(),
});

/** Query of the lists that have only a length. */
export const ListQuery = z.strictObject({ limit: queryInt({ min: 1, max: 500, fallback: 100 }) });

const reasons = z.enum(HOLD_REASONS);

/** One decision as recorded, reasons and alternatives included. */
export const DecisionView = z.strictObject({
  id: Id,
  atMs: AtMs,
  visit: Id,
  kind: z.enum(['offer', 'hold']),
  reason: z.enum(['offer', ...HOLD_REASONS]),
  offer: Id.optional(),
  campaign: Id.optional(),
  sku: z.string().optional(),
  zone: Id.optional(),
  trigger: z.strictObject({
    interaction: z.enum(['dwell', 'pick', 'return', 'compare', 'scan', 'try', 'followup']),
    sku: z.string(),
    slot: z.string().optional(),
    fixture: z.string().optional(),
    confidence: Share,
  }),
  score: z
    .strictObject({
      sku: z.string(),
      intent: Share,
      confidence: Share,
      features: list(z.number()),
      featureSpec: z.string(),
      model: z.string(),
      response: z.number().optional(),
    })
    .optional(),
  propensity: Share,
  alternatives: list(
    z.strictObject({
      campaign: Id,
      sku: z.string(),
      valueCents: z.number(),
      excluded: reasons.optional(),
      probability: Share.optional(),
      discountCents: z.number().optional(),
    }),
  ),
  policy: z.strictObject({ name: z.string(), learnt: z.number(), holdProbability: Share, isExploring: z.boolean() }).optional(),
  experiments: list(z.strictObject({ id: Id, variant: z.string() })).optional(),
  situation: z
    .strictObject({
      stage: z.enum(STAGES),
      hour: z.number().int(),
      language: z.string().optional(),
      returning: z.boolean().optional(),
      member: z.strictObject({ daysSince: z.number(), visits: z.number(), valueCents: z.number() }).optional(),
      context: z.record(z.string(), z.string()).optional(),
    })
    .optional(),
});

/** Answer of `GET /api/v1/store/decisions`; pass `nextBeforeMs` as `beforeMs` for the next page, null at the end. */
/** What one number of a score's `features` means, in their order. */
export const FeatureMeaning = z.strictObject({ name: z.string(), unit: z.string(), meaning: z.string() });

export const DecisionPage = z.strictObject({
  decisions: list(DecisionView),
  nextBeforeMs: AtMs.nullable(),
  features: list(FeatureMeaning),
});

/** Answer of `GET /api/v1/store/quarantine`, newest first. */
export const QuarantineList = z.strictObject({
  messages: list(
    z.strictObject({
      atMs: AtMs,
      topic: z.string(),
      client: z.string().optional(),
      reason: z.string(),
      detail: z.string(),
      excerpt: z.string(),
    }),
  ),
});
export type QuarantineList = z.infer<typeof QuarantineList>;

/** Answer of `GET /api/v1/store/unknown-devices`, the one heard last first. */
export const UnknownDeviceList = z.strictObject({
  /** Until when devices without a password are let in to be looked at. */
  listeningUntilMs: AtMs.optional(),
  devices: list(
    z.strictObject({
      topic: z.string(),
      adapter: z.string().optional(),
      knownAs: z.string().optional(),
      reads: list(z.string()),
      firstAtMs: AtMs,
      lastAtMs: AtMs,
      messages: z.number(),
      excerpt: z.string(),
      key: z.string(),
      fields: list(z.strictObject({ reading: z.string(), name: z.string(), value: z.string() })),
    }),
  ),
});
export type UnknownDeviceList = z.infer<typeof UnknownDeviceList>;

/** Answer of `GET /api/v1/store/audit`, newest first. */
export const AuditList = z.strictObject({ entries: list(z.strictObject({ atMs: AtMs, action: z.string(), detail: z.string() })) });
export type AuditList = z.infer<typeof AuditList>;

/** Body of `POST /api/v1/store/pause`; without `campaign` it is about all offers. */
export const PauseBody = z.strictObject({ paused: z.boolean(), campaign: Id.optional() });

/** Answer of `POST /api/v1/store/pause`: what holds from now on. */
export const PauseNow = z.strictObject({ paused: z.boolean(), campaign: Id.nullable() });
export type PauseNow = z.infer<typeof PauseNow>;

/** Query of `GET /api/v1/store/qr`: the fixture that the code should lead to. */
export const QrQuery = z.strictObject({ at: Id.optional() });
