import type { HttpContext } from '../context.ts';
import { problem } from '../problem.ts';
import { defineRoute, json, type Route } from '../route.ts';
import { BroadcastBody, BroadcastNow } from '../schemas/broadcast.ts';
import { problemOf } from '../submit-problem.ts';

/** Lets a shopper's app broadcast rotating tokens, by which the store knows where the visit is and nobody else knows anything. */
export function broadcastRoutes(context: HttpContext): readonly Route[] {
  const { submit, phones } = context.ports;
  return [
    defineRoute({
      method: 'PATCH',
      path: '/api/v1/visit/broadcast',
      policy: 'shopper',
      group: 'shopper',
      limit: 'visit-change',
      summary: 'Begin or end to broadcast rotating tokens, so that the visit knows where in the store it is',
      body: BroadcastBody,
      responses: { 200: { description: 'What the app derives its tokens from, or null after the end', schema: BroadcastNow } },
      handle: async ({ caller, body: { on } }) => {
        const { visit } = caller;
        if (on && !visit.consents.includes('offers')) return problem('consent-first');
        const refusal = problemOf(await submit.submit({ kind: 'visit.broadcast', visit: visit.id, on }));
        const now: BroadcastNow = { broadcast: on ? phones.grant(visit.id) : null };
        return refusal ?? json(200, now);
      },
    }),
  ];
}
