import type { ReplayReport } from '../../models/lifecycle/replay-report.ts';
import type { ModelCheck, ModelLearnt } from '../core/models-overview.ts';

/** What `endcap model evaluate --json` prints. */
export interface EvaluateLine extends ReplayReport {
  readonly model: string;
  /** What was found, in words. */
  readonly sentence: string;
  readonly checks: readonly ModelCheck[];
}

/** What `endcap model train --log --json` prints, a line at a time. */
export type TrainLine =
  | { readonly kind: 'progress'; readonly state: 'collecting' | 'training'; readonly sentence: string }
  | { readonly kind: 'learnt'; readonly learnt: ModelLearnt; readonly manifest: string }
  /** Not enough is known yet, or training failed. */
  | { readonly kind: 'refused'; readonly sentence: string; readonly hint: string };
