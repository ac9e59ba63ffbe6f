import * as z from 'zod';
import { ID_PATTERN } from '../agent/core/ids.ts';
import { LEAST_VISITS } from './aggregate.ts';
import { type AggregateRow, TILL_COUNTS, TILL_LEVELS, VISIT_COUNTS, VISIT_LEVELS } from './aggregate-row.ts';
import { conditionsSchema } from './conditions.ts';

/** Version of every body below; another one is refused as a whole. */
export const PROTOCOL_VERSION = 1;

/** Limits that both sides keep. */
export const WIRE_LIMITS = {
  rowsPerBatch: 500,
  batchesPerRequest: 128,
  /** Of the gzipped request. */
  requestBytes: 1_048_576,
  /** After unpacking; a request that unpacks to more is refused unread. */
  unpackedBytes: 8_388_608,
  /** Of any answer. */
  responseBytes: 2_097_152,
  campaigns: 1_000,
} as const;

/** Header that carries `store:seq` of a request: of its only batch, or `store:first-last` of several. */
export const IDEMPOTENCY_HEADER = 'idempotency-key';

/** Header that carries the base64 Ed25519 signature of the unpacked body, where a store signs. */
export const SIGNATURE_HEADER = 'endcap-signature';

export const idSchema = z.string().regex(ID_PATTERN);

/** Names one life of an outbox: a store whose disk was replaced starts again at seq 1 under a new epoch. */
export const epochSchema = z.string().regex(/^[A-Za-z0-9-]{1,64}$/);

export const daySchema = z.string().regex(/^\d{4}-(0[1-9]|1[0-2])-(0[1-9]|[12]\d|3[01])$/);

const timestamp = z.int().min(0).max(8_640_000_000_000_000);
const count = z.int().min(-1_000_000_000_000).max(1_000_000_000_000);

const visitsRow = z.strictObject({
  kind: z.literal('visits'),
  level: z.enum(VISIT_LEVELS),
  zone: idSchema.exactOptional(),
  startMs: timestamp,
  day: daySchema,
  // A hub refuses what an edge must never send.
  visits: z.int().min(LEAST_VISITS).max(1_000_000),
  counts: countsSchema(VISIT_COUNTS),
});

const tillsRow = z.strictObject({
  kind: z.literal('tills'),
  level: z.enum(TILL_LEVELS),
  startMs: timestamp,
  day: daySchema,
  counts: countsSchema(TILL_COUNTS),
});

/** One row of a batch. */
export const aggregateRowSchema: z.ZodType<AggregateRow> = z.discriminatedUnion('kind', [visitsRow, tillsRow]);

/** What an outbox row holds: the rows that one minute set free. Its store, seq and time travel beside it. */
export const batchBodySchema = z.strictObject({
  version: z.literal(PROTOCOL_VERSION),
  rows: z.array(aggregateRowSchema).min(1).max(WIRE_LIMITS.rowsPerBatch),
});

export type BatchBody = z.infer<typeof batchBodySchema>;

/** `POST /v1/stores/{store}/batches`. Bodies are checked one by one, so that a broken one does not hold up the rest. No batches: a sign of life. */
export const uploadSchema = z.strictObject({
  version: z.literal(PROTOCOL_VERSION),
  store: idSchema,
  epoch: epochSchema,
  batches: z.array(z.strictObject({ seq: z.int().min(1), createdAtMs: timestamp, body: z.unknown() })).max(WIRE_LIMITS.batchesPerRequest),
});

export type Upload = z.infer<typeof uploadSchema>;

/** The hub's answer. What is in neither list was not taken and may be sent again. */
export const ackSchema = z.object({
  /** On the hub's disk, now or from before. */
  stored: z.array(z.int().min(1)).max(WIRE_LIMITS.batchesPerRequest),
  /** Kept aside at the hub for a person to look at, not counted; sending again would change nothing. */
  rejected: z.array(z.object({ seq: z.int().min(1), reason: z.enum(['malformed', 'conflict']) })).max(WIRE_LIMITS.batchesPerRequest),
  /** Everything up to here has arrived. */
  highestContiguous: z.int().min(0),
});

export type Ack = z.infer<typeof ackSchema>;

/** Error answers, RFC 9457. */
export const problemSchema = z.object({
  type: z.string().max(200),
  title: z.string().max(200),
  status: z.int(),
  detail: z.string().max(500).optional(),
});

const cents = z.int().min(0).max(1_000_000_000_000);
const probability = z.number().min(0).max(1);

/** A campaign on the wire: the core's type, checked field by field. */
export const campaignSchema = z.strictObject({
  id: idSchema,
  name: z.string().min(1).max(120),
  enabled: z.boolean(),
  skus: z.array(idSchema).max(1_000),
  categories: z.array(z.string().min(1).max(80)).max(100),
  discount: z.discriminatedUnion('kind', [
    z.strictObject({ kind: z.literal('percent'), percent: z.number().gt(0).max(100) }),
    z.strictObject({ kind: z.literal('amount'), cents: cents.min(1) }),
  ]),
  budgetCents: cents,
  budgetPeriod: z.enum(['day', 'total']),
  startsAtMs: timestamp.exactOptional(),
  endsAtMs: timestamp.exactOptional(),
  minIntent: probability,
  maxIntent: probability,
  maxPerVisit: z.int().min(1).max(100),
  headline: z.string().min(1).max(200),
  when: conditionsSchema.exactOptional(),
  /** What other stores found of this discount: where a store that has seen nothing begins. */
  prior: z.strictObject({ response: z.number().min(0).max(20), deviation: z.number().gt(0).max(3) }).exactOptional(),
  guardrails: z
    .strictObject({
      marginCents: cents.exactOptional(),
      dismissals: probability.exactOptional(),
      optOuts: probability.exactOptional(),
      stockUnits: z.int().min(0).exactOptional(),
    })
    .exactOptional(),
});

/** For every store, or for the one named. */
export const audienceSchema = z.union([z.literal('*'), idSchema]);

/** What head office signs: all campaigns that the audience should have from the cloud. To end one, publish it with `enabled: false`. */
export const campaignsPayloadSchema = z.strictObject({
  kind: z.literal('campaigns'),
  /** Grows with every publication, across all audiences: a store never goes back. */
  version: z.int().min(1),
  audience: audienceSchema,
  issuedAtMs: timestamp,
  campaigns: z.array(campaignSchema).max(WIRE_LIMITS.campaigns),
});

export type CampaignsPayload = z.infer<typeof campaignsPayloadSchema>;

/** A payload with who signed it; the payload stays unread until the signature is checked. */
export const signedBundleSchema = z.strictObject({
  payload: z.unknown(),
  keyId: z.string().max(64),
  signature: z.string().max(128),
});

export type SignedBundle = z.infer<typeof signedBundleSchema>;

/** JSON bodies for the outbox, one for every 500 rows; none when nothing may leave. */
export function encodeBatchBodies(rows: readonly AggregateRow[]): readonly string[] {
  const bodies: string[] = [];
  for (let from = 0; from < rows.length; from += WIRE_LIMITS.rowsPerBatch) {
    const body: BatchBody = { version: PROTOCOL_VERSION, rows: rows.slice(from, from + WIRE_LIMITS.rowsPerBatch) };
    bodies.push(JSON.stringify(body));
  }
  return bodies;
}

/** The idempotency key of a request that carries these batches, e.g. `demo:17` or `demo:17-80`. */
export function idempotencyKey(store: string, seqs: readonly number[]): string {
  const first = Math.min(...seqs);
  const last = Math.max(...seqs);
  return first === last ? `${store}:${first}` : `${store}:${first}-${last}`;
}

function countsSchema<Name extends string>(names: readonly Name[]): z.ZodType<{ readonly [N in Name]?: number }> {
  const shape = Object.fromEntries(names.map((name) => [name, count.exactOptional()]));
  // The shape has exactly the given names, which `fromEntries` cannot say.
  return z.strictObject(shape) as unknown as z.ZodType<{ readonly [N in Name]?: number }>;
}
