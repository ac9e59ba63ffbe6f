import type { ModelLearnt, ModelsOverview } from '../../../agent/core/models-overview.ts';

const DAY_MS = 86_400_000;

/** A store with the model that came along and none on its way; `changes` replaces parts. */
export function sampleModels(changes: Partial<ModelsOverview> = {}): ModelsOverview {
  return {
    live: {
      name: 'purchase-intent@b50366f46db7',
      sentence: 'Intent is scored by the model purchase-intent@b50366f46db7',
      sinceMs: Date.now() - 9 * DAY_MS,
    },
    previous: 'rules@1',
    candidate: null,
    gates: [
      {
        stage: 'replayed',
        title: 'Tried on the last days',
        meaning: "It scores the store's own log again, beside the model in use",
        state: 'ahead',
        criteria: [{ says: 'Tells buyers from others no worse (AUC at most 0.03 lower)', state: 'ahead', figure: '' }],
      },
    ],
    watch: ['More than 5 % of at least 200 calls fail or come late'],
    replay: null,
    calibration: 'Used as it came: not enough known outcomes of this store yet',
    drifts: [],
    apprentice: null,
    history: [
      { atMs: Date.now() - 9 * DAY_MS, sentence: 'purchase-intent@b50366f46db7 was put into use by ana: without waiting for its gates' },
    ],
    limits: { manifestBytes: 1_000_000, modelBytes: 64 * 1024 * 1024 },
    trial: null,
    lesson: null,
    ...changes,
  };
}

/** What a trial found, as `endcap model evaluate` says it. */
export function sampleTrial(): NonNullable<ModelsOverview['trial']> {
  return {
    name: 'purchase-intent@19c4c7140cdd',
    sinceMs: Date.now() - 40_000,
    state: 'done',
    sentence:
      'On the last 6 days: it predicts purchases as well as what was in use, as far as can be told (log-loss 0.249 against 0.281, AUC 0.862 against 0.819); 33 % of 1871 decisions would have been others',
    checks: [
      { says: 'Predicts purchases no worse than the model in use', state: 'met', figure: 'log-loss -0.002 (-0.032 to +0.028)' },
      { says: 'Tells buyers from others no worse (AUC at most 0.03 lower)', state: 'failed', figure: 'AUC 0.762, in use 0.819' },
    ],
  };
}

/** What was learnt from a store's own days. */
export function sampleLearnt(verdict: ModelLearnt['verdict']): ModelLearnt {
  const sentences = {
    better: 'On the newest visits, which it never saw, it predicts purchases better than what is in use',
    'perhaps-better':
      'On the newest visits, which it never saw, it predicts purchases a little better than what is in use; that may be chance',
    'perhaps-worse': 'On the newest visits, which it never saw, it predicts purchases no better than what is in use, as far as can be told',
    worse: 'On the newest visits, which it never saw, it predicts purchases worse than what is in use: keep what is in use',
  };
  return {
    name: 'purchase-intent@19c4c7140cdd',
    verdict,
    sentence: sentences[verdict],
    facts: [
      'Learnt from 522 visits of this store (2410 products, 263 bought), until Mon, 1 Jun 2026, 18:21',
      'Judged by the 111 visits after that (579 products, 52 bought), until Mon, 1 Jun 2026, 20:54',
      'Left out: 83 visits that were made an offer, and 147 that paid and no till named; tills name 56 % of the buyers, and each of those counts for the others',
    ],
    scorers: [
      { name: 'what was learnt here', order: 0.8622, promised: 0.1618, came: 0.1323, logLoss: 0.2874 },
      { name: 'in use: purchase-intent@b50366f46db7', order: 0.8467, promised: 0.1624, came: 0.1323, logLoss: 0.3122 },
      { name: 'the rules', order: 0.8186, promised: 0.185, came: 0.1323, logLoss: 0.3245 },
    ],
  };
}

/** A lesson that has come to its end. */
export function sampleLesson(verdict: ModelLearnt['verdict']): NonNullable<ModelsOverview['lesson']> {
  const learnt = sampleLearnt(verdict);
  return { state: 'done', sinceMs: Date.now() - 90_000, sentence: learnt.sentence, hint: '', learnt };
}
