import { renderSVG } from 'uqr';
import type { Decision } from '../../core/decision.ts';
import type { HttpContext } from '../context.ts';
import { problem } from '../problem.ts';
import { defineRoute, json, type Route } from '../route.ts';
import {
  AuditList,
  DecisionPage,
  DecisionsQuery,
  ListQuery,
  PauseBody,
  PauseNow,
  QrQuery,
  QuarantineList,
  UnknownDeviceList,
} from '../schemas/manager.ts';
import { OverviewView } from '../schemas/overview.ts';
import { problemOf } from '../submit-problem.ts';

/** What the manager page shows and does. */
export function storeRoutes({ ports, overviewFeed, sessions }: HttpContext): readonly Route[] {
  const { manager, shop, submit } = ports;
  return [
    defineRoute({
      method: 'GET',
      path: '/api/v1/store/overview',
      policy: 'viewer',
      group: 'manager',
      summary: 'The state of the store',
      responses: { 200: { description: 'Everything that the manager page shows', schema: OverviewView } },
      handle: () => json(200, manager.overview()),
    }),
    defineRoute({
      method: 'GET',
      path: '/api/v1/store/stream',
      policy: 'viewer',
      group: 'manager',
      summary: 'The state of the store whenever it changes, at most once a second: event overview',
      responses: { 200: { description: 'Server-sent events', type: 'text/event-stream' } },
      handle: ({ caller }) => ({
        kind: 'stream',
        owner: { kind: 'store', key: caller.session },
        attach: (stream) => overviewFeed.add(stream),
        isStillAllowed: () => sessions.findByHash(caller.session) !== undefined,
      }),
    }),
    defineRoute({
      method: 'GET',
      path: '/api/v1/store/decisions',
      policy: 'viewer',
      group: 'manager',
      summary: 'What was decided and why, newest first',
      query: DecisionsQuery,
      responses: { 200: { description: 'A page of decisions', schema: DecisionPage } },
      handle: ({ query: { limit, beforeMs, kind } }) => {
        const asked = { limit, ...(beforeMs === undefined ? {} : { beforeMs }), ...(kind === undefined ? {} : { kind }) };
        return json(200, { ...pageOf(manager.decisions(asked), limit), features: manager.features() });
      },
    }),
    defineRoute({
      method: 'GET',
      path: '/api/v1/store/quarantine',
      policy: 'manager',
      group: 'manager',
      summary: 'Messages that could not be understood, newest first',
      query: ListQuery,
      responses: { 200: { description: 'The messages', schema: QuarantineList } },
      handle: ({ query }) => json(200, { messages: manager.quarantine(query.limit) }),
    }),
    defineRoute({
      method: 'GET',
      path: '/api/v1/store/unknown-devices',
      policy: 'manager',
      group: 'manager',
      summary: 'Devices that speak and have no place in the store, with the adapter that would read them',
      query: ListQuery,
      responses: { 200: { description: 'The devices', schema: UnknownDeviceList } },
      handle: ({ query }) =>
        json(200, { devices: manager.unknownDevices(query.limit), listeningUntilMs: ports.devices.listeningUntilMs() }),
    }),
    defineRoute({
      method: 'GET',
      path: '/api/v1/store/audit',
      policy: 'manager',
      group: 'manager',
      summary: 'Who did what, newest first',
      query: ListQuery,
      responses: { 200: { description: 'The entries', schema: AuditList } },
      handle: ({ query }) => json(200, { entries: manager.audit(query.limit) } satisfies AuditList),
    }),
    defineRoute({
      method: 'POST',
      path: '/api/v1/store/pause',
      policy: 'manager',
      group: 'manager',
      summary: 'Stop or resume all offers, or those of one campaign',
      body: PauseBody,
      responses: { 200: { description: 'What holds from now on', schema: PauseNow } },
      handle: async ({ body: { paused, campaign }, caller }) => {
        if (campaign !== undefined && !manager.overview().campaigns.some(({ id }) => id === campaign)) return problem('unknown-campaign');
        const input = { kind: 'offers.paused', paused, by: caller.name, ...(campaign === undefined ? {} : { campaign }) } as const;
        const now: PauseNow = { paused, campaign: campaign ?? null };
        return problemOf(await submit.submit(input)) ?? json(200, now);
      },
    }),
    defineRoute({
      method: 'GET',
      path: '/api/v1/store/qr',
      policy: 'viewer',
      group: 'manager',
      summary: 'The QR code that leads phones to the shop page, of one shelf if named',
      query: QrQuery,
      responses: { 200: { description: 'A picture', type: 'image/svg+xml' } },
      handle: ({ query, baseUrl }) => {
        if (query.at !== undefined && shop.fixture(query.at) === undefined) return problem('unknown-fixture');
        const url = new URL(manager.overview().shopUrl, baseUrl);
        if (query.at !== undefined) url.searchParams.set('at', query.at);
        return { kind: 'content', status: 200, type: 'image/svg+xml', body: renderSVG(url.href, { ecc: 'M', border: 4 }) };
      },
    }),
  ];
}

/**
 * A full page leaves the decisions of its last millisecond to the next page, which starts with all of them; otherwise those that did not fit
 * would be skipped.
 */
function pageOf(
  decisions: readonly Decision[],
  limit: number,
): { readonly decisions: readonly Decision[]; readonly nextBeforeMs: number | null } {
  const last = decisions.at(-1);
  if (last === undefined || decisions.length < limit) return { decisions, nextBeforeMs: null };
  const complete = decisions.filter(({ atMs }) => atMs !== last.atMs);
  return complete.length === 0 ? { decisions, nextBeforeMs: last.atMs } : { decisions: complete, nextBeforeMs: last.atMs + 1 };
}
