import type { TimestampMs } from './units.ts';

/** What a manager does with the models. */
export type ModelAction = 'return' | 'promote' | 'withdraw' | 'end-apprentice';

/** Where the models of the store stand, as the manager page shows it. */
export interface ModelsOverview {
  readonly live: { readonly name: string; readonly sentence: string; readonly sinceMs: TimestampMs };
  /** What one press returns to. */
  readonly previous: string;
  readonly candidate: { readonly name: string; readonly stage: string; readonly sinceMs: TimestampMs } | null;
  /** The way of a model into use, with how the candidate stands at its present gate. */
  readonly gates: readonly {
    readonly stage: string;
    readonly title: string;
    readonly meaning: string;
    readonly state: 'passed' | 'here' | 'ahead';
    readonly criteria: readonly { readonly says: string; readonly state: 'met' | 'open' | 'failed' | 'ahead'; readonly figure: string }[];
  }[];
  /** What sends the model in use back. */
  readonly watch: readonly string[];
  /** What its last days of the log said of the candidate, in one sentence. */
  readonly replay: string | null;
  /** How the model in use was fitted to this store, in one sentence. */
  readonly calibration: string;
  /** What the model in use is told here that it was not told in training; the farthest first. */
  readonly drifts: readonly { readonly words: string; readonly index: number }[];
  /** A store that is still learning: how far it is. */
  readonly apprentice: {
    readonly sentence: string;
    readonly lines: readonly { readonly says: string; readonly isMet: boolean; readonly figure: string }[];
  } | null;
  /** What happened, newest first. */
  readonly history: readonly { readonly atMs: TimestampMs; readonly sentence: string }[];
}
