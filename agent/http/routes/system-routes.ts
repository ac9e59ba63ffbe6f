import { DAY_MS } from '../../core/units.ts';
import type { HttpContext } from '../context.ts';
import { openApiDocument } from '../openapi.ts';
import { problem } from '../problem.ts';
import { defineRoute, json, type Route } from '../route.ts';
import { CaptivePortal, Health, Ready } from '../schemas/system.ts';

/** What machines ask: health, readiness, figures, and who is responsible. `routes` gives every route, for the API document. */
export function systemRoutes({ ports, settings, gatekeeper }: HttpContext, routes: () => readonly Route[]): readonly Route[] {
  const { readiness, metrics, shop, clock } = ports;
  let document: object | undefined;
  return [
    defineRoute({
      method: 'GET',
      path: '/healthz',
      policy: 'public',
      group: 'system',
      summary: 'Whether the process answers',
      responses: { 200: { description: 'It does', schema: Health } },
      handle: () => json(200, { status: 'ok' }),
    }),
    defineRoute({
      method: 'GET',
      path: '/readyz',
      policy: 'public',
      group: 'system',
      summary: 'Whether everything that the store needs is there',
      responses: { 200: { description: 'Ready', schema: Ready }, 503: { description: 'Not ready: see the checks', schema: Ready } },
      handle: () => {
        const checks = readiness.checks();
        const ready = checks.every((check) => check.ready);
        const warnings = gatekeeper.isTillOpen
          ? ['Anybody on this machine can redeem codes, because no till key is configured. Add one to http.tillKeys.']
          : [];
        return json(ready ? 200 : 503, { ready, checks, warnings } satisfies Ready);
      },
    }),
    defineRoute({
      method: 'GET',
      path: '/metrics',
      policy: 'monitoring',
      group: 'system',
      summary: 'Figures for Prometheus',
      responses: { 200: { description: 'Text exposition format', type: 'text/plain' } },
      handle: async () => ({
        kind: 'content',
        status: 200,
        type: 'text/plain; version=0.0.4; charset=utf-8',
        body: await metrics.text(),
      }),
    }),
    defineRoute({
      method: 'GET',
      path: '/api/openapi.json',
      policy: 'public',
      group: 'system',
      summary: 'This description',
      responses: { 200: { description: 'OpenAPI 3.1', type: 'application/json' } },
      handle: () => {
        document ??= openApiDocument(routes());
        return json(200, document);
      },
    }),
    defineRoute({
      method: 'GET',
      path: '/.well-known/captive-portal',
      policy: 'public',
      group: 'system',
      summary: 'Tells phones that join the network where the page of the store is (RFC 8908)',
      responses: { 200: { description: 'Captive portal information', schema: CaptivePortal, type: 'application/captive+json' } },
      handle: ({ baseUrl }) => {
        const info = { captive: false, 'venue-info-url': new URL('/shop', baseUrl).href };
        return json(200, info, { 'content-type': 'application/captive+json' });
      },
    }),
    defineRoute({
      method: 'GET',
      path: '/.well-known/security.txt',
      policy: 'public',
      group: 'system',
      summary: 'Where to report a weakness (RFC 9116)',
      responses: { 200: { description: 'The contact', type: 'text/plain' } },
      handle: () => {
        if (settings.securityContact === undefined) return problem('no-contact');
        const expires = new Date(clock.wallMs() + 180 * DAY_MS).toISOString();
        const body = `Contact: ${settings.securityContact}\nExpires: ${expires}\nPreferred-Languages: en\n# ${shop.store().name}\n`;
        return { kind: 'content', status: 200, type: 'text/plain; charset=utf-8', body };
      },
    }),
  ];
}
