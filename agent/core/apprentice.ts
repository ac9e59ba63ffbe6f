import type { StepContext } from './context.ts';
import type { Reply } from './effect.ts';
import type { Input } from './input.ts';
import type { State } from './state.ts';

/** Whether this store still only watches: decisions are made and logged, and nothing is offered. */
export function isApprentice({
  state,
  store,
}: {
  readonly state: Pick<State, 'apprenticeEnded'>;
  readonly store: StepContext['store'];
}): boolean {
  return store.map.policy.apprentice === true && state.apprenticeEnded === undefined;
}

/** The store begins to make offers. Saying so twice changes nothing. */
export function endApprentice(context: StepContext, input: Extract<Input, { readonly kind: 'apprentice.ended' }>): Reply {
  const { state, nowMs } = context;
  if (state.apprenticeEnded !== undefined) return { kind: 'done' };
  state.apprenticeEnded = { atMs: nowMs, reason: input.reason };
  context.emit({ kind: 'row.audit', entry: { atMs: nowMs, action: 'apprentice.ended', detail: `${input.by}: ${input.reason}` } });
  return { kind: 'done' };
}
