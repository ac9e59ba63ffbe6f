import type { HttpPorts } from '../../agent/http/ports.ts';

/** A store that has no experiments and has learnt nothing. */
export function fakePolicy(): HttpPorts['policy'] {
  return {
    experiments: () => [],
    learnt: () => ({ trials: 0, lost: 0, explorationShare: 0.1, holdoutShare: 0.1, campaigns: [] }),
    channels: () => ({
      ...{ atMs: 0, fromMs: 0, treatedVisits: 0, holdoutVisits: 0, incrementalCents: null, lines: [] },
      sentence: 'Too early to say',
    }),
    evaluate: async () => ({ kind: 'too-early', sentence: 'Not enough data yet' }),
  };
}
