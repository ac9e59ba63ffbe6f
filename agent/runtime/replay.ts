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
  readonly differences: readonly ReplayDifference[];
}

export interface ReplayOptions {
  /** State before the first entry; updated in place. */
  readonly state: State;
  readonly log: Iterable<LoggedInput>;
  readonly onDecision?: (decision: Decision) => void;
  /** What was recorded, by id; left out, nothing is compared. */
  readonly recorded?: (id: string) => Decision | undefined;
  /** Differences kept; more are only counted by stopping to keep them. Default 1,000. */
  readonly maxDifferences?: number;
}

/** Runs a recorded log through the core as it is now, and compares its decisions with the recorded ones byte for byte. */
export function replay(options: ReplayOptions): ReplayReport {
  const { recorded, maxDifferences = 1_000 } = options;
  const differences: ReplayDifference[] = [];
  let inputs = 0;
  let decisions = 0;
  for (const logged of options.log) {
    inputs++;
    for (const effect of step(options.state, logged)) {
      if (effect.kind !== 'row.decision') continue;
      decisions++;
      options.onDecision?.(effect.decision);
      if (recorded === undefined || differences.length >= maxDifferences) continue;
      const difference = compare(effect.decision, recorded(effect.decision.id));
      if (difference !== undefined) differences.push(difference);
    }
  }
  return { inputs, decisions, differences };
}

function compare(replayed: Decision, recorded: Decision | undefined): ReplayDifference | undefined {
  const now = JSON.stringify(replayed);
  if (recorded === undefined) return { id: replayed.id, kind: 'only-replayed', recorded: undefined, replayed: now };
  const then = JSON.stringify(recorded);
  return now === then ? undefined : { id: replayed.id, kind: 'changed', recorded: then, replayed: now };
}
