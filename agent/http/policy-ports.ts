import type { ExperimentView } from '../core/experiments/report.ts';
import type { CampaignLearnt, Figure } from '../core/policy/told.ts';
import type { Channel } from '../core/touch.ts';
import type { Cents, TimestampMs } from '../core/units.ts';

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

/** What offers were seen to do. */
export interface LearntView {
  /** Outcomes that were learnt from. */
  readonly trials: number;
  /** Outcomes that will never be known. */
  readonly lost: number;
  readonly explorationShare: number;
  readonly holdoutShare: number;
  readonly campaigns: readonly CampaignLearnt[];
}

/** Who was reached how, what it is credited with, and what offers really caused. */
export interface ChannelsView {
  readonly atMs: TimestampMs;
  readonly fromMs: TimestampMs;
  readonly treatedVisits: number;
  readonly holdoutVisits: number;
  /** Profit over all visits that may get offers, beside the holdout; null below 50 visits of each. */
  readonly incrementalCents: Figure | null;
  readonly sentence: string;
  readonly lines: readonly {
    readonly channel: Channel;
    readonly exposed: number;
    readonly exposures: number;
    readonly conversion: Figure;
    readonly costCents: Cents;
    readonly credit: Readonly<Record<'first' | 'last' | 'linear' | 'position' | 'shapley', Figure>>;
  }[];
}

/** A change that narrows the rules; what is left out stays as it is. */
export interface PolicyChange {
  readonly minIntent?: number;
  readonly maxIntent?: number;
  readonly minValueCents?: Cents;
  /** As if these campaigns were off. */
  readonly without?: readonly string[];
}

/** What the log says of a change. */
export type EvaluationView =
  | {
      readonly kind: 'judged';
      readonly visits: number;
      readonly offered: number;
      readonly stopped: number;
      readonly change: Figure;
      readonly sentence: string;
      readonly policies: readonly JudgedPolicy[];
      readonly personal: string;
    }
  | { readonly kind: 'too-early'; readonly sentence: string }
  | { readonly kind: 'failed'; readonly sentence: string };

/** One way of making offers, judged by the log: profit a visit, three ways of estimating it, and what to know before believing them. */
export interface JudgedPolicy {
  readonly name: string;
  readonly ips: Figure;
  readonly snips: Figure;
  readonly dr: Figure;
  /** Weights above this were held at it. */
  readonly clip: number;
  readonly effectiveRows: number;
  readonly warnings: readonly string[];
}
