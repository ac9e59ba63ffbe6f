import type { Experiment } from './experiment.ts';
import { type Breach, breaches, type Guardrail } from './guardrails.ts';
import { type SampleRatio, sampleRatio } from './sample-ratio.ts';
import { type AlwaysValid, alwaysValid } from './sequential.ts';
import { differenceOf, noSums, type Sums } from './sums.ts';

/** What an experiment says so far. */
export interface ExperimentReport {
  readonly verdict: 'too-early' | 'undecided' | 'winner' | 'no-better' | 'broken-split' | 'stopped';
  /** The variant to use from now on; the control where nothing beats it. `undefined` while undecided or broken. */
  readonly use: string | undefined;
  readonly comparisons: readonly Comparison[];
  readonly ratio: SampleRatio;
  readonly breaches: readonly Breach[];
  readonly sentence: string;
}

/** A variant beside the control, per visit. */
export interface Comparison extends AlwaysValid {
  readonly variant: string;
  readonly visits: number;
  /** Share of the variance that figures from before the experiment took away. */
  readonly reduced: number;
}

export interface JudgeOptions {
  /** By variant. */
  readonly sums: Readonly<Record<string, Sums>>;
  /** Visits dealt to each variant, measured or not, in their order; by default those of `sums`. */
  readonly counts?: readonly number[];
  /** Smallest difference a visit that matters, in the metric's unit. */
  readonly effect: number;
  /** Chance of a false alarm, over all variants and all looks. Default 0.05. */
  readonly alpha?: number;
  readonly guardrails?: readonly Guardrail[];
  /** Visits a variant before anything is said. Default 100. */
  readonly minVisits?: number;
}

/** Judges an experiment; may be asked after every visit. A broken split comes before everything, a crossed guardrail before any winner. */
export function judgeExperiment(experiment: Experiment, options: JudgeOptions): ExperimentReport {
  const { effect, alpha = 0.05, minVisits = 100, guardrails = [] } = options;
  const { variants } = experiment;
  const sums = variants.map(({ name }) => options.sums[name] ?? noSums());
  const ratio = sampleRatio(
    options.counts ?? sums.map(({ count }) => count),
    variants.map(({ weight }) => weight),
  );
  const [control, ...rest] = sums as [Sums, ...Sums[]];
  const isReady = control.count >= minVisits;
  const comparisons = rest.flatMap((treated, i): Comparison[] => {
    if (!isReady || treated.count < minVisits) return [];
    const difference = differenceOf(treated, control);
    const found = alwaysValid(difference, { effect, alpha: alpha / rest.length });
    return [{ ...found, variant: variants[i + 1]!.name, visits: treated.count, reduced: difference.reduced }];
  });
  const stopped = breaches(guardrails, alpha);
  return { ...verdictOf(experiment, { comparisons, ratio, stopped, effect }), comparisons, ratio, breaches: stopped };
}

interface Evidence {
  readonly comparisons: readonly Comparison[];
  readonly ratio: SampleRatio;
  readonly stopped: readonly Breach[];
  readonly effect: number;
}

function verdictOf(
  { variants }: Experiment,
  { comparisons, ratio, stopped, effect }: Evidence,
): Pick<ExperimentReport, 'verdict' | 'use' | 'sentence'> {
  const control = variants[0]!.name;
  if (ratio.isBroken) {
    return {
      verdict: 'broken-split',
      use: undefined,
      sentence: 'Visits were not dealt out as intended: the figures say nothing until the cause is found',
    };
  }
  if (stopped.length > 0) return { verdict: 'stopped', use: control, sentence: stopped.map(({ sentence }) => sentence).join('; ') };
  if (comparisons.length === 0) return { verdict: 'too-early', use: undefined, sentence: 'Too few visits to say anything' };
  const best = comparisons.reduce((a, b) => (b.value > a.value ? b : a));
  if (best.low > 0) {
    return { verdict: 'winner', use: best.variant, sentence: `"${best.variant}" is better than "${control}" by ${rangeOf(best)} a visit` };
  }
  if (comparisons.length === variants.length - 1 && comparisons.every(({ high }) => high < effect)) {
    return { verdict: 'no-better', use: control, sentence: `Nothing is better than "${control}" by ${effect} a visit or more` };
  }
  return {
    verdict: 'undecided',
    use: undefined,
    sentence: `Not decided: "${best.variant}" differs from "${control}" by ${rangeOf(best)} a visit`,
  };
}

function rangeOf({ value, low, high }: AlwaysValid): string {
  return `${value.toPrecision(3)} (95 % sure at any time: ${low.toPrecision(3)} to ${high.toPrecision(3)})`;
}
