import { consentFor } from '../consent.ts';
import type { StepContext } from '../context.ts';
import type { Trigger } from '../decision.ts';
import type { VisitId } from '../ids.ts';
import type { RecognitionKeys } from '../input.ts';
import { considerOffer } from '../interact.ts';
import type { Visit } from '../visit.ts';
import { followUpSku, recall } from './memory.ts';

/**
 * Uses what a shopper handed over to be known again, each under its own consent. A key that comes without its consent is forgotten: that is
 * how a phone says "no more".
 */
export function recognise(context: StepContext, visit: Visit, keys: RecognitionKeys): void {
  const { state, nowMs } = context;
  const isRemembered = consentFor(visit, 'remember', nowMs) !== undefined;
  const rememberKey = keys.remember ?? visit.rememberKey;
  if (rememberKey !== undefined) {
    if (!isRemembered) {
      state.memories.delete(rememberKey);
      delete visit.rememberKey;
      delete visit.recalled;
    } else if (visit.rememberKey !== rememberKey) recall(context, visit, rememberKey);
  }
  const memberKey = keys.member ?? visit.memberKey;
  if (memberKey === undefined) return;
  if (consentFor(visit, 'member', nowMs) !== undefined) visit.memberKey = memberKey;
  else {
    state.members.delete(memberKey);
    delete visit.memberKey;
  }
}

/** Asks for a decision about the product that a returning shopper tried and left; once, when they come back and agree to offers. */
export function followUp(context: StepContext, visit: Visit): void {
  if (visit.recalled === undefined || visit.followedUp === true || consentFor(visit, 'offers', context.nowMs) === undefined) return;
  const sku = followUpSku(context, visit);
  const product = sku === undefined ? undefined : context.store.products.get(sku);
  if (product === undefined) return;
  visit.followedUp = true;
  const trigger: Trigger = { interaction: 'followup', sku: product.sku, slot: undefined, fixture: undefined, confidence: 1 };
  considerOffer(context, visit, { trigger, product });
}

/** Forgets everything that a visit was recognised by, and gives the earlier visits that went with it. */
export function forgetRecognised(context: StepContext, visit: Visit): readonly VisitId[] {
  const { memories, members } = context.state;
  const earlier = new Set(visit.recalled?.visits);
  if (visit.rememberKey !== undefined) memories.delete(visit.rememberKey);
  if (visit.memberKey !== undefined) {
    for (const id of members.get(visit.memberKey)?.latest ?? []) earlier.add(id);
    members.delete(visit.memberKey);
  }
  return [...earlier].filter((id) => id !== visit.id);
}
