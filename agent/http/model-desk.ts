import type { ModelAction, ModelPart, ModelsOverview, ModelUpload, ModelWork } from '../core/models-overview.ts';

/** Why something asked of the models is not done. */
export type ModelRefusal =
  /** The model itself, or what it was made from, is not good enough; with what to do. */
  | { readonly kind: 'refused'; readonly sentence: string; readonly hint: string }
  | { readonly kind: 'too-large'; readonly sentence: string }
  /** Something else is under way. */
  | { readonly kind: 'busy'; readonly sentence: string }
  | { readonly kind: 'unknown-upload' };

/** Where the models of the store stand, and what a manager can do about it. */
export interface ModelDesk {
  view(): ModelsOverview;
  /** Does what was asked; the sentence says what came of it. */
  act(action: ModelAction, by: string): Promise<string>;
  /** Begins a hand-in of two files of these sizes; one that was begun before is forgotten. */
  upload(sizes: { readonly manifestBytes: number; readonly modelBytes: number }): ModelUpload | ModelRefusal;
  /** Takes a piece of it; `isComplete` when both files are there and are what the manifest says. */
  part(upload: string, part: ModelPart): { readonly isComplete: boolean } | ModelRefusal;
  /** Begins or ends a piece of work; the sentence says what came of it, the view how it goes. */
  work(asked: ModelWork, by: string): Promise<{ readonly kind: 'done'; readonly sentence: string } | ModelRefusal>;
}
