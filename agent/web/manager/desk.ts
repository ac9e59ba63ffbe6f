import { batch, computed, type ReadonlySignal, signal } from '@preact/signals';
import type { StoreOverview } from '../../core/overview.ts';
import { type EventStream, openEventStream, type StreamState } from '../shared/event-stream.ts';
import type { Answer } from '../shared/request.ts';
import { type Account, type ManagerApi, OVERVIEW_STREAM_URL } from './api.ts';

/** Which of the three faces the page shows. */
export type Stage = 'loading' | 'unreachable' | 'set-up' | 'sign-in' | 'desk';

/** What a form shows when it was refused. */
export interface Refusal {
  readonly sentence: string;
  readonly hint: string;
}

/** The manager page's state, and what a manager can do. */
export interface Desk {
  readonly stage: ReadonlySignal<Stage>;
  readonly account: ReadonlySignal<Account | undefined>;
  /** True for those who may pause offers and read the quarantine. */
  readonly mayManage: ReadonlySignal<boolean>;
  readonly overview: ReadonlySignal<StoreOverview | undefined>;
  readonly link: ReadonlySignal<StreamState>;
  /** The store's clock minus this computer's, in milliseconds. */
  readonly clockOffsetMs: ReadonlySignal<number>;
  /** Why the sign-in form is there, when it was not asked for. */
  readonly signedOut: ReadonlySignal<boolean>;
  readonly start: () => Promise<void>;
  readonly setUp: (form: { readonly code: string; readonly name: string; readonly password: string }) => Promise<Refusal | undefined>;
  readonly logIn: (form: { readonly name: string; readonly password: string }) => Promise<Refusal | undefined>;
  readonly logOut: () => Promise<void>;
  /** Stops or resumes a campaign, all offers without one. */
  readonly pause: (paused: boolean, campaign?: string) => Promise<Refusal | undefined>;
  /** Name of a product, once it is known; asking fetches it. */
  readonly productName: (sku: string) => string | undefined;
  readonly wake: () => void;
  readonly api: ManagerApi;
}

const UNREACHABLE: Refusal = { sentence: 'The agent did not answer.', hint: 'Check that its computer is on, then try again.' };
/** Product names kept; the oldest goes beyond. */
const MAX_NAMES = 500;

/** The manager page's behaviour, apart from drawing it. */
export function createDesk(options: { readonly api: ManagerApi; readonly now: () => number }): Desk {
  const { api, now } = options;
  const stage = signal<Stage>('loading');
  const account = signal<Account | undefined>(undefined);
  const overview = signal<StoreOverview | undefined>(undefined);
  const link = signal<StreamState>({ kind: 'connecting' });
  const clockOffsetMs = signal(0);
  const signedOut = signal(false);
  const names = signal<ReadonlyMap<string, string>>(new Map());
  const asked = new Set<string>();
  let stream: EventStream | undefined;

  function enter(who: Account): void {
    batch(() => {
      account.value = who;
      signedOut.value = false;
      stage.value = 'desk';
    });
    stream?.close();
    stream = openEventStream({
      url: OVERVIEW_STREAM_URL,
      onEvent: ({ event, data }) => {
        if (event !== 'overview') return;
        // The agent's own schema guarantees the shape.
        const value = JSON.parse(data) as StoreOverview;
        batch(() => {
          overview.value = value;
          clockOffsetMs.value = value.atMs - now();
        });
      },
      onState: (state) => {
        link.value = state;
        if (state.kind === 'ended') leave(true);
      },
      now,
    });
  }

  function leave(wasThrownOut: boolean): void {
    stream?.close();
    stream = undefined;
    batch(() => {
      account.value = undefined;
      overview.value = undefined;
      signedOut.value = wasThrownOut;
      stage.value = 'sign-in';
    });
  }

  function outcome(answer: Answer<unknown>): Refusal | undefined {
    if (answer.kind === 'ok') return undefined;
    if (answer.kind === 'unreachable') return UNREACHABLE;
    return { sentence: answer.sentence === '' ? `The agent said no (${answer.status}).` : answer.sentence, hint: answer.hint };
  }

  function signInWith(answer: Answer<Account>): Refusal | undefined {
    if (answer.kind === 'ok') enter(answer.value);
    return outcome(answer);
  }

  return {
    stage,
    account,
    mayManage: computed(() => account.value !== undefined && account.value.role !== 'viewer'),
    overview,
    link,
    clockOffsetMs,
    signedOut,
    start: async () => {
      stage.value = 'loading';
      const answer = await api.session();
      if (answer.kind !== 'ok') stage.value = 'unreachable';
      else if (answer.value.account !== null) enter(answer.value.account);
      else stage.value = answer.value.setupNeeded ? 'set-up' : 'sign-in';
    },
    setUp: async (form) => signInWith(await api.setUp(form)),
    logIn: async (form) => signInWith(await api.logIn(form)),
    logOut: async () => {
      await api.logOut();
      leave(false);
    },
    pause: async (paused, campaign) => {
      const answer = await api.pause({ paused, ...(campaign === undefined ? {} : { campaign }) });
      if (answer.kind === 'refused' && answer.status === 401) leave(true);
      return outcome(answer);
    },
    productName: (sku) => {
      const known = names.value.get(sku);
      if (known !== undefined || asked.has(sku) || asked.size >= MAX_NAMES) return known;
      asked.add(sku);
      api.productName(sku).then(
        (name) => {
          if (name !== undefined) names.value = new Map([...names.value, [sku, name]]);
        },
        () => asked.delete(sku),
      );
      return undefined;
    },
    wake: () => stream?.wake(),
    api,
  };
}
