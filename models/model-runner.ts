import type { ModelProblem } from './manifest.ts';

/**
 * Runs one loaded model: `rows` rows of float32 in, one float32 per row out. What scores visits knows nothing of where the model runs,
 * so a model from elsewhere can sit in a child process behind the same three members.
 */
export interface ModelRunner {
  /** Columns of one row. */
  readonly width: number;
  /** `values` holds `rows * width` numbers, row by row. Rejects when the model fails; resolves with whatever it said, unchecked. */
  run(values: Float32Array, rows: number): Promise<ModelAnswer>;
  close(): Promise<void>;
  /** Why it will never answer again; `undefined` (or not there) while it may. */
  spent?(): ModelProblem | undefined;
}

export interface ModelAnswer {
  readonly values: Float32Array;
  readonly shape: readonly number[];
}
