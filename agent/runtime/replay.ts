import type { Decision } from '../core/decision.ts';
import type { LoggedInput } from '../core/input.ts';
import type { State } from '../core/state.ts';
import { step } from '../core/step.ts';

/** A recorded decision that a replay does not give in the same words, or one that only one side has. */
export interface ReplayDifference {
  readonly id: string;
  readonly kind: 'changed' | 'only-recorded' | 'only-replayed';
  readonly recorded: string | undefined;
  readonly replayed: string | undefined;
}

export interface ReplayReport {
  readonly inputs: number;
  readonly decisions: number;
  /** At most `maxDifferences` of them. */
  readonly differences: readonly ReplayDifference[];
}

export interface ReplayOptions {
  /** State before the first entry; updated in place. */
  readonly state: State;
  readonly log: Iterable<LoggedInput>;
  readonly onDecision?: (decision: Decision) => void;
  /** What was recorded during these entries; left out, nothing is compared. */
  readonly recorded?: Iterable<Decision>;
  /** Differences kept. Default 1,000. */
  readonly maxDifferences?: number;
}

/** Runs a recorded log through the core as it is now, and compares its decisions with the recorded ones byte for byte. */
export function replay(options: ReplayOptions): ReplayReport {
  const { maxDifferences = 1_000 } = options;
  const recorded = options.recorded === undefined ? undefined : byId(options.recorded);
  const differences: ReplayDifference[] = [];
  const note = (difference: ReplayDifference) => {
    if (differences.length < maxDifferences) differences.push(difference);
  };
  let inputs = 0;
  let decisions = 0;
  for (const logged of options.log) {
    inputs++;
    for (const effect of step(options.state, logged)) {
      if (effect.kind !== 'row.decision') continue;
      decisions++;
      options.onDecision?.(effect.decision);
      if (recorded !== undefined) compare(effect.decision, { recorded, note });
    }
  }
  for (const [id, then] of recorded ?? []) note({ id, kind: 'only-recorded', recorded: then, replayed: undefined });
  return { inputs, decisions, differences };
}

function byId(decisions: Iterable<Decision>): Map<string, string> {
  return new Map(Array.from(decisions, (decision) => [decision.id, JSON.stringify(decision)]));
}

/** Takes what it compared out of `recorded`: what is left in the end was not replayed. */
function compare(
  decision: Decision,
  { recorded, note }: { readonly recorded: Map<string, string>; readonly note: (difference: ReplayDifference) => void },
): void {
  const { id } = decision;
  const now = JSON.stringify(decision);
  const then = recorded.get(id);
  recorded.delete(id);
  if (then === undefined) note({ id, kind: 'only-replayed', recorded: undefined, replayed: now });
  else if (then !== now) note({ id, kind: 'changed', recorded: then, replayed: now });
}
