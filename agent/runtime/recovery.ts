import { type AggregateSettings, type AggregateState, createAggregateState, foldMinute } from '../../sync/aggregate.ts';
import type { LoggedInput } from '../core/input.ts';
import { readState, SNAPSHOT_FORMAT, writeState } from '../core/snapshot.ts';
import { createState, type State } from '../core/state.ts';
import { step } from '../core/step.ts';
import type { Journal, Snapshot } from './ports.ts';

/** State and running aggregates: together what a snapshot holds. */
export interface Recovered {
  readonly state: State;
  readonly aggregate: AggregateState;
  /** Log entries that were folded on top of the snapshot. */
  readonly replayed: number;
}

/**
 * Rebuilds state from the newest snapshot and the log after it. Effects are dropped: their rows were committed with their inputs, and
 * what had to be done is done again where it matters (phones reconnect and are sent their open offers).
 */
export function recover(journal: Journal, settings: AggregateSettings): Recovered {
  const snapshot = journal.snapshot();
  const usable = snapshot !== undefined && snapshot.format === SNAPSHOT_FORMAT ? snapshot : undefined;
  const start = usable === undefined ? { state: createState(), aggregate: createAggregateState() } : parse(usable);
  const { state } = start;
  let { aggregate } = start;
  let replayed = 0;
  for (const logged of journal.read(usable?.seq ?? 0)) {
    aggregate = foldOne({ state, aggregate }, logged, settings);
    replayed++;
  }
  return { state, aggregate, replayed };
}

/** Writes state and aggregates as they are after the log's last entry. */
export function takeSnapshot(journal: Journal, current: { readonly state: Readonly<State>; readonly aggregate: AggregateState }): Snapshot {
  const body = JSON.stringify({ state: writeState(current.state), aggregate: current.aggregate });
  const snapshot: Snapshot = { seq: journal.lastSeq(), atMs: current.state.nowMs, format: SNAPSHOT_FORMAT, body };
  journal.saveSnapshot(snapshot);
  return snapshot;
}

function parse(snapshot: Snapshot): { state: State; aggregate: AggregateState } {
  // Checksummed by the journal and of this format, so the shape is what `takeSnapshot` wrote.
  const body = JSON.parse(snapshot.body) as { state: string; aggregate: AggregateState };
  return { state: readState(body.state), aggregate: body.aggregate };
}

function foldOne(
  current: { readonly state: State; readonly aggregate: AggregateState },
  logged: LoggedInput,
  settings: AggregateSettings,
): AggregateState {
  let { aggregate } = current;
  for (const effect of step(current.state, logged)) {
    if (effect.kind === 'row.minute') aggregate = foldMinute(aggregate, effect.minute, settings).state;
  }
  return aggregate;
}
