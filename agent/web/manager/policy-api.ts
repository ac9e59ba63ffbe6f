import type { ExperimentView } from '../../core/experiments/report.ts';
import type { CampaignLearnt, Figure } from '../../core/policy/told.ts';
import type { Channel } from '../../core/touch.ts';

/** What offers were seen to do, over all campaigns. */
export interface LearntNow {
  readonly trials: number;
  readonly lost: number;
  readonly explorationShare: number;
  readonly holdoutShare: number;
  readonly campaigns: readonly CampaignLearnt[];
}

/** Ways of handing out what was sold to the channels. */
export type CreditRule = 'first' | 'last' | 'linear' | 'position' | 'shapley';

/** Who was reached how, and what offers caused. */
export interface ChannelsNow {
  readonly atMs: number;
  readonly fromMs: number;
  readonly treatedVisits: number;
  readonly holdoutVisits: number;
  readonly incrementalCents: Figure | null;
  readonly sentence: string;
  readonly lines: readonly ChannelLine[];
}

export interface ChannelLine {
  readonly channel: Channel;
  readonly exposed: number;
  readonly exposures: number;
  readonly conversion: Figure;
  readonly costCents: number;
  readonly credit: Readonly<Record<CreditRule, Figure>>;
}

/** An experiment that is begun on the page: the campaign as it is, against one change. */
export interface NewExperiment {
  readonly id: string;
  readonly name: string;
  readonly campaign: string;
  readonly metric: 'profit' | 'purchases';
  readonly effect: number;
  readonly variant: {
    readonly name: string;
    readonly headline?: string;
    readonly discount?: { readonly kind: 'percent'; readonly percent: number } | { readonly kind: 'amount'; readonly cents: number };
    readonly isOff?: boolean;
    readonly channels?: readonly ('phone' | 'shelf-display')[];
  };
}

/** A change that narrows the rules. */
export interface PolicyChange {
  readonly minIntent?: number;
  readonly maxIntent?: number;
  readonly without?: readonly string[];
}

/** What the log says of a change. */
export type Evaluation =
  | {
      readonly kind: 'judged';
      readonly visits: number;
      readonly offered: number;
      readonly stopped: number;
      readonly change: Figure;
      readonly sentence: string;
      readonly personal: string;
      readonly policies: readonly {
        readonly name: string;
        readonly ips: Figure;
        readonly snips: Figure;
        readonly dr: Figure;
        readonly clip: number;
        readonly effectiveRows: number;
        readonly warnings: readonly string[];
      }[];
    }
  | { readonly kind: 'too-early' | 'failed'; readonly sentence: string };

/** Answer of the list of experiments. */
export interface ExperimentsNow {
  readonly experiments: readonly ExperimentView[];
}
