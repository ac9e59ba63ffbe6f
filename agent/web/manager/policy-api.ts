import type { ExperimentView } from '../../core/experiments/report.ts';

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

/** Answer of the list of experiments. */
export interface ExperimentsNow {
  readonly experiments: readonly ExperimentView[];
}
