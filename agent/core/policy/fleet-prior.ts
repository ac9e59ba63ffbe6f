import type { Prior } from './belief.ts';

/**
 * What a store that has seen nothing may believe of an action, from what other stores learnt: their mean, and a covariance that is their own
 * uncertainty plus how much they differ. One store alone counts as itself with its uncertainty doubled; none leaves the fallback.
 */
export function fleetPrior(stores: readonly Prior[], fallback: Prior): Prior {
  if (stores.length === 0) return fallback;
  const count = stores.length;
  const mean = fallback.mean.map((_, i) => stores.reduce((sum, store) => sum + store.mean[i]!, 0) / count);
  const covariance = fallback.mean.map((_, i) =>
    fallback.mean.map((__, j) => {
      const own = stores.reduce((sum, store) => sum + store.covariance[i]![j]!, 0) / count;
      const between = stores.reduce((sum, store) => sum + (store.mean[i]! - mean[i]!) * (store.mean[j]! - mean[j]!), 0);
      return own + (count > 1 ? between / (count - 1) : own);
    }),
  );
  return { mean, covariance };
}
