import type { Sku, SlotId } from '../ids.ts';
import type { Probability, TimestampMs } from '../units.ts';

/**
 * What happened at a slot. `pick` and `sweep` (3 units or more at once) take; `return` and `restock` put back; `misplaced` puts a product of
 * another slot, or an unknown thing, here; `hand` touches and takes nothing.
 */
export type ShelfEventKind = 'pick' | 'return' | 'restock' | 'sweep' | 'misplaced' | 'hand';

/** A sensor besides the scale. */
export type Witness = 'tags' | 'distance' | 'reach' | 'vibration';

/** One conclusion about a slot, with how sure it is. */
export interface ShelfEvent {
  readonly kind: ShelfEventKind;
  readonly slot: SlotId;
  /** The product that moved, which need not be the slot's; undefined for a thing nobody knows. */
  readonly sku: Sku | undefined;
  /** Units that moved, 0 for a hand. */
  readonly units: number;
  /** `ambiguous`: product or count is the likeliest of several; never to be treated as a fact. */
  readonly outcome: 'certain' | 'ambiguous';
  readonly confidence: Probability;
  /** The other explanations, likeliest first, at most 3. */
  readonly alternatives: readonly { readonly sku: Sku | undefined; readonly units: number; readonly probability: Probability }[];
  readonly source: 'weight' | 'count' | 'distance';
  /** Other sensors of the slot that saw the same, and one that saw something else: then the event is ambiguous. */
  readonly agree?: readonly Witness[];
  readonly disagrees?: Witness;
  /** It cannot have happened before this, it happened at about this time, and at this time it was sure; by the device's clock. */
  readonly sinceMs: TimestampMs;
  readonly atMs: TimestampMs;
  readonly settledAtMs: TimestampMs;
}
