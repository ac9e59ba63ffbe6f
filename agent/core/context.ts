import type { CompiledStore } from './compiled-store.ts';
import type { Effect } from './effect.ts';
import type { State } from './state.ts';
import type { TimestampMs } from './units.ts';

/** What the parts of one step share: the state, the time, and where effects go. */
export interface StepContext {
  readonly state: State;
  readonly store: CompiledStore;
  readonly nowMs: TimestampMs;
  /** Log position of the input: with `nextId` the source of every deterministic id. */
  readonly seq: number;
  emit(effect: Effect): void;
  /** `<prefix><seq>-<n>`, n counting from 0 within the step. */
  nextId(prefix: string): string;
}
