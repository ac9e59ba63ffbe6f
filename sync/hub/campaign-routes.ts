import { createHash } from 'node:crypto';
import type { FastifyInstance } from 'fastify';
import { verifyBundle } from '../campaigns-bundle.ts';
import type { VerifyingKey } from '../signing.ts';
import type { Gate } from './gate.ts';
import type { HubStore } from './hub-store.ts';
import { ProblemError } from './problem.ts';
import { unpack } from './unpack.ts';

/**
 * `GET /v1/stores/:store/campaigns`: the newest signed bundle for the store, by ETag. `GET` and `POST /v1/fleet/campaigns`: the version in
 * force, and a new publication. The hub holds no signing key: who breaks into it can withhold campaigns and cannot make any.
 */
export function campaignRoutes(
  app: FastifyInstance,
  {
    store,
    gate,
    keys,
    now,
  }: { readonly store: HubStore; readonly gate: Gate; readonly keys: readonly VerifyingKey[]; readonly now: () => number },
): void {
  app.get<{ Params: { store: string } }>(
    '/v1/stores/:store/campaigns',
    { onRequest: async (request) => void (await gate.store(request, request.params.store)) },
    async (request, reply) => {
      const publication = await store.campaignsFor(request.params.store, now());
      void reply.header('cache-control', 'private, no-cache');
      if (publication === undefined) return reply.code(204).send();
      void reply.header('etag', publication.etag);
      if (matches(request.headers['if-none-match'], publication.etag)) return reply.code(304).send();
      return reply.type('application/json').send(publication.body);
    },
  );

  app.get('/v1/fleet/campaigns', { onRequest: async (request) => gate.admin(request) }, async () => ({
    version: await store.campaignsVersion(),
  }));

  app.post('/v1/fleet/campaigns', { onRequest: async (request) => gate.admin(request) }, async (request, reply) => {
    const text = await unpack(request.body as Buffer, request.headers['content-encoding']);
    const verified = verifyBundle(text, keys);
    if (!verified.ok) {
      if (verified.error === 'malformed') throw new ProblemError('malformed', 'This is not a campaigns bundle');
      throw new ProblemError('bad-signature', keys.length === 0 ? 'This hub knows no key for campaigns' : undefined);
    }
    const { version, audience } = verified.value;
    const etag = `"${createHash('sha256').update(text).digest('hex').slice(0, 32)}"`;
    const outcome = await store.publish({ version, audience, body: text, etag, publishedAtMs: now() });
    if (outcome === 'stale') throw new ProblemError('stale', `Version ${await store.campaignsVersion()} was published already`);
    return reply.code(201).send({ version, audience, etag });
  });
}

function matches(header: string | undefined, etag: string): boolean {
  return header?.split(',').some((tag) => tag.trim().replace(/^W\//, '') === etag) ?? false;
}
