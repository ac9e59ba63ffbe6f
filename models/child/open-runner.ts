import { fail, type Result } from '../../agent/core/result.ts';
import type { ModelManifest, ModelProblem } from '../manifest.ts';
import type { ModelRunner } from '../model-runner.ts';
import { checkModelFile, openOnnxRunner } from '../onnx-runner.ts';
import type { OpenRunner } from '../onnx-scorer.ts';
import { ChildRunner, type ChildSettings } from './child-runner.ts';
import type { PoisonList } from './poison-list.ts';
import type { StartModelChild } from './start-child.ts';

export interface OpenRunnerParts {
  /** Hashes of the models that come along with this agent; they run inside it, every other one in a process of its own. */
  readonly own: ReadonlySet<string>;
  /** `auto`: own models inside the agent. `child`: every model in a process of its own. */
  readonly where: 'auto' | 'child';
  readonly start: StartModelChild;
  readonly poison: PoisonList;
  readonly monotonicMs: () => number;
  readonly settings?: Partial<ChildSettings>;
}

/** Opens models where they belong: those that come along in this process, which is fast, all others in one that can be ended. */
export function runnerOpener(parts: OpenRunnerParts): OpenRunner {
  return async (bytes, manifest) => {
    if (parts.where === 'auto' && parts.own.has(manifest.sha256)) return openOnnxRunner(bytes, manifest);
    return openInChild({ bytes, manifest }, parts);
  };
}

async function openInChild(
  model: { readonly bytes: Uint8Array; readonly manifest: ModelManifest },
  { start, poison, monotonicMs, settings }: OpenRunnerParts,
): Promise<Result<ModelRunner, ModelProblem>> {
  const { sha256 } = model.manifest;
  const known = poison.refusal(sha256);
  if (known !== undefined) return fail(known);
  const refused = checkModelFile(model.bytes, model.manifest, 'standard');
  if (refused !== undefined) return fail(refused);
  return ChildRunner.open({
    ...model,
    start,
    monotonicMs,
    // A model that has worked may fall over now and then; one that never answered is not to be started for ever.
    onDeath: (problem, { hadAnswered, isFinal }) => {
      if (isFinal || !hadAnswered) poison.note(sha256, problem, { isFinal });
    },
    ...(settings === undefined ? {} : { settings }),
  });
}
