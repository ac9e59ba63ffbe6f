import fastify, { type FastifyError, type FastifyInstance, type FastifyReply, type FastifyRequest } from 'fastify';
import { addressKey } from './addresses.ts';
import type { HttpContext } from './context.ts';
import { origin } from './gatekeeper.ts';
import { isAllowedHost } from './hosts.ts';
import { answerClientError, createNodeServer } from './node-server.ts';
import type { Caller } from './policy.ts';
import { PROBLEM_TYPE, type Problem, type ProblemKind, problem } from './problem.ts';
import type { Answer, Route, RouteCall } from './route.ts';
import { SECURITY_HEADERS } from './security-headers.ts';
import { TokenBuckets } from './token-buckets.ts';

const SAFE_METHODS: readonly string[] = ['GET', 'HEAD', 'OPTIONS'];

/** The web framework with every route on it. What is checked before a handler runs, in order: host, rate, origin, policy, limits, body. */
export function buildApp(context: HttpContext, routes: readonly Route[]): FastifyInstance {
  const { settings, ports } = context;
  const { counters } = ports;
  const app: FastifyInstance = fastify({
    serverFactory: (handler) => createNodeServer(handler, { settings, counters }),
    bodyLimit: settings.limits.maxBodyBytes,
    trustProxy: false,
    exposeHeadRoutes: false,
    return503OnClosing: false,
    routerOptions: { ignoreTrailingSlash: true, maxParamLength: 512 },
    clientErrorHandler: (error, socket) => answerClientError(error, socket, counters),
    frameworkErrors: (error, _request, reply) => sendProblem(reply, problem(kindOf(error))),
  });
  // Forms and plain text are what other sites can send without asking; only JSON is read.
  app.removeContentTypeParser('text/plain');
  app.addHook('onRequest', guard(context));
  app.addHook('onResponse', async (request, reply) => {
    counters.count('endcap_http_requests_total', { route: request.routeOptions.url ?? 'none', status: String(reply.statusCode) });
  });
  app.setErrorHandler((error: FastifyError, request, reply) => {
    const kind = kindOf(error);
    if (kind === 'defect') ports.defects.report({ route: request.routeOptions.url ?? 'none', error });
    return sendProblem(reply, problem(kind));
  });
  app.setNotFoundHandler((_request, reply) => sendProblem(reply, problem('no-such-page')));
  const limit = limiter(context);
  for (const route of routes) addRoute(app, { context, route, limit });
  return app;
}

/** Refuses what no route should see. */
function guard({ settings, ports }: HttpContext) {
  const { counters, clock } = ports;
  const { requestsPerSecondPerAddress, requestBurstPerAddress } = settings.limits;
  const requests = new TokenBuckets({ capacity: requestBurstPerAddress, refillPerSecond: requestsPerSecondPerAddress });
  return async (request: FastifyRequest, reply: FastifyReply): Promise<FastifyReply | undefined> => {
    reply.headers(SECURITY_HEADERS).header('cache-control', 'no-store');
    const refuse = (reason: string, answer: Problem) => {
      counters.count('endcap_http_refused_total', { reason });
      return sendProblem(reply, answer);
    };
    if (!isAllowedHost(request.headers.host, settings)) return refuse('host', problem('host-not-allowed'));
    const waitMs = requests.take(addressKey(request.socket.remoteAddress), clock.monotonicMs());
    if (waitMs > 0) return refuse('rate', problem('too-many-requests', { retryAfterMs: waitMs }));
    if (!SAFE_METHODS.includes(request.method) && origin(arrivalOf(request)) === 'other-site')
      return refuse('origin', problem('other-site'));
    return undefined;
  };
}

type Limit = (route: Route, who: { readonly caller: Caller; readonly address: string }) => number;

/** How long a caller has to wait for a route's own limit; 0 when it may go on. */
function limiter({ settings, ports }: HttpContext): Limit {
  const { limits } = settings;
  const changes = new TokenBuckets({ capacity: limits.changeBurstPerVisit, refillPerSecond: limits.changesPerSecondPerVisit });
  const visits = new TokenBuckets({ capacity: limits.visitsPerMinutePerAddress, refillPerSecond: limits.visitsPerMinutePerAddress / 60 });
  const logins = new TokenBuckets({ capacity: 30, refillPerSecond: 0.5 });
  return (route, { caller, address }) => {
    const nowMs = ports.clock.monotonicMs();
    if (route.limit === undefined) return 0;
    switch (route.limit) {
      case 'visit-change':
        return caller.kind === 'shopper' ? changes.take(caller.visit.id, nowMs) : 0;
      case 'visit-open':
        return visits.take(address, nowMs);
      case 'login':
        return logins.take(address, nowMs);
    }
  };
}

function addRoute(
  app: FastifyInstance,
  { context, route, limit }: { readonly context: HttpContext; readonly route: Route; readonly limit: Limit },
): void {
  const { gatekeeper, ports, settings } = context;
  const callers = new WeakMap<FastifyRequest, Caller>();
  app.route({
    method: route.method,
    url: route.path,
    // Monitors like to ask with HEAD; a stream must not be opened by one.
    exposeHeadRoute: route.group === 'pages' || route.group === 'system',
    // Before the body is read, so that a stranger cannot make the agent parse anything.
    onRequest: async (request, reply) => {
      const caller = gatekeeper.admit(route.policy, arrivalOf(request));
      if (caller.kind === 'problem') {
        ports.counters.count('endcap_http_refused_total', { reason: 'policy' });
        return sendProblem(reply, caller);
      }
      const waitMs = limit(route, { caller, address: addressKey(request.socket.remoteAddress) });
      if (waitMs > 0) {
        ports.counters.count('endcap_http_refused_total', { reason: 'route-rate' });
        return sendProblem(reply, problem('too-many-requests', { retryAfterMs: waitMs }));
      }
      callers.set(request, caller);
      return undefined;
    },
    handler: async (request, reply) => {
      const caller = callers.get(request);
      if (caller === undefined) throw new Error(`Cannot run ${route.method} ${route.path}: nobody was admitted`);
      const call: RouteCall<Caller, unknown, unknown, unknown> = {
        caller,
        params: request.params,
        query: request.query,
        body: request.body,
        address: addressKey(request.socket.remoteAddress),
        baseUrl: `${settings.tls === undefined ? 'http' : 'https'}://${request.headers.host ?? 'localhost'}`,
        header: (name) => {
          const value = request.headers[name];
          return typeof value === 'string' ? value : undefined;
        },
      };
      return send(reply, await route.run(call), context);
    },
  });
}

function send(reply: FastifyReply, answer: Answer, context: HttpContext): FastifyReply {
  switch (answer.kind) {
    case 'problem':
      return sendProblem(reply, answer);
    case 'json':
      return reply
        .code(answer.status)
        .headers({ 'content-type': 'application/json; charset=utf-8', ...answer.headers })
        .send(JSON.stringify(answer.body));
    case 'empty':
      return reply
        .code(answer.status)
        .headers(answer.headers ?? {})
        .send();
    case 'content':
      return reply
        .code(answer.status)
        .headers({ 'content-type': answer.type, ...answer.headers })
        .send(answer.body);
    case 'stream':
      if (!context.streams.hasRoomFor(answer.owner)) {
        context.ports.counters.count('endcap_http_refused_total', { reason: 'streams' });
        return sendProblem(reply, problem('too-many-streams', { retryAfterMs: 5_000 }));
      }
      reply.hijack();
      context.streams.open(reply.raw, answer);
      return reply;
  }
}

function sendProblem(reply: FastifyReply, { status, body, headers }: Problem): FastifyReply {
  const challenge = status === 401 ? { 'www-authenticate': 'Bearer realm="endcap"' } : {};
  return reply
    .code(status)
    .headers({ ...SECURITY_HEADERS, 'cache-control': 'no-store', ...challenge, ...headers, 'content-type': PROBLEM_TYPE })
    .send(JSON.stringify(body));
}

function arrivalOf(request: FastifyRequest) {
  return { method: request.method, headers: request.headers, remoteAddress: request.socket.remoteAddress };
}

/** Which problem a thrown error stands for: the framework's own have a status, everything else is a defect. */
function kindOf(error: FastifyError): ProblemKind {
  switch (error.statusCode) {
    case 400:
      return 'not-understood';
    case 404:
      return 'no-such-page';
    case 413:
      return 'too-large';
    case 414:
      return 'address-too-long';
    case 415:
      return 'not-json';
    default:
      return 'defect';
  }
}
