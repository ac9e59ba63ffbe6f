import type { AddressInfo } from 'node:net';
import type { FastifyInstance } from 'fastify';
import { fail, ok, type Result } from '../core/result.ts';
import { buildApp } from './app.ts';
import type { HttpContext } from './context.ts';
import { EventStreams } from './event-streams.ts';
import { Gatekeeper } from './gatekeeper.ts';
import { OverviewFeed } from './overview-feed.ts';
import type { HttpPorts } from './ports.ts';
import type { Route } from './route.ts';
import { accountRoutes } from './routes/account-routes.ts';
import { broadcastRoutes } from './routes/broadcast-routes.ts';
import { cameraRoutes } from './routes/camera-routes.ts';
import { deviceRoutes } from './routes/device-routes.ts';
import { experimentRoutes } from './routes/experiment-routes.ts';
import { fairnessRoutes } from './routes/fairness-routes.ts';
import { journeyRoutes } from './routes/journey-routes.ts';
import { modelRoutes } from './routes/model-routes.ts';
import { productRoutes } from './routes/product-routes.ts';
import { storeRoutes } from './routes/store-routes.ts';
import { systemRoutes } from './routes/system-routes.ts';
import { tillRoutes } from './routes/till-routes.ts';
import { visitRoutes } from './routes/visit-routes.ts';
import { visitStreamRoute } from './routes/visit-stream-route.ts';
import { Sessions } from './sessions.ts';
import type { HttpSettings } from './settings.ts';
import { type HttpStartError, startErrorOf } from './start-error.ts';
import { loadStaticFiles, staticRoutes } from './static-files.ts';

export interface HttpServerOptions {
  readonly settings: HttpSettings;
  readonly ports: HttpPorts;
}

export interface HttpServer {
  /** Reads the pages and listens. Expected failures (a taken port, an unusable certificate) name the setting to change. */
  start(): Promise<Result<ListeningAt, HttpStartError>>;
  /** Ends the streams, lets requests under way finish for `stopGraceMs`, closes everything. Doing it twice is the same as once. */
  stop(): Promise<void>;
  /** Streams open now, for a gauge. */
  openStreams(): number;
  /** Every route with its policy, pages included once started. */
  routes(): readonly Route[];
}

export interface ListeningAt {
  readonly host: string;
  readonly port: number;
  /** With the address listened on; a wildcard address is given as `localhost`. */
  readonly url: string;
}

/** The agent's HTTP side: pages, API, streams. Nothing is opened before `start`. */
export function createHttpServer({ settings, ports }: HttpServerOptions): HttpServer {
  const streams = new EventStreams(settings.limits, ports);
  const sessions = new Sessions(ports, settings.sessions);
  const gatekeeper = new Gatekeeper(settings, { shop: ports.shop, sessions });
  const overviewFeed = new OverviewFeed(() => ports.manager.overview(), {
    everyMs: settings.limits.overviewEveryMs,
    defects: ports.defects,
  });
  const context: HttpContext = { settings, ports, streams, sessions, gatekeeper, overviewFeed };
  let routes = apiRoutes(context, () => routes);
  let app: FastifyInstance | undefined;

  return {
    start: async () => {
      try {
        routes = [...apiRoutes(context, () => routes), ...staticRoutes(loadStaticFiles(settings.publicDir))];
        app = buildApp(context, routes);
        await app.listen({ host: settings.host, port: settings.port });
        streams.start();
        return ok(listeningAt(app, settings));
      } catch (error) {
        await app?.close();
        app = undefined;
        const expected = startErrorOf(error, settings);
        if (expected === undefined) throw error;
        return fail(expected);
      }
    },
    stop: async () => {
      const closing = app;
      app = undefined;
      streams.stop();
      if (closing === undefined) return;
      const { server } = closing;
      const timer = setTimeout(() => server.closeAllConnections(), settings.limits.stopGraceMs);
      try {
        const closed = closing.close();
        server.closeIdleConnections();
        await closed;
      } finally {
        clearTimeout(timer);
      }
    },
    openStreams: () => streams.size,
    routes: () => routes,
  };
}

function apiRoutes(context: HttpContext, all: () => readonly Route[]): readonly Route[] {
  return [
    ...visitRoutes(context),
    ...broadcastRoutes(context),
    visitStreamRoute(context),
    ...productRoutes(context),
    ...tillRoutes(context),
    ...accountRoutes(context),
    ...storeRoutes(context),
    ...modelRoutes(context),
    ...deviceRoutes(context),
    ...cameraRoutes(context),
    ...experimentRoutes(context),
    ...fairnessRoutes(context),
    ...journeyRoutes(context),
    ...systemRoutes(context, all),
  ];
}

function listeningAt(app: FastifyInstance, settings: HttpSettings): ListeningAt {
  // A TCP listener that is up has an address of this kind; only a pipe has a string.
  const { address, port, family } = app.server.address() as AddressInfo;
  const isWildcard = address === '0.0.0.0' || address === '::';
  const shown = isWildcard ? 'localhost' : family === 'IPv6' ? `[${address}]` : address;
  return { host: address, port, url: `${settings.tls === undefined ? 'http' : 'https'}://${shown}:${port}` };
}
