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
    readonly criteria: readonly ModelCheck[];
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
  /** Largest files that may be handed in. */
  readonly limits: { readonly manifestBytes: number; readonly modelBytes: number };
  /** The model that was tried on the store's log last, or is being tried; gone when the agent starts again. */
  readonly trial: ModelTrial | null;
  /** Learning from the store's own days, under way or as it ended; gone when the agent starts again. */
  readonly lesson: ModelLesson | null;
}

/** One line of a gate, with how it stands. */
export interface ModelCheck {
  readonly says: string;
  readonly state: 'met' | 'open' | 'failed' | 'ahead';
  readonly figure: string;
}

/** A model beside the one in use on the store's own log; nothing is changed by it. */
export interface ModelTrial {
  readonly name: string;
  readonly sinceMs: TimestampMs;
  readonly state: 'running' | 'done' | 'refused';
  /** What was found, or why it is not taken; the words of `endcap model evaluate`. */
  readonly sentence: string;
  /** How it stands at the gate that every model has to pass. */
  readonly checks: readonly ModelCheck[];
}

/** Learning a model from the store's own days. */
export interface ModelLesson {
  readonly state: 'collecting' | 'training' | 'done' | 'refused' | 'stopped';
  readonly sinceMs: TimestampMs;
  /** What is going on, or how it ended. */
  readonly sentence: string;
  readonly hint: string;
  /** What came of it; with `done` only. */
  readonly learnt: ModelLearnt | null;
}

/** How a model that was learnt here did on the newest visits, which it never saw, beside the model in use and the rules. */
export interface ModelLearnt {
  readonly name: string;
  /** Of its losses beside those of the model in use: shown to be smaller or larger, or only measured to be. */
  readonly verdict: 'better' | 'perhaps-better' | 'perhaps-worse' | 'worse';
  /** The verdict in words. */
  readonly sentence: string;
  /** What it was learnt from and judged by, and what was left out. */
  readonly facts: readonly string[];
  readonly scorers: readonly ModelScore[];
}

/** One way to score, judged by visits that nobody learnt from. */
export interface ModelScore {
  readonly name: string;
  /** Chance that a product that was bought gets a higher score than one that was not. */
  readonly order: number;
  /** Mean of what it promised, and share that came. */
  readonly promised: number;
  readonly came: number;
  /** Mean negative log-likelihood; lower is better. */
  readonly logLoss: number;
}

/** What a manager asks to be done with a model that is not in use; one at a time. */
export type ModelWork =
  /** Tries an upload on the store's log. */
  | { readonly kind: 'try'; readonly upload: string }
  /** Puts an upload on its way through the gates. */
  | { readonly kind: 'hand-in'; readonly upload: string }
  /** Learns from the store's own days. */
  | { readonly kind: 'learn' }
  /** Puts what was learnt on its way through the gates. */
  | { readonly kind: 'hand-in-learnt' }
  /** Ends what is under way. */
  | { readonly kind: 'stop' };

/** A piece of a file that is handed in; each begins where the one before ended, the manifest first. */
export interface ModelPart {
  readonly file: 'manifest' | 'model';
  /** Bytes of the file that came before. */
  readonly at: number;
  /** At most `ModelUpload.partBytes` bytes. */
  readonly base64: string;
}

/** Where the pieces of a model go. */
export interface ModelUpload {
  readonly upload: string;
  readonly partBytes: number;
}
