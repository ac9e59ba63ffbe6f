import type { StepContext } from './context.ts';
import type { Alternative, Decision, HoldReason, PolicyNote, Score, Trigger } from './decision.ts';
import { reasonBeforeScoring } from './hold.ts';
import { situationOf } from './journeys/situation.ts';
import { putBounded } from './state.ts';
import type { Product } from './store-map.ts';
import { count } from './tally.ts';
import { MINUTE_MS, type Probability } from './units.ts';
import { VISIT_LIMITS, type Visit } from './visit.ts';

/** The same hold for the same product is written once in this time. */
const REPEAT_AFTER_MS = MINUTE_MS;

/** Records that nothing was offered and why; repeats within a minute are left out of the log. */
export function hold(
  context: StepContext,
  visit: Visit,
  held: {
    readonly reason: HoldReason;
    readonly trigger: Trigger;
    readonly score?: Score;
    readonly propensity?: Probability;
    readonly alternatives?: readonly Alternative[];
    readonly policy?: PolicyNote;
    readonly experiments?: NonNullable<Decision['experiments']>;
  },
): void {
  const key = `${held.reason}|${held.trigger.sku}`;
  const last = visit.lastHolds.get(key);
  if (last !== undefined && context.nowMs - last < REPEAT_AFTER_MS) return;
  putBounded(visit.lastHolds, key, context.nowMs, VISIT_LIMITS.lastHolds);
  const { holds } = context.state.today;
  holds.set(held.reason, (holds.get(held.reason) ?? 0) + 1);
  count(context, 'holds', visit.place?.zone);
  context.emit({
    kind: 'row.decision',
    decision: {
      id: context.nextId('d'),
      atMs: context.nowMs,
      visit: visit.id,
      kind: 'hold',
      reason: held.reason,
      offer: undefined,
      campaign: undefined,
      sku: held.trigger.sku,
      zone: visit.place?.zone,
      trigger: held.trigger,
      score: held.score,
      propensity: held.propensity ?? 1,
      alternatives: held.alternatives ?? [],
      ...(held.policy === undefined ? {} : { policy: held.policy }),
      ...(held.experiments === undefined ? {} : { experiments: held.experiments }),
      situation: situationOf(context, visit),
    },
  });
}

/** Records the first reason that needs no score, if there is one: then nothing is scored. */
export function holdBeforeScoring(
  context: StepContext,
  visit: Visit,
  asked: { readonly trigger: Trigger; readonly product: Product },
): boolean {
  const reason = reasonBeforeScoring(context, visit, asked.product);
  if (reason === undefined) return false;
  hold(context, visit, { reason, trigger: asked.trigger });
  return true;
}
