import { alwaysValid } from './sequential.ts';
import { differenceOf, type Sums } from './sums.ts';

/** Something that an experiment or campaign must not harm. */
export type Guardrail =
  /** Compared with the control: margin may not fall, dismissals and opt-outs may not rise, by more than `tolerance`. */
  | {
      readonly kind: 'compared';
      readonly name: string;
      readonly harm: 'falls' | 'rises';
      readonly tolerance: number;
      /** Harm worth seeing early, in the metric's unit; sharpens the test. */
      readonly effect: number;
      readonly treated: Sums;
      readonly control: Sums;
      /** What the figure is counted in; a share where left out. */
      readonly unit?: string;
    }
  /** A figure with a limit of its own: units in stock, cents left. */
  | { readonly kind: 'limit'; readonly name: string; readonly value: number; readonly atLeast: number };

/** A guardrail that was crossed, and what stopped for it. */
export interface Breach {
  readonly name: string;
  readonly sentence: string;
}

/** Fewest visits a variant before a comparison says anything. */
export const GUARD_MIN_VISITS = 50;

/**
 * Guardrails that are crossed: limits at once, comparisons when the harm beyond the tolerance is proved. All comparisons together are wrong
 * with chance `alpha` at most, however often they are looked at.
 */
export function breaches(guardrails: readonly Guardrail[], alpha = 0.05): Breach[] {
  const compared = guardrails.filter(({ kind }) => kind === 'compared').length;
  return guardrails.flatMap((guardrail) => {
    const sentence = guardrail.kind === 'limit' ? belowLimit(guardrail) : harmOf(guardrail, alpha / compared);
    return sentence === undefined ? [] : [{ name: guardrail.name, sentence }];
  });
}

function belowLimit({ name, value, atLeast }: Extract<Guardrail, { kind: 'limit' }>): string | undefined {
  return value < atLeast ? `Stopped: ${name} is ${value}, below ${atLeast}` : undefined;
}

function harmOf(guardrail: Extract<Guardrail, { kind: 'compared' }>, alpha: number): string | undefined {
  const { name, harm, tolerance, effect, treated, control, unit } = guardrail;
  if (Math.min(treated.count, control.count) < GUARD_MIN_VISITS) return undefined;
  const { low, high } = alwaysValid(differenceOf(treated, control), { effect, alpha });
  const isHarmed = harm === 'falls' ? high < -tolerance : low > tolerance;
  if (!isHarmed) return undefined;
  const by = harm === 'falls' ? -high : low;
  return `Stopped: ${name} ${harm} by at least ${by.toPrecision(2)}${unit === undefined ? '' : ` ${unit}`} a visit`;
}
