import type { Experiment } from './experiment.ts';

/** How traffic follows a proved winner. */
export interface ShiftSettings {
  /** What the winner's odds are multiplied by in each step. Default 3: of two, 50 % becomes 75 %, 90 %, 96 %. */
  readonly step?: number;
  /** Share that all others keep together, so that a change of mind of the world is noticed. Default 0.05. */
  readonly keep?: number;
}

/**
 * The experiment with one more step of traffic given to `winner`. Only ever after the test has decided: what is measured before is measured
 * at fixed weights, so its interval stays honest; begin new sums after each step. Units move to the winner only.
 */
export function shiftTraffic(experiment: Experiment, winner: string, { step = 3, keep = 0.05 }: ShiftSettings = {}): Experiment {
  const others = experiment.variants.reduce((sum, { name, weight }) => sum + (name === winner ? 0 : weight), 0);
  const own = experiment.variants.find(({ name }) => name === winner)?.weight;
  if (own === undefined) throw new Error(`Cannot shift experiment "${experiment.id}": it has no variant "${winner}"`);
  const most = others === 0 ? own : (others * (1 - keep)) / keep;
  const weight = Math.max(own, Math.min(most, Math.max(own, others / 10) * step));
  return { ...experiment, variants: experiment.variants.map((variant) => (variant.name === winner ? { ...variant, weight } : variant)) };
}
