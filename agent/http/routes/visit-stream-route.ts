import type { HttpContext } from '../context.ts';
import { type EventStream, eventText } from '../event-streams.ts';
import { isDeliverable, isUnseen, offerEvent } from '../offer-view.ts';
import type { Shopper } from '../policy.ts';
import type { OfferEvent } from '../ports.ts';
import { defineRoute, type Route } from '../route.ts';
import { VisitStreamEvents, type VisitStreamOpen, type VisitStreamWithdrawn } from '../schemas/shop.ts';

/** Wait of a phone before it comes back to a lost stream. */
const RETRY_MS = 2_000;

/** The stream on which a phone gets its offers. */
export function visitStreamRoute(context: HttpContext): Route {
  const { ports } = context;
  const { shop, feed, clock, counters } = ports;

  function attach(stream: EventStream, who: { readonly caller: Shopper; readonly lastEventId: string | undefined }): () => void {
    const { visit } = who.caller;
    const nowMs = clock.wallMs();
    const usable = shop.offersOf(visit.id).filter((offer) => isDeliverable(offer, nowMs));
    const open: VisitStreamOpen = { visitId: visit.id, usable: usable.map(({ id }) => id) };
    // One turn from here to the return, so that nothing happens between what is sent now and what is subscribed to.
    stream.send(`retry: ${RETRY_MS}\n${eventText({ name: 'open', data: JSON.stringify(open) })}`, 'open');
    for (const offer of usable) if (isUnseen(offer, who.lastEventId)) stream.send(offerEvent(offer, ports), 'offer');
    return feed.subscribe(visit.id, (event) => context.streams.contain(stream, () => pass(stream, event)));
  }

  /** The last step of an offer's way to the phone: nothing waits in here. */
  function pass(stream: EventStream, event: OfferEvent): void {
    switch (event.kind) {
      case 'offer':
        if (isDeliverable(event.offer, clock.wallMs())) stream.send(offerEvent(event.offer, ports), 'offer');
        else counters.count('endcap_http_events_dropped_total', { reason: 'expired' });
        return;
      case 'withdrawn': {
        const withdrawn: VisitStreamWithdrawn = { id: event.offer, reason: event.reason };
        stream.send(eventText({ name: 'withdrawn', data: JSON.stringify(withdrawn) }), 'withdrawn');
        return;
      }
      case 'closed':
        stream.send(eventText({ name: 'closed', data: '{}' }), 'closed');
        stream.end('closed');
        return;
    }
  }

  return defineRoute({
    method: 'GET',
    path: '/api/v1/visit/stream',
    policy: 'shopper',
    group: 'shopper',
    limit: 'visit-change',
    summary: `Offers as they come: events ${Object.keys(VisitStreamEvents).join(', ')}; resumes with Last-Event-ID`,
    responses: { 200: { description: 'Server-sent events', type: 'text/event-stream' } },
    handle: ({ caller, header }) => ({
      kind: 'stream',
      owner: { kind: 'visit', key: caller.visit.id },
      attach: (stream) => attach(stream, { caller, lastEventId: header('last-event-id') }),
      isStillAllowed: () => shop.visitByToken(caller.tokenHash) !== undefined,
    }),
  });
}
