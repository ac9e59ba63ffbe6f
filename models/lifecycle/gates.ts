import { DAY_MS, type DurationMs, HOUR_MS } from '../../agent/core/units.ts';

/** Where a model that wants to decide stands; it goes through them in this order. */
export const STAGES = ['verified', 'replayed', 'shadow', 'canary', 'live'] as const;

export type Stage = (typeof STAGES)[number];

/** What a gate, or the watch over a live model, looks at. */
export type CriterionId =
  | 'sound'
  | 'replay-rows'
  | 'replay-loss'
  | 'replay-order'
  | 'time'
  | 'calls'
  | 'errors'
  | 'latency'
  | 'loss'
  | 'calibration'
  | 'scores'
  | 'features'
  | 'visits'
  | 'conversion'
  | 'margin';

/** One line of a gate: what is asked, in words and as a number. */
export interface Criterion {
  readonly id: CriterionId;
  readonly says: string;
  readonly limit: number;
}

/** What must hold before a model leaves a stage for the next. */
export interface Gate {
  readonly stage: Exclude<Stage, 'live'>;
  readonly title: string;
  /** What happens while it stands here. */
  readonly meaning: string;
  readonly criteria: readonly Criterion[];
  /** Longest it may stand here; a model that has not passed by then goes back. */
  readonly mostMs: DurationMs;
}

/** Differences of which each test is most certain, in its own unit: they decide how soon something is seen, never whether it is right. */
export const EFFECTS = { loss: 0.05, promise: 0.05, conversion: 0.05, profitCents: 50 } as const;

/** Chance that a stage is ever judged wrong by chance, over all its looks and comparisons. */
export const ALPHA = 0.05;

/** The gates, in order. Numbers here are what the page shows and what is checked; `lifecycle.md` says why they are what they are. */
export const GATES: readonly Gate[] = [
  {
    stage: 'verified',
    title: 'Checked',
    meaning: 'File, signature, purpose, inputs, outputs and operators are checked, and it runs once in a process of its own',
    mostMs: HOUR_MS,
    criteria: [
      { id: 'sound', says: 'File and manifest say the same, the purpose is allowed, the first runs give probabilities', limit: 1 },
    ],
  },
  {
    stage: 'replayed',
    title: 'Tried on the last days',
    meaning: "It scores the store's own log again, beside the model in use",
    mostMs: DAY_MS,
    criteria: [
      {
        id: 'replay-loss',
        says: 'Predicts purchases no worse than the model in use (log-loss at most 0.02 higher, with 95 % certainty)',
        limit: 0.02,
      },
      { id: 'replay-order', says: 'Tells buyers from others no worse (AUC at most 0.03 lower)', limit: 0.03 },
      { id: 'replay-rows', says: 'At least 200 products with a known outcome; with fewer the next stage decides', limit: 200 },
    ],
  },
  {
    stage: 'shadow',
    title: 'Looking on',
    meaning: 'It scores every visit beside the model in use and decides nothing',
    mostMs: 7 * DAY_MS,
    criteria: [
      { id: 'time', says: 'At least 4 hours', limit: 4 * HOUR_MS },
      { id: 'calls', says: 'At least 200 answers', limit: 200 },
      { id: 'errors', says: 'At most 1 % of the calls fail or come late', limit: 0.01 },
      { id: 'latency', says: '99 of 100 calls within 50 ms', limit: 50 },
      { id: 'features', says: 'What it is told here is not far from what it was trained on (stability index at most 1)', limit: 1 },
      {
        id: 'loss',
        says: 'Not shown to predict worse, over at least 50 visits (log-loss more than 0.01 higher)',
        limit: 50,
      },
    ],
  },
  {
    stage: 'canary',
    title: 'A few visits',
    meaning: 'It decides for a small share of the visits, dealt by chance; the others stay with the model in use',
    mostMs: 21 * DAY_MS,
    criteria: [
      { id: 'time', says: 'At least 1 day', limit: DAY_MS },
      { id: 'visits', says: 'At least 100 measured visits that it decided for', limit: 100 },
      { id: 'errors', says: 'At most 1 % of the calls fail or come late', limit: 0.01 },
      { id: 'latency', says: '99 of 100 calls within 50 ms', limit: 50 },
      { id: 'calibration', says: 'What it promises comes: not shown to be off by more than 0.05', limit: 0.05 },
      { id: 'conversion', says: 'Its visits are not shown to buy less often', limit: 0 },
      { id: 'margin', says: 'Its visits are not shown to earn less', limit: 0 },
    ],
  },
];

/** What sends a live model back, looked at over a window that begins anew every day. */
export const WATCH: readonly Criterion[] = [
  { id: 'errors', says: 'More than 5 % of at least 200 calls fail or come late', limit: 0.05 },
  { id: 'latency', says: 'Fewer than 99 of 100 calls within 50 ms', limit: 50 },
  { id: 'calibration', says: 'What it promises is shown to be off by more than 0.1, over at least 100 visits', limit: 0.1 },
  {
    id: 'scores',
    says: 'Its scores are far from those it gave when it came (stability index above 0.5, over at least 500 scores)',
    limit: 0.5,
  },
  {
    id: 'features',
    says: 'What it is told is far from what it was told when it came (stability index above 1, over at least 500 scores)',
    limit: 1,
  },
];

/** Index above which a difference from training is said in words, without sending anything back. */
export const NOTICEABLE_INDEX = 0.25;

/** Fewest scores before a distribution is compared. */
export const LEAST_SCORES = 500;

/** Scores after which what a model meets here is taken for normal. */
export const REFERENCE_SCORES = 2_000;

/** Fewest visits before the watch judges what was promised. */
export const WATCH_VISITS = 100;
