import type { Trigger } from './decision.ts';
import type { Product } from './store-map.ts';
import type { Visit } from './visit.ts';

/** One sentence for the shopper: what this visit did that the offer rests on, and nothing else. */
export function whySentence(visit: Readonly<Visit>, about: { readonly product: Product; readonly trigger: Trigger }): string {
  const { product, trigger } = about;
  const interest = visit.interest.get(product.sku);
  if (trigger.interaction === 'followup' && trigger.sku === product.sku) {
    const times = visit.recalled?.tried.find(({ sku }) => sku === product.sku)?.times ?? 0;
    return `You asked us to remember you, and tried ${product.name} ${times} times on your last visit.`;
  }
  // Not touched: offered because it goes with what was.
  if (interest === undefined) return `Often bought together with what you picked up: ${product.name}.`;
  if (trigger.sku !== product.sku) return `You looked at ${product.name} during this visit.`;
  if (interest.compares > 0) return `You compared ${product.name} with something similar.`;
  if (interest.picks >= 2) return `You picked up ${product.name} ${interest.picks === 2 ? 'twice' : `${interest.picks} times`}.`;
  if (interest.returns > 0) return `You picked up ${product.name} and put it back.`;
  if (interest.picks === 1) return `You picked up ${product.name}.`;
  if (interest.scans > 0) return `You scanned ${product.name}.`;
  return `You spent a while in front of ${product.name}.`;
}
