import type { ExperimentPlan, VariantPlan } from '../store-map.ts';
import type { TimestampMs } from '../units.ts';
import { seedsOf } from './experiment.ts';
import type { Comparison } from './judge-experiment.ts';
import { noSums, type Sums } from './sums.ts';

/** One experiment as it runs. */
export interface ExperimentTrack {
  /** As it was asked for. A changed plan is a new experiment: what was measured of the old one says nothing of it. */
  readonly plan: ExperimentPlan;
  readonly origin: 'config' | 'manager';
  readonly sinceMs: TimestampMs;
  /**
   * `running`: visits are dealt out by the weights. `won`: a variant was proved better, and traffic moves to it where the plan says so. `no-better`,
   * `stopped` (a guardrail, or the manager), `broken` (dealt out otherwise than meant): every visit has `use`.
   */
  status: 'running' | 'won' | 'no-better' | 'stopped' | 'broken';
  /** The variant to use from now on, once something is decided. */
  use: string | undefined;
  /** What was found last, for people. */
  sentence: string;
  decidedAtMs: TimestampMs | undefined;
  /** Whether it stopped by itself or was stopped; undefined while it is neither. */
  stoppedBy: 'guardrail' | 'manager' | undefined;
  /** The comparisons that decided it, kept while traffic moves and new sums begin. */
  decidedBy: readonly Comparison[];
  /** Weights now, in the order of the variants. */
  weights: number[];
  /** What visits are dealt out by, see `seedsOf`. */
  readonly seeds: readonly number[];
  /** Since the weights are what they are, in the order of the variants. */
  sums: VariantSums[];
}

/** What was measured of one variant's visits. */
export interface VariantSums {
  /** Visits that met the question, measured or not. */
  exposed: number;
  /** Those with a known outcome: what is to be raised, beside what was foreseen of the same visit before it was dealt out. */
  readonly metric: Sums;
  /** What must not be harmed. */
  readonly profit: Sums;
  readonly dismissals: Sums;
  readonly optOuts: Sums;
}

/** A visit's part in an experiment. */
export interface Assigned {
  readonly variant: string;
  readonly campaign: string;
  /** Profit that was foreseen of the visit when it was dealt out, whatever its variant. */
  readonly foreseenCents: number;
  /** What it had brought by then. */
  readonly marginCents: number;
  readonly salesCents: number;
}

/** An experiment that begins. */
export function newTrack(
  plan: ExperimentPlan,
  begun: { readonly origin: ExperimentTrack['origin']; readonly nowMs: TimestampMs },
): ExperimentTrack {
  return {
    plan,
    origin: begun.origin,
    sinceMs: begun.nowMs,
    status: 'running',
    use: undefined,
    sentence: 'Too few visits to say anything',
    decidedAtMs: undefined,
    stoppedBy: undefined,
    decidedBy: [],
    weights: plan.variants.map(({ weight }) => weight),
    seeds: seedsOf(plan),
    sums: plan.variants.map(newSums),
  };
}

/** Nothing measured yet. */
export function newSums(): VariantSums {
  return { exposed: 0, metric: noSums(), profit: noSums(), dismissals: noSums(), optOuts: noSums() };
}

/** The plan with the weights that hold now. */
export function planNow({ plan, weights }: ExperimentTrack): ExperimentPlan {
  return { ...plan, variants: plan.variants.map((variant, i): VariantPlan => ({ ...variant, weight: weights[i] ?? 0 })) };
}
