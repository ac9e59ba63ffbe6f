import type { Reply } from '../core/effect.ts';
import { type Problem, problem } from './problem.ts';

/** What the loop says besides the core's replies; see `Submit`. */
export type Submitted = Reply | { readonly kind: 'overloaded' } | { readonly kind: 'stopping' };

/** The problem behind a reply; `undefined` where the reply is no refusal. */
export function problemOf(reply: Submitted): Problem | undefined {
  switch (reply.kind) {
    case 'done':
    case 'redeemed':
      return undefined;
    case 'unknown-visit':
      return problem('visit-ended');
    case 'unknown-offer':
      return problem('unknown-offer');
    case 'unknown-tag':
      return problem('unknown-tag');
    case 'unknown-product':
      return problem('unknown-product');
    case 'unknown-experiment':
      return problem('unknown-experiment');
    case 'experiment-refused':
      return problem('experiment-refused', { more: { errors: reply.problems.map((message) => ({ field: 'experiment', message })) } });
    case 'offer-closed':
      return problem('offer-closed', { more: { state: reply.state } });
    case 'already-redeemed':
      return problem('already-redeemed', { more: { offerId: reply.offer, redeemedAtMs: reply.atMs } });
    case 'overloaded':
      return problem('overloaded', { retryAfterMs: 1_000 });
    case 'stopping':
      return problem('stopping', { retryAfterMs: 10_000 });
  }
}
