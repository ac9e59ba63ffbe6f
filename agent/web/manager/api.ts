import type { Decision } from '../../core/decision.ts';
import type { DevicePlacement, DeviceWritten, PlaceChoices } from '../../core/device-setup.ts';
import type { FairnessReport } from '../../core/fairness/report.ts';
import type { ModelAction, ModelsOverview } from '../../core/models-overview.ts';
import type { ChannelsView, EvaluationView, LearntView, PolicyChange } from '../../core/policy/overview.ts';
import { type Answer, request } from '../shared/request.ts';
import type { UnknownDevice } from './device-api.ts';
import type { ExperimentsNow, NewExperiment } from './policy-api.ts';

/** Who is signed in; each role may do what the ones before it may. */
export interface Account {
  readonly name: string;
  readonly role: 'viewer' | 'manager' | 'admin';
}

/** What a number of a score means, in the order of the numbers. */
export interface FeatureMeaning {
  readonly name: string;
  readonly unit: string;
  readonly meaning: string;
}

/** Some decisions, newest first; `nextBeforeMs` asks for older ones. */
export interface DecisionPage {
  readonly decisions: readonly Decision[];
  readonly nextBeforeMs: number | null;
  /** Present where the agent says what its scores were computed from. */
  readonly features?: readonly FeatureMeaning[];
}

/** A decision's score taken apart. */
export interface DecisionExplanation {
  readonly for: string;
  readonly against: string;
  readonly change: string;
  readonly how: string;
  readonly baseIntent: number | null;
  readonly parts: readonly { readonly words: string; readonly share: number }[];
}

/** What is bought together. */
export interface BasketsNow {
  readonly receipts: number;
  readonly pairs: readonly { readonly sku: string; readonly withSku: string; readonly lift: number; readonly together: number }[];
}

/** A message that could not be read, as far as it may be shown. */
export interface QuarantinedMessage {
  readonly atMs: number;
  readonly topic: string;
  readonly client?: string;
  readonly reason: string;
  readonly detail: string;
  readonly excerpt: string;
}

export type DecisionKind = 'offer' | 'hold';

/** The agent's manager API. It never throws: what goes wrong is in the answer. */
export interface ManagerApi {
  readonly session: () => Promise<Answer<{ readonly account: Account | null; readonly setupNeeded: boolean }>>;
  readonly setUp: (body: { readonly code: string; readonly name: string; readonly password: string }) => Promise<Answer<Account>>;
  readonly logIn: (body: { readonly name: string; readonly password: string }) => Promise<Answer<Account>>;
  readonly logOut: () => Promise<Answer<unknown>>;
  readonly pause: (body: { readonly paused: boolean; readonly campaign?: string }) => Promise<Answer<unknown>>;
  readonly decisions: (asked: { readonly kind?: DecisionKind; readonly beforeMs?: number }) => Promise<Answer<DecisionPage>>;
  readonly quarantine: () => Promise<Answer<{ readonly messages: readonly QuarantinedMessage[] }>>;
  readonly unknownDevices: () => Promise<Answer<{ readonly devices: readonly UnknownDevice[]; readonly listeningUntilMs?: number }>>;
  readonly listenForDevices: () => Promise<Answer<{ readonly untilMs: number | null }>>;
  readonly deviceChoices: () => Promise<Answer<PlaceChoices>>;
  readonly placeDevice: (body: DevicePlacement) => Promise<Answer<DeviceWritten>>;
  readonly removeDevice: (id: string) => Promise<Answer<DeviceWritten>>;
  readonly reissueDevice: (id: string) => Promise<Answer<DeviceWritten>>;
  readonly model: () => Promise<Answer<ModelsOverview>>;
  readonly actOnModel: (body: { readonly action: ModelAction }) => Promise<Answer<{ readonly sentence: string }>>;
  readonly productName: (sku: string) => Promise<string | undefined>;
  readonly explanation: (decision: string) => Promise<Answer<DecisionExplanation>>;
  readonly fairness: (days: number) => Promise<Answer<FairnessReport>>;
  readonly baskets: () => Promise<Answer<BasketsNow>>;
  readonly experiments: () => Promise<Answer<ExperimentsNow>>;
  readonly beginExperiment: (body: NewExperiment) => Promise<Answer<unknown>>;
  readonly switchExperiment: (id: string, isOn: boolean) => Promise<Answer<unknown>>;
  readonly learnt: () => Promise<Answer<LearntView>>;
  readonly channels: () => Promise<Answer<ChannelsView>>;
  readonly evaluate: (change: PolicyChange) => Promise<Answer<EvaluationView>>;
}

/** Where the live overview comes from. */
export const OVERVIEW_STREAM_URL = '/api/v1/store/stream';

const DECISIONS_A_PAGE = 15;
const QUARANTINE_SHOWN = 50;

/** The API of the agent that served this page; the session is a cookie that scripts cannot read. */
export const managerApi: ManagerApi = {
  session: () => request('/api/v1/session'),
  setUp: (body) => request('/api/v1/setup', { method: 'POST', body, timeoutMs: 30_000 }),
  logIn: (body) => request('/api/v1/login', { method: 'POST', body, timeoutMs: 30_000 }),
  logOut: () => request('/api/v1/logout', { method: 'POST' }),
  pause: (body) => request('/api/v1/store/pause', { method: 'POST', body }),
  decisions: ({ kind, beforeMs }) => {
    const query = new URLSearchParams({ limit: String(DECISIONS_A_PAGE) });
    if (kind !== undefined) query.set('kind', kind);
    if (beforeMs !== undefined) query.set('beforeMs', String(beforeMs));
    return request(`/api/v1/store/decisions?${query}`);
  },
  quarantine: () => request(`/api/v1/store/quarantine?limit=${QUARANTINE_SHOWN}`),
  unknownDevices: () => request('/api/v1/store/unknown-devices?limit=50'),
  listenForDevices: () => request('/api/v1/store/devices/listen', { method: 'POST' }),
  deviceChoices: () => request('/api/v1/store/device-choices'),
  placeDevice: (body) => request('/api/v1/store/devices', { method: 'POST', body }),
  removeDevice: (id) => request(`/api/v1/store/devices/${encodeURIComponent(id)}`, { method: 'DELETE' }),
  reissueDevice: (id) => request(`/api/v1/store/devices/${encodeURIComponent(id)}/credentials`, { method: 'POST' }),
  explanation: (decision) => request(`/api/v1/store/decisions/${encodeURIComponent(decision)}/explanation`),
  fairness: (days) => request(`/api/v1/store/fairness?days=${days}`, { timeoutMs: 60_000 }),
  baskets: () => request('/api/v1/store/baskets'),
  experiments: () => request('/api/v1/store/experiments'),
  beginExperiment: (body) => request('/api/v1/store/experiments', { method: 'POST', body }),
  switchExperiment: (id, isOn) => request(`/api/v1/store/experiments/${encodeURIComponent(id)}`, { method: 'POST', body: { isOn } }),
  learnt: () => request('/api/v1/store/learnt'),
  channels: () => request('/api/v1/store/channels'),
  evaluate: (change) => request('/api/v1/store/policy/evaluate', { method: 'POST', body: change, timeoutMs: 90_000 }),
  model: () => request('/api/v1/store/model'),
  actOnModel: (body) => request('/api/v1/store/model', { method: 'POST', body, timeoutMs: 30_000 }),
  productName: async (sku) => {
    const answer = await request<{ readonly name: string }>(`/api/v1/products/${encodeURIComponent(sku)}`);
    return answer.kind === 'ok' ? answer.value.name : undefined;
  },
};
