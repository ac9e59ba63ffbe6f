import type { DriftReference } from '../../models/lifecycle/drift.ts';
import type { Evidence } from '../../models/lifecycle/evidence.ts';
import type { Lifecycle } from '../../models/lifecycle/lifecycle.ts';
import type { ReplayReport } from '../../models/lifecycle/replay-report.ts';
import type { TimestampMs } from '../core/units.ts';
import type { LearningRow } from './model-learning.ts';

/** What the keeper keeps on disk, beside what was learnt. */
export interface KeeperDocuments {
  readonly lifecycle: Lifecycle;
  readonly candidate: Evidence | undefined;
  readonly live: Evidence;
  readonly windowSinceMs: TimestampMs;
  readonly reference: DriftReference | undefined;
  readonly replay: ReplayReport | undefined;
}

/** Where it is kept; written in one transaction. */
export interface ModelStore {
  read(name: string): unknown;
  write(change: {
    readonly documents?: Readonly<Record<string, unknown>>;
    readonly examples?: readonly LearningRow[];
    readonly since?: TimestampMs;
  }): void;
  examples(model: string, sinceMs: TimestampMs): readonly LearningRow[];
}
