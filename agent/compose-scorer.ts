import { join } from 'node:path';
import type { Logger } from 'pino';
import type { StoreConfig } from '../config/schema.ts';
import { GuardedScorer } from '../models/guarded-scorer.ts';
import { loadOnnxScorer } from '../models/onnx-scorer.ts';
import { RuleScorer } from '../models/rule-scorer.ts';
import { packageRoot } from './package-root.ts';
import { systemClock } from './runtime/clock.ts';
import type { Counters } from './runtime/counters.ts';

/** The scorer of a store: the configured model, else the shipped one, with the rules behind it. Not started yet. */
export function createScorer(
  config: StoreConfig,
  parts: { readonly counters: Counters; readonly log: Logger; readonly minuteOfDay: (atMs: number) => number },
): GuardedScorer {
  const { counters, log, minuteOfDay } = parts;
  const manifestPath = config.model.manifestFile ?? join(packageRoot(), 'models/artifacts/purchase-intent.manifest.json');
  return new GuardedScorer({
    load: () => loadOnnxScorer({ manifestPath, minuteOfDay }),
    fallback: new RuleScorer({ minuteOfDay }),
    clock: { monotonicMs: systemClock.monotonicMs, after: callAfter },
    settings: { deadlineMs: config.model.deadline },
    events: {
      scored: (by, requests) => counters.add('endcap_scores_total', `by="${by}"`, requests),
      changed: (status) => log.info({ model: status.name, state: status.state }, status.sentence),
    },
  });
}

function callAfter(delayMs: number, callback: () => void): () => void {
  const timer = setTimeout(callback, delayMs);
  return () => clearTimeout(timer);
}
