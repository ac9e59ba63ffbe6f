import type { ModelAction, ModelsOverview } from '../core/models-overview.ts';

/** Where the models of the store stand, and what a manager can do about it. */
export interface ModelDesk {
  view(): ModelsOverview;
  /** Does what was asked; the sentence says what came of it. */
  act(action: ModelAction, by: string): Promise<string>;
}
