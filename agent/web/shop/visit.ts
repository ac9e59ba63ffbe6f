import { batch, type ReadonlySignal, signal } from '@preact/signals';
import { type EventStream, openEventStream, type StreamState } from '../shared/event-stream.ts';
import type { Answer } from '../shared/request.ts';
import type { ServerSentEvent } from '../shared/sse-parser.ts';
import {
  type Consents,
  type ShopApi,
  type ShopOffer,
  STREAM_URL,
  type StoreInfo,
  type SuggestedProduct,
  type VisitExport,
  type VisitNow,
} from './api.ts';
import { addOffer, dropExpired, EMPTY_BOARD, farewellOf, keepUsable, markOffer, type OfferBoard, removeOffer } from './offers.ts';
import { receipts } from './receipts.ts';
import { REMEMBER_MS, TICKET_MS, type TicketBox } from './ticket.ts';

/** What the page is about right now. */
export type Stage = 'asking' | 'declined' | 'joining' | 'live' | 'erased' | 'ended';

/** Why joining did not work. */
export type JoinProblem = 'failed' | 'busy';

/** What a shopper ticked beside the yes to offers. */
export interface Agreed {
  readonly measurement: boolean;
  readonly remember?: boolean;
  /** Loyalty number; empty where none was given. */
  readonly memberId?: string;
}

/** One visit as the page sees it, and what a shopper can do. */
export interface VisitModel {
  readonly stage: ReadonlySignal<Stage>;
  readonly joinProblem: ReadonlySignal<JoinProblem | undefined>;
  readonly store: ReadonlySignal<StoreInfo | undefined>;
  readonly now: ReadonlySignal<VisitNow | undefined>;
  readonly board: ReadonlySignal<OfferBoard>;
  /** The offer that came last, for one announcement. */
  readonly arrived: ReadonlySignal<ShopOffer | undefined>;
  readonly link: ReadonlySignal<StreamState>;
  /** The store's clock minus this phone's, in milliseconds. */
  readonly clockOffsetMs: ReadonlySignal<number>;
  /** Takes up a kept visit, or asks. */
  readonly start: () => Promise<void>;
  readonly join: (agreed: Agreed) => Promise<void>;
  /** Products that go with what the visit took up, at their shelf price. */
  readonly suggestions: ReadonlySignal<readonly SuggestedProduct[]>;
  readonly decline: () => void;
  readonly askAgain: () => void;
  /** True when the store noted it. */
  readonly moveTo: (fixture: string) => Promise<boolean>;
  readonly setConsents: (consents: Consents) => Promise<boolean>;
  readonly shown: (offer: string) => void;
  readonly save: (offer: string) => void;
  readonly dismiss: (offer: string) => void;
  readonly everything: () => Promise<Answer<VisitExport>>;
  /** True when everything is gone. */
  readonly erase: () => Promise<boolean>;
  /** Once a second: lets offers run out. */
  readonly tick: (nowMs: number) => void;
  /** The page is visible again, or the network is back. */
  readonly wake: () => void;
}

export interface VisitOptions {
  readonly api: ShopApi;
  readonly tickets: TicketBox;
  /** Where the token of "remember me" is kept. */
  readonly memory: TicketBox;
  /** Language that the page speaks. */
  readonly language: string;
  /** Fixture and tag from the scanned code. */
  readonly at: string | undefined;
  readonly tag: string | undefined;
  readonly now: () => number;
}

/** The stream has no event for "you moved", so the place is asked for this often while the page is visible. */
const PLACE_EVERY_MS = 15_000;

/** The shopper page's whole behaviour, apart from drawing it. Nothing is sent about the shopper before `join`. */
export function visitModel(options: VisitOptions): VisitModel {
  const { api, tickets, memory, now } = options;
  const stage = signal<Stage>('asking');
  const joinProblem = signal<JoinProblem | undefined>(undefined);
  const store = signal<StoreInfo | undefined>(undefined);
  const visitNow = signal<VisitNow | undefined>(undefined);
  const board = signal<OfferBoard>(EMPTY_BOARD);
  const arrived = signal<ShopOffer | undefined>(undefined);
  const suggestions = signal<readonly SuggestedProduct[]>([]);
  const link = signal<StreamState>({ kind: 'connecting' });
  const clockOffsetMs = signal(0);
  let token = '';
  let refreshedAtMs = 0;
  let stream: EventStream | undefined;
  const outgoing = receipts((offer, state) => api.receipt(token, offer, state));

  const storeNow = () => now() + clockOffsetMs.value;

  function textVersion(): { readonly textVersion: string } | undefined {
    const version = store.value?.consent.textVersion;
    return version === undefined ? undefined : { textVersion: version };
  }

  function take<T>(answer: Answer<T>): T | undefined {
    // A 404 may be about a shelf or an offer; 401 and 410 are about the visit itself.
    if (answer.kind === 'refused' && (answer.status === 401 || answer.status === 410) && token !== '') leave('ended');
    if (answer.kind !== 'ok') return undefined;
    // The Date header has whole seconds: half a second is the middle of what it can mean.
    if (answer.serverAtMs !== undefined) clockOffsetMs.value = answer.serverAtMs + 500 - now();
    return answer.value;
  }

  function leave(next: 'ended' | 'erased'): void {
    stream?.close();
    stream = undefined;
    token = '';
    tickets.clear();
    batch(() => {
      stage.value = next;
      board.value = EMPTY_BOARD;
      visitNow.value = undefined;
      arrived.value = undefined;
      suggestions.value = [];
    });
  }

  function enter(withToken: string): void {
    token = withToken;
    stage.value = 'live';
    stream = openEventStream({
      url: STREAM_URL,
      headers: () => ({ authorization: `Bearer ${token}` }),
      onEvent: hear,
      onState: (state) => {
        link.value = state;
        if (state.kind === 'open') outgoing.flush();
        if (state.kind === 'ended') leave('ended');
      },
      now,
    });
  }

  function hear(event: ServerSentEvent): void {
    const data: unknown = JSON.parse(event.data);
    // The shapes are those of the agent's own event schemas, which its tests hold it to.
    if (event.event === 'open') board.value = keepUsable(board.value, (data as { usable: readonly string[] }).usable);
    else if (event.event === 'offer') receive(data as ShopOffer);
    else if (event.event === 'withdrawn') {
      const { id, reason } = data as { id: string; reason: string };
      board.value = removeOffer(board.value, id, farewellOf(reason));
    } else if (event.event === 'closed') leave('ended');
  }

  function receive(offer: ShopOffer): void {
    const isNew = offer.state === 'open' && !board.value.offers.some((one) => one.id === offer.id);
    board.value = addOffer(board.value, offer, storeNow());
    if (isNew) arrived.value = offer;
    void refresh().catch(() => undefined);
  }

  async function learnStore(): Promise<void> {
    const answer = await api.store();
    if (answer.kind === 'ok') store.value = answer.value;
  }

  async function refresh(): Promise<void> {
    if (stage.value !== 'live') return;
    refreshedAtMs = now();
    const value = take(await api.visit(token));
    if (value !== undefined && stage.value === 'live') visitNow.value = value;
    if (stage.value !== 'live' || value?.consents.offers !== true) return;
    const found = await api.suggestions(token);
    if (found.kind === 'ok' && stage.value === 'live') suggestions.value = found.value.products;
  }

  function keepMemory(rememberToken: string | null | undefined): void {
    if (typeof rememberToken === 'string') memory.write({ token: rememberToken, untilMs: now() + REMEMBER_MS });
    else memory.clear();
  }

  async function change(answer: Promise<Answer<VisitNow>>): Promise<boolean> {
    const value = take(await answer);
    if (value !== undefined && stage.value === 'live') visitNow.value = value;
    return value !== undefined;
  }

  return {
    stage,
    joinProblem,
    store,
    now: visitNow,
    board,
    arrived,
    suggestions,
    link,
    clockOffsetMs,
    start: async () => {
      const learning = learnStore();
      const ticket = tickets.read(now());
      if (ticket !== undefined) {
        enter(ticket.token);
        // A second scan: the visit goes on, at the new place.
        if (options.at !== undefined) await change(api.place(token, options.at));
        if (options.tag !== undefined) await change(api.tag(token, options.tag));
        if (options.at === undefined && options.tag === undefined) await refresh();
      }
      await learning;
    },
    join: async ({ measurement, remember = false, memberId = '' }) => {
      batch(() => {
        stage.value = 'joining';
        joinProblem.value = undefined;
      });
      const known = memory.read(now());
      const answer = await api.join({
        consents: { offers: true, measurement, remember, ...(memberId === '' ? {} : { member: true }) },
        ...textVersion(),
        language: options.language,
        // With a yes it is used again; with a no it tells the store what to forget.
        ...(known === undefined ? {} : { rememberToken: known.token }),
        ...(memberId === '' ? {} : { memberId }),
        ...(options.at === undefined ? {} : { at: options.at }),
        ...(options.tag === undefined ? {} : { tag: options.tag }),
      });
      if (answer.kind !== 'ok') {
        // The wording changed since the page was loaded: learn the new version, and let the shopper say yes to that one.
        if (answer.kind === 'refused' && answer.status === 409) await learnStore();
        const isBusy = answer.kind === 'refused' && (answer.status === 429 || answer.status === 503);
        batch(() => {
          joinProblem.value = isBusy ? 'busy' : 'failed';
          stage.value = 'asking';
        });
        return;
      }
      take(answer);
      tickets.write({ token: answer.value.token, untilMs: now() + (store.value?.consent.ttlMs ?? TICKET_MS) });
      keepMemory(answer.value.rememberToken);
      enter(answer.value.token);
      await refresh();
    },
    decline: () => {
      stage.value = 'declined';
    },
    askAgain: () => {
      stage.value = 'asking';
    },
    moveTo: (fixture) => change(api.place(token, fixture)),
    setConsents: async (consents) => {
      const known = memory.read(now());
      const isDone = await change(
        api.consent(token, { consents, ...textVersion(), ...(known === undefined ? {} : { rememberToken: known.token }) }),
      );
      if (isDone && consents.remember !== undefined) keepMemory(visitNow.value?.rememberToken);
      return isDone;
    },
    shown: (offer) => outgoing.send(offer, 'shown'),
    save: (offer) => {
      board.value = markOffer(board.value, offer, 'saved');
      outgoing.send(offer, 'saved');
    },
    dismiss: (offer) => {
      board.value = removeOffer(board.value, offer, 'dismissed');
      outgoing.send(offer, 'dismissed');
    },
    everything: () => api.everything(token),
    erase: async () => {
      const answer = await api.erase(token);
      const isGone = answer.kind === 'ok' || (answer.kind === 'refused' && [401, 404, 410].includes(answer.status));
      if (isGone) {
        memory.clear();
        leave('erased');
      }
      return isGone;
    },
    tick: (nowMs) => {
      const rest = dropExpired(board.value, nowMs + clockOffsetMs.value);
      if (rest !== board.value) board.value = rest;
      if (nowMs - refreshedAtMs >= PLACE_EVERY_MS) void refresh().catch(() => undefined);
    },
    wake: () => {
      stream?.wake();
      void refresh().catch(() => undefined);
    },
  };
}
