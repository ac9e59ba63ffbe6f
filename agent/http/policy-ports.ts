import type { ExperimentView } from '../core/experiments/report.ts';
import type { ChannelsView, EvaluationView, LearntView, PolicyChange } from '../core/policy/overview.ts';

/** What the HTTP side asks about experiments, about what was learnt and about what offers earn; compose-policy.ts supplies it. */
export interface PolicyPorts {
  /** Those that run first. */
  experiments(): readonly ExperimentView[];
  learnt(): LearntView;
  /** At most a minute old. */
  channels(): ChannelsView;
  /** Judges a change of the offer rules by the store's log, in a process of its own; one at a time. */
  evaluate(change: PolicyChange): Promise<EvaluationView>;
}
