import Fastify, { type FastifyInstance } from 'fastify';
import { WIRE_LIMITS } from '../protocol.ts';
import { verifyingKey } from '../signing.ts';
import { batchRoutes } from './batch-routes.ts';
import { campaignRoutes } from './campaign-routes.ts';
import { createCounters, type HubCounters, metricsText } from './counters.ts';
import { fleetRoutes } from './fleet-routes.ts';
import { Gate } from './gate.ts';
import type { HubSettings } from './hub-settings.ts';
import type { HubStore } from './hub-store.ts';
import { openPostgresStore } from './postgres-store.ts';
import { ProblemError, sendProblem, toProblem } from './problem.ts';
import { keepPruned } from './retention.ts';
import { openSqliteStore } from './sqlite-store.ts';

/** The cloud side: takes totals from stores, hands out campaigns, shows the fleet. Keeps nothing in memory that matters. */
export interface Hub {
  readonly store: HubStore;
  readonly counters: Readonly<HubCounters>;
  /** Starts answering and gives the base URL. */
  listen(): Promise<string>;
  [Symbol.asyncDispose](): Promise<void>;
}

/** Where a hub keeps its tables. */
export type HubDatabase = { readonly databaseUrl: string } | { readonly sqlitePath: string };

/** A hub with its tables ready, not yet listening. Rejects when the database cannot be used or a setting makes no sense. */
export async function createHub({ settings, ...database }: HubDatabase & { readonly settings: HubSettings }): Promise<Hub> {
  if (settings.adminKey.length < 16) throw new Error('Cannot start the hub: the admin key has fewer than 16 characters');
  const keys = (settings.campaignKeysPem ?? []).map(verifyingKey);
  const store = 'databaseUrl' in database ? openPostgresStore(database.databaseUrl) : openSqliteStore(database.sqlitePath);
  try {
    await store.migrate();
  } catch (error) {
    await store.close();
    throw error;
  }
  const counters = createCounters();
  const now = settings.now ?? Date.now;
  const gate = new Gate(store, settings, counters);
  const app = createServer(settings, counters);
  batchRoutes(app, { store, gate, counters, now });
  campaignRoutes(app, { store, gate, keys, now });
  fleetRoutes(app, { store, gate, now });
  healthRoutes(app, { store, gate, counters });
  let stopPruning = async (): Promise<void> => undefined;
  return {
    store,
    counters,
    async listen() {
      const url = await app.listen({ host: settings.host ?? '127.0.0.1', port: settings.port ?? 8090 });
      const onFailure = (error: unknown): void => settings.onFailure?.('Cannot delete what is past its time', error);
      stopPruning = keepPruned(store, { retention: settings.retention ?? {}, now, onFailure });
      return url;
    },
    async [Symbol.asyncDispose]() {
      await app.close();
      await stopPruning();
      await store.close();
    },
  };
}

function createServer(settings: HubSettings, counters: HubCounters): FastifyInstance {
  const { tls } = settings;
  const app = Fastify({
    bodyLimit: WIRE_LIMITS.requestBytes,
    // Fastify's own defaults wait for ever.
    requestTimeout: 20_000,
    connectionTimeout: 30_000,
    keepAliveTimeout: 65_000,
    forceCloseConnections: true,
    routerOptions: { maxParamLength: 128 },
    trustProxy: [...(settings.trustedProxies ?? [])],
    https: tls === undefined ? null : { cert: tls.certPem, key: tls.keyPem, minVersion: 'TLSv1.2', headersTimeout: 10_000 },
    // The two kinds of server differ only in parts that no route uses.
  }) as unknown as FastifyInstance;
  // Bodies stay bytes: they may be gzipped, and signatures are about what was sent.
  app.removeAllContentTypeParsers();
  app.addContentTypeParser('application/json', { parseAs: 'buffer' }, (_request, body, done) => done(null, body));
  app.addHook('onSend', async (_request, reply) => {
    counters.requests += 1;
    void reply.header('x-content-type-options', 'nosniff');
    if (!reply.hasHeader('cache-control')) void reply.header('cache-control', 'no-store');
  });
  app.setErrorHandler((error, request, reply) => {
    const problem = toProblem(error);
    if (problem.status === 500) {
      counters.failures += 1;
      settings.onFailure?.(`Cannot answer ${request.method} ${request.routeOptions.url ?? 'a request'}`, error);
    }
    return sendProblem(reply, problem);
  });
  app.setNotFoundHandler((_request, reply) => sendProblem(reply, new ProblemError('not-found')));
  return app;
}

function healthRoutes(
  app: FastifyInstance,
  { store, gate, counters }: { readonly store: HubStore; readonly gate: Gate; readonly counters: HubCounters },
): void {
  app.get('/healthz', async () => ({ status: 'ok' }));
  app.get('/readyz', async () => {
    await store.ping().catch(() => {
      throw new ProblemError('busy', 'The database does not answer', { retryAfterMs: 5_000 });
    });
    return { status: 'ready' };
  });
  app.get('/metrics', { onRequest: async (request) => gate.admin(request) }, async (_request, reply) =>
    reply.type('text/plain; version=0.0.4').send(metricsText(counters)),
  );
}
