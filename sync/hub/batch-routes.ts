import { createHash } from 'node:crypto';
import type { FastifyInstance } from 'fastify';
import type * as z from 'zod';
import {
  batchBodySchema,
  IDEMPOTENCY_HEADER,
  idempotencyKey,
  PROTOCOL_VERSION,
  SIGNATURE_HEADER,
  type Upload,
  uploadSchema,
} from '../protocol.ts';
import { verifyingKey } from '../signing.ts';
import type { HubCounters } from './counters.ts';
import type { Gate } from './gate.ts';
import type { HubStore, IncomingBatch, KeyOwner } from './hub-store.ts';
import { ProblemError } from './problem.ts';
import { unpack } from './unpack.ts';

/** Most of a malformed body that is kept for a person to look at. */
const KEPT_BODY_CHARACTERS = 65_536;

/** `POST /v1/stores/:store/batches`: takes totals, each batch once. */
export function batchRoutes(
  app: FastifyInstance,
  {
    store,
    gate,
    counters,
    now,
  }: { readonly store: HubStore; readonly gate: Gate; readonly counters: HubCounters; readonly now: () => number },
): void {
  const owners = new WeakMap<object, KeyOwner>();
  app.post<{ Params: { store: string } }>(
    '/v1/stores/:store/batches',
    { onRequest: async (request) => void owners.set(request, await gate.store(request, request.params.store)) },
    (request) =>
      gate.inFlight(async () => {
        const text = await unpack(request.body as Buffer, header(request.headers['content-encoding']));
        checkSignature(text, { owner: owners.get(request), signature: header(request.headers[SIGNATURE_HEADER]) });
        const upload = readUpload(text, { store: request.params.store, key: header(request.headers[IDEMPOTENCY_HEADER]) });
        const batches = upload.batches.map(readBatch);
        const taken = await store.takeBatches({ store: upload.store, epoch: upload.epoch, batches, nowMs: now() });
        counters.stored += taken.fresh;
        counters.repeated += taken.stored.length - taken.fresh;
        counters.rejected += taken.rejected.length;
        counters.rows += taken.rows;
        const { stored, rejected, highestContiguous } = taken;
        return { stored, rejected, highestContiguous };
      }),
  );
}

function readUpload(text: string, expected: { readonly store: string; readonly key: string | undefined }): Upload {
  const json = parseJson(text);
  if (isLater(versionOf(json))) throw new ProblemError('unsupported-version');
  const upload = uploadSchema.safeParse(json);
  if (!upload.success) throw new ProblemError('malformed', `The upload cannot be read: ${firstIssue(upload.error)}`);
  if (upload.data.store !== expected.store) throw new ProblemError('forbidden', 'The upload names another store');
  const seqs = upload.data.batches.map(({ seq }) => seq);
  if (expected.key !== undefined && (seqs.length === 0 || expected.key !== idempotencyKey(expected.store, seqs))) {
    throw new ProblemError('malformed', 'The idempotency key does not fit the batches');
  }
  // A body of a later version is not broken: the store keeps it until this hub has been upgraded.
  if (upload.data.batches.some(({ body }) => isLater(versionOf(body)))) throw new ProblemError('unsupported-version');
  return upload.data;
}

function readBatch({ seq, createdAtMs, body }: Upload['batches'][number]): IncomingBatch {
  const text = JSON.stringify(body);
  const hash = createHash('sha256').update(text).digest('hex');
  const parsed = batchBodySchema.safeParse(body);
  if (parsed.success) return { seq, createdAtMs, hash, content: { kind: 'rows', rows: parsed.data.rows } };
  return { seq, createdAtMs, hash, content: { kind: 'malformed', body: text.slice(0, KEPT_BODY_CHARACTERS) } };
}

function checkSignature(
  text: string,
  { owner, signature }: { readonly owner: KeyOwner | undefined; readonly signature: string | undefined },
): void {
  if (owner?.publicKeyPem === undefined) return;
  const isGood = signature !== undefined && verifyingKey(owner.publicKeyPem).verify('endcap.batch.v1', { text, signature });
  if (!isGood) throw new ProblemError('bad-signature');
}

function isLater(version: unknown): boolean {
  return typeof version === 'number' && Number.isInteger(version) && version > PROTOCOL_VERSION;
}

function versionOf(value: unknown): unknown {
  return typeof value === 'object' && value !== null && 'version' in value ? value.version : undefined;
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    throw new ProblemError('malformed', 'The body is not JSON');
  }
}

function firstIssue(error: z.ZodError): string {
  const issue = error.issues[0];
  return issue === undefined ? 'unknown' : `${issue.path.join('.') || 'body'}: ${issue.message}`.slice(0, 200);
}

function header(value: string | string[] | undefined): string | undefined {
  return Array.isArray(value) ? value[0] : value;
}
