import type { StoreId } from '../../agent/core/ids.ts';
import type { Placements } from './placements.ts';

/** What an adapter is made from. */
export interface AdapterContext {
  readonly store: StoreId;
  /** Whose words are whose; adapters never decide that by themselves. */
  readonly placements: Placements;
}
