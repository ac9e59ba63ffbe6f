import { at } from '../confidence.ts';
import { UNKNOWN } from '../visit-spec.ts';
import type { Attribution } from './model-explainer.ts';

/** What the shopper did in this visit that an offer rests on; the only kinds of things a shopper is ever told. */
export const SHOPPER_ACTS = ['picked', 'compared', 'scanned', 'tried', 'returned', 'looked'] as const;

export interface ShopperAct {
  readonly kind: (typeof SHOPPER_ACTS)[number];
  /** How often; 1 for looking. */
  readonly times: number;
}

const ACT_OF: readonly { readonly feature: string; readonly kind: ShopperAct['kind'] }[] = [
  { feature: 'picks', kind: 'picked' },
  { feature: 'compares', kind: 'compared' },
  { feature: 'scans', kind: 'scanned' },
  { feature: 'tries', kind: 'tried' },
  { feature: 'returns', kind: 'returned' },
  { feature: 'product_dwell_s', kind: 'looked' },
];

/** Standing at something for less than this is walking by. */
const LOOKED_S = 10;

/**
 * The act that spoke most for the offer. Only what the shopper did with this very product in this visit, and knows to have done, is ever
 * named: no place, no duration, no other product, no figure. Undefined where no such act spoke for it.
 */
export function shopperAct(attribution: Attribution, values: readonly number[]): ShopperAct | undefined {
  const shares = new Map(attribution.parts.map(({ name, share }) => [name, share]));
  let best: { readonly act: ShopperAct; readonly share: number } | undefined;
  for (const { feature, kind } of ACT_OF) {
    const value = values[at(feature)] ?? UNKNOWN;
    const share = shares.get(feature) ?? 0;
    if (value < (kind === 'looked' ? LOOKED_S : 1) || share <= 0) continue;
    if (best === undefined || share > best.share) best = { act: { kind, times: kind === 'looked' ? 1 : value }, share };
  }
  return best?.act;
}
