import { z } from 'zod';
import type { ConsentChoice, RecognitionKeys, VisitOpened } from '../../core/input.ts';
import { CONSENT_PURPOSES } from '../../core/visit.ts';
import type { HttpContext } from '../context.ts';
import { isDeliverable, offerView } from '../offer-view.ts';
import type { Shopper } from '../policy.ts';
import { type Problem, problem } from '../problem.ts';
import { type Answer, defineRoute, json, noContent, type Route } from '../route.ts';
import { Id } from '../schemas/common.ts';
import { ConsentsBody, OpenedVisit, OpenVisitBody, PlaceBody, ReceiptBody, TagBody, VisitExport, VisitNow } from '../schemas/shop.ts';
import { problemOf } from '../submit-problem.ts';
import { newToken, newVisitId, sha256Hex } from '../tokens.ts';

/** What a phone does with its visit: open, look, change, report, export, erase. */
export function visitRoutes(context: HttpContext): readonly Route[] {
  const { ports, settings, streams } = context;
  const { submit, shop, clock, insight } = ports;

  async function open(body: OpenVisitBody): Promise<Answer> {
    const outdated = outdatedWording(body.textVersion);
    if (outdated !== undefined) return outdated;
    const token = newToken();
    const { rememberToken, keys } = recognition(body);
    // An old sticker or a retired cart must not keep a shopper out: the visit opens without it.
    const at = body.at !== undefined && shop.fixture(body.at) !== undefined ? body.at : null;
    const tag = body.tag !== undefined && shop.store().tags.some(({ id }) => id === body.tag) ? body.tag : null;
    const input: VisitOpened = {
      kind: 'visit.opened',
      visit: newVisitId(),
      consents: chosen(body.consents),
      ...keys,
      ...(body.language === undefined ? {} : { language: body.language }),
      textVersion: settings.consentTextVersion,
      tokenHash: sha256Hex(token),
      ...(at === null ? {} : { fixture: at }),
      ...(tag === null ? {} : { tag }),
    };
    const refusal = problemOf(await submit.submit(input));
    const opened: OpenedVisit = { visitId: input.visit, token, at, tag, rememberToken };
    return refusal ?? json(201, opened);
  }

  /**
   * What a shopper may be known by again, as the core keeps it: hashes. A phone that agrees to be remembered and brings no token gets a new
   * one; a token that comes with a no is passed on too, so that what it stands for is forgotten.
   */
  function recognition(body: Pick<OpenVisitBody, 'consents' | 'rememberToken' | 'memberId'>) {
    const isNew = body.consents.remember === true && body.rememberToken === undefined;
    const known = isNew ? newToken() : body.rememberToken;
    const keys: RecognitionKeys = {
      ...(known === undefined ? {} : { remember: sha256Hex(known) }),
      ...(body.memberId === undefined ? {} : { member: insight.memberKey(body.memberId) }),
    };
    return { rememberToken: body.consents.remember === true ? (known ?? null) : null, keys };
  }

  function outdatedWording(version: string | undefined): Problem | undefined {
    return version === undefined || version === settings.consentTextVersion ? undefined : problem('wording-changed');
  }

  /** The visit as it is now; `undefined` when it has ended meanwhile. */
  function now(caller: Shopper): VisitNow | undefined {
    const visit = shop.visitByToken(caller.tokenHash);
    if (visit === undefined) return undefined;
    const nowMs = clock.wallMs();
    return {
      visitId: visit.id,
      openedAtMs: visit.openedAtMs,
      consents: {
        offers: visit.consents.includes('offers'),
        measurement: visit.consents.includes('measurement'),
        remember: visit.consents.includes('remember'),
        member: visit.consents.includes('member'),
      },
      zone: visit.zoneName ?? null,
      fixture: visit.fixtureName ?? null,
      tag: visit.tag ?? null,
      consentTextVersion: settings.consentTextVersion,
      offers: shop
        .offersOf(visit.id)
        .filter((offer) => isDeliverable(offer, nowMs))
        .map((offer) => offerView(offer, ports)),
    };
  }

  function answerNow(caller: Shopper): Answer {
    const visit = now(caller);
    return visit === undefined ? problem('visit-ended') : json(200, visit);
  }

  return [
    defineRoute({
      method: 'POST',
      path: '/api/v1/visits',
      policy: 'public',
      group: 'shopper',
      limit: 'visit-open',
      summary: 'Open a visit with the consents that the shopper chose',
      body: OpenVisitBody,
      responses: { 201: { description: 'The visit and its only key', schema: OpenedVisit } },
      handle: ({ body }) => open(body),
    }),
    defineRoute({
      method: 'GET',
      path: '/api/v1/visit',
      policy: 'shopper',
      group: 'shopper',
      summary: 'Where the visit is, what it agreed to and which offers it can use',
      responses: { 200: { description: 'The visit', schema: VisitNow } },
      handle: ({ caller }) => answerNow(caller),
    }),
    defineRoute({
      method: 'PATCH',
      path: '/api/v1/visit/consents',
      policy: 'shopper',
      group: 'shopper',
      limit: 'visit-change',
      summary: 'Give or withdraw consents',
      body: ConsentsBody,
      responses: { 200: { description: 'The visit after the change', schema: VisitNow } },
      handle: async ({ caller, body }) => {
        const outdated = outdatedWording(body.textVersion);
        if (outdated !== undefined) return outdated;
        const consents = chosen(body.consents);
        const { rememberToken, keys } = recognition(body);
        const input = {
          kind: 'visit.consented',
          visit: caller.visit.id,
          consents,
          textVersion: settings.consentTextVersion,
          ...keys,
        } as const;
        const refusal = problemOf(await submit.submit(input));
        if (refusal !== undefined) return refusal;
        const visit = now(caller);
        if (visit === undefined) return problem('visit-ended');
        return json(200, rememberToken === null ? visit : { ...visit, rememberToken });
      },
    }),
    defineRoute({
      method: 'PATCH',
      path: '/api/v1/visit/place',
      policy: 'shopper',
      group: 'shopper',
      limit: 'visit-change',
      summary: 'Say at which shelf the shopper stands, from its QR code',
      body: PlaceBody,
      responses: { 200: { description: 'The visit after the change', schema: VisitNow } },
      handle: async ({ caller, body }) => {
        if (shop.fixture(body.at) === undefined) return problem('unknown-fixture');
        const input = { kind: 'visit.placed', visit: caller.visit.id, fixture: body.at } as const;
        return problemOf(await submit.submit(input)) ?? answerNow(caller);
      },
    }),
    defineRoute({
      method: 'PATCH',
      path: '/api/v1/visit/tag',
      policy: 'shopper',
      group: 'shopper',
      limit: 'visit-change',
      summary: 'Join the visit to a cart or basket, from its QR code',
      body: TagBody,
      responses: { 200: { description: 'The visit after the change', schema: VisitNow } },
      handle: async ({ caller, body }) => {
        const input = { kind: 'visit.tagged', visit: caller.visit.id, tag: body.tag } as const;
        return problemOf(await submit.submit(input)) ?? answerNow(caller);
      },
    }),
    defineRoute({
      method: 'POST',
      path: '/api/v1/offers/:id/receipts',
      policy: 'shopper',
      group: 'shopper',
      limit: 'visit-change',
      summary: 'Confirm that an offer was shown, dismissed or saved',
      params: z.strictObject({ id: Id }),
      body: ReceiptBody,
      responses: { 204: { description: 'Noted' } },
      handle: async ({ caller, params, body }) => {
        const input = { kind: 'offer.receipt', visit: caller.visit.id, offer: params.id, state: body.state } as const;
        return problemOf(await submit.submit(input)) ?? noContent();
      },
    }),
    defineRoute({
      method: 'GET',
      path: '/api/v1/visit/data',
      policy: 'shopper',
      group: 'shopper',
      limit: 'visit-change',
      summary: 'Everything held about the visit',
      responses: { 200: { description: 'All rows, by table', schema: VisitExport } },
      handle: ({ caller }) => {
        const { id } = caller.visit;
        const everything: VisitExport = {
          exportedAtMs: clock.wallMs(),
          visitId: id,
          held: { ...shop.everythingAbout(id), ...insight.recognitionOf(id) },
        };
        return json(200, everything, { 'content-disposition': 'attachment; filename="my-visit.json"' });
      },
    }),
    defineRoute({
      method: 'DELETE',
      path: '/api/v1/visit',
      policy: 'shopper',
      group: 'shopper',
      summary: 'Erase the visit and everything held about it, now',
      responses: { 204: { description: 'Erased' } },
      handle: async ({ caller }) => {
        const refusal = problemOf(await submit.submit({ kind: 'visit.erased', visit: caller.visit.id }));
        if (refusal === undefined) streams.endOwner({ kind: 'visit', key: caller.visit.id }, 'closed');
        return refusal ?? noContent();
      },
    }),
  ];
}

/** Only the purposes that were named; the type of an input allows no `undefined`. */
function chosen(consents: OpenVisitBody['consents']): ConsentChoice {
  return Object.fromEntries(CONSENT_PURPOSES.flatMap((purpose) => (consents[purpose] === undefined ? [] : [[purpose, consents[purpose]]])));
}
