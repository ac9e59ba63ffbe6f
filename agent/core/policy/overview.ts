import type { Channel } from '../touch.ts';
import type { Cents, TimestampMs } from '../units.ts';
import type { CampaignLearnt, Figure } from './told.ts';

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
  readonly lines: readonly ChannelLine[];
}

/** What one channel did. */
export interface ChannelLine {
  readonly channel: Channel;
  readonly exposed: number;
  readonly exposures: number;
  readonly conversion: Figure;
  readonly costCents: Cents;
  readonly credit: Readonly<Record<CreditRule, Figure>>;
}

/** Ways of handing out what was sold to the channels. */
export type CreditRule = 'first' | 'last' | 'linear' | 'position' | 'shapley';

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
