import type { ExperimentView } from '../../../agent/core/experiments/report.ts';
import type { ChannelsView, EvaluationView, LearntView } from '../../../agent/core/policy/overview.ts';
import type { CampaignLearnt } from '../../../agent/core/policy/told.ts';
import type { FakeStore } from './fake-store.ts';

const DAY_MS = 86_400_000;

/** Experiments in every state. */
export function sampleExperiments(): readonly ExperimentView[] {
  const base = {
    campaign: 'coffee-20',
    campaignName: 'Coffee weeks',
    origin: 'config',
    metric: 'profit',
    effect: 10,
    ratioPValue: 1,
  } as const;
  const variant = { share: 0.5, exposed: 812, measured: 640 };
  const difference = { value: 21.4, low: -6.1, high: 48.9, reduced: 0.31 };
  return [
    {
      ...{
        ...base,
        id: 'depth',
        name: 'Coffee weeks: 10 % off',
        status: 'running',
        use: undefined,
        sentence: 'Not decided',
        decidedAtMs: undefined,
      },
      sinceMs: Date.now() - 9 * DAY_MS,
      variants: [
        { ...variant, name: 'as it is', mean: 142.3, difference: undefined },
        { ...variant, name: '10 % off', exposed: 798, measured: 633, mean: 163.7, difference },
      ],
    },
    {
      ...{ ...base, id: 'words', name: 'Care for yourself: other words', status: 'won', use: 'other words', sentence: 'Better' },
      ...{ campaign: 'care-15', campaignName: 'Care for yourself', metric: 'purchases', effect: 0.02 },
      sinceMs: Date.now() - 20 * DAY_MS,
      decidedAtMs: Date.now() - DAY_MS,
      variants: [
        { ...variant, share: 0.25, name: 'as it is', mean: 0.214, difference: undefined },
        { ...variant, share: 0.75, name: 'other words', mean: 0.263, difference: { value: 0.049, low: 0.012, high: 0.086, reduced: 0.04 } },
      ],
    },
    {
      ...{ ...base, id: 'display', name: 'A little extra: shelf display', status: 'stopped', use: 'as it is', origin: 'manager' },
      sentence: 'Stopped: profit in "shelf display" falls by at least 9.1 cents a visit',
      campaignName: 'A little extra',
      sinceMs: Date.now() - 4 * DAY_MS,
      decidedAtMs: Date.now() - DAY_MS,
      variants: [
        { ...variant, name: 'as it is', mean: 58.1, difference: undefined },
        { ...variant, name: 'shelf display', mean: undefined, measured: 40, difference: undefined },
      ],
    },
  ];
}

/** What was learnt of three campaigns. */
export function sampleLearnt(): LearntView {
  const campaign = (one: Partial<CampaignLearnt> & Pick<CampaignLearnt, 'campaign' | 'name' | 'sentence'>): CampaignLearnt => ({
    offers: 640,
    treatedVisits: 1_204,
    holdoutVisits: 131,
    differences: [],
    ...one,
  });
  return {
    trials: 2_310,
    lost: 58,
    explorationShare: 0.1,
    holdoutShare: 0.1,
    campaigns: [
      campaign({
        campaign: 'coffee-20',
        name: 'Coffee weeks',
        sentence: 'With 20 % off, 12 in 100 more buy (95 % sure: 8.4 to 16)',
        more: { value: 12.2, low: 8.4, high: 16 },
        profitCents: { value: 34.2, low: 6.1, high: 62.3 },
        differences: ['It wins 9 in 100 more of those who put the product back than of the others'],
      }),
      campaign({
        campaign: 'care-15',
        name: 'Care for yourself',
        sentence: 'With 15 % off it is not shown that more buy, or fewer (95 % sure: -1.2 to 4.1 in 100 more)',
        more: { value: 1.4, low: -1.2, high: 4.1 },
        profitCents: { value: -12, low: -31.4, high: 7.4 },
        stopped: '71 % of its offers are waved away, and 60 % are allowed',
      }),
      campaign({
        campaign: 'snack-50c',
        name: 'A little extra',
        offers: 12,
        treatedVisits: 20,
        holdoutVisits: 2,
        sentence: 'Too few outcomes yet to say what the discount does: 12 of 30',
      }),
    ],
  };
}

/** Channels that reached somebody, and what offers caused. */
export function sampleChannels(): ChannelsView {
  const figure = (value: number, part = 0.2) => ({ value, low: value * (1 - part), high: value * (1 + part) });
  const line = (channel: ChannelsView['lines'][number]['channel'], exposed: number, cents: number) => ({
    channel,
    exposed,
    exposures: Math.round(exposed * 1.4),
    conversion: { value: 0.31, low: 0.28, high: 0.34 },
    costCents: exposed * 12,
    credit: {
      first: figure(cents),
      last: figure(0.8 * cents),
      linear: figure(0.9 * cents),
      position: figure(0.85 * cents),
      shapley: figure(0.4 * cents, 0.6),
    },
  });
  return {
    atMs: Date.now(),
    fromMs: Date.now() - 28 * DAY_MS,
    treatedVisits: 1_204,
    holdoutVisits: 131,
    incrementalCents: { value: 41_200, low: 7_300, high: 75_100 },
    sentence: 'What offers caused',
    lines: [
      line('phone', 866, 312_000),
      line('shelf-display', 402, 121_000),
      line('label', 0, 0),
      line('signage', 90, 22_000),
      line('staff', 0, 0),
    ],
  };
}

/** A change that the log judged. */
export function sampleEvaluation(): EvaluationView {
  const policy = (name: string, value: number) => ({
    name,
    ips: { value: value + 3, low: value - 20, high: value + 26 },
    snips: { value: value + 1, low: value - 14, high: value + 16 },
    dr: { value, low: value - 12, high: value + 12 },
    clip: 36.5,
    effectiveRows: 1_010,
    warnings:
      name === 'no offers' ? ['3 weights were clipped at 36.5, 0.4 % of the weight: the estimate leans towards the log’s own policy'] : [],
  });
  return {
    kind: 'judged',
    visits: 1_335,
    offered: 1_204,
    stopped: 211,
    change: { value: 4.1, low: -1.9, high: 10.2 },
    sentence: '1335 measured visits',
    personal: '"an offer" for everybody is best: choosing by person gained 0.4 a row, which is not shown to be more than nothing',
    policies: [policy('asked for', 146.2), policy('rules as they are', 142.1), policy('no offers', 118.4)],
  };
}

/** Answers everything that the page asks about experiments and what offers earn. */
export function servePolicy(store: FakeStore): void {
  store.answer('GET /api/v1/store/experiments', { status: 200, body: { experiments: sampleExperiments() } });
  store.answer('POST /api/v1/store/experiments', ({ body }) => ({
    status: 200,
    body: { id: (body as { readonly id: string }).id, isOn: true },
  }));
  for (const { id } of sampleExperiments())
    store.answer(`POST /api/v1/store/experiments/${id}`, { status: 200, body: { id, isOn: false } });
  store.answer('GET /api/v1/store/learnt', { status: 200, body: sampleLearnt() });
  store.answer('GET /api/v1/store/channels', { status: 200, body: sampleChannels() });
  store.answer('POST /api/v1/store/policy/evaluate', { status: 200, body: sampleEvaluation() });
}
