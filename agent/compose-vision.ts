import { join } from 'node:path';
import { startVisionChild } from '../models/vision/child-process.ts';
import { LastGoodModel } from '../models/vision/last-good-model.ts';
import { DEFAULT_SUPERVISOR, VisionSupervisor } from '../models/vision/supervisor.ts';
import { VisionPool } from '../models/vision/vision-pool.ts';
import { packageRoot } from './package-root.ts';
import type { CameraPlan, VisionAnswer } from './runtime/cameras.ts';
import { systemClock } from './runtime/clock.ts';

/** Shipped detectors by the name that a configuration calls them, and what stands in for each, in order. */
const SHIPPED: Readonly<Record<string, readonly [string, ...string[]]>> = {
  standard: ['ssdlite-person-int8', 'ssdlite-person'],
  distant: ['nanodet-person-int8', 'ssdlite-person-int8', 'ssdlite-person'],
};

/** What the processes that look at pictures are made from. */
export interface VisionParts {
  /** The compiled program that looks at pictures, by default the installed one. */
  readonly program: string | undefined;
  /** Where a customer's model that worked is kept, for the day on which its next version does not. */
  readonly dataDir: string;
  readonly after: (delayMs: number, callback: () => void) => () => void;
}

/** Makes the processes for a set of cameras: one for each model that they ask for, none of them started yet. */
export function createVisionPools(parts: VisionParts): (plans: readonly CameraPlan[], answered: VisionAnswer) => VisionPool {
  const program = parts.program ?? join(packageRoot(), 'dist/models/vision/child.js');
  const shipped = (name: string) => join(packageRoot(), 'models/vision/artifacts', `${name}.manifest.json`);
  const lastGood = new LastGoodModel(join(parts.dataDir, 'vision'));
  return (plans, answered) =>
    new VisionPool(new Map(plans.map(({ id, model }) => [id, model])), (model, share) => {
      const own = SHIPPED[model] === undefined ? [model, ...lastGood.manifestFor(model)] : [];
      const [first, ...others] = [...own, ...(SHIPPED[model] ?? SHIPPED['standard'] ?? []).map(shipped)];
      const posePath = plans.some((plan) => plan.model === model && plan.shelves.length > 0) ? shipped('movenet-lightning') : undefined;
      return new VisionSupervisor(
        {
          start: (manifestPath, events) => startVisionChild({ program, manifestPath, posePath }, events),
          manifestPaths: [first ?? shipped('ssdlite-person'), ...others],
          monotonicMs: systemClock.monotonicMs,
          after: parts.after,
          answered,
          proven: (manifestPath) => {
            if (manifestPath === model) lastGood.keep(manifestPath);
          },
        },
        { ...DEFAULT_SUPERVISOR, share: DEFAULT_SUPERVISOR.share * share },
      );
    });
}
