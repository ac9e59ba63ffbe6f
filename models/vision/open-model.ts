import { readFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import type { InferenceSession } from 'onnxruntime-node';
import { fail, ok, type Result } from '../../agent/core/result.ts';
import { deniedProblem, type ModelProblem } from '../manifest.ts';
import { inspectOnnx } from '../onnx-inspect.ts';
import { loadOnnxRuntime, ONE_THREAD } from '../onnx-runtime.ts';
import { checkVisionFile, deniedOfPeople, parseVisionManifest, type VisionManifest } from './vision-manifest.ts';

/** A vision model whose file is what its manifest says. */
export interface VisionModel {
  readonly manifest: VisionManifest;
  readonly bytes: Uint8Array;
}

/** Versions of the standard operators that the runtime computes. */
const OPSETS = { least: 7, most: 21 } as const;

/** Reads a model by its manifest and checks its hash. */
export async function readVisionModel(manifestPath: string): Promise<Result<VisionModel, ModelProblem>> {
  const text = await readFile(manifestPath, 'utf8').catch(() => undefined);
  if (text === undefined) return fail(missing(manifestPath));
  const manifest = parseVisionManifest(text);
  if (!manifest.ok) return manifest;
  const path = join(dirname(manifestPath), manifest.value.file);
  const bytes = await readFile(path).catch(() => undefined);
  if (bytes === undefined) return fail(missing(path));
  const wrong = checkVisionFile(bytes, manifest.value);
  return wrong === undefined ? ok({ manifest: manifest.value, bytes }) : fail(wrong);
}

/** Opens a model on one thread, after looking at what it is made of without running any of it. */
export async function openSession({ manifest, bytes }: VisionModel): Promise<Result<InferenceSession, ModelProblem>> {
  const wrong = inspected(bytes, manifest);
  if (wrong !== undefined) return fail(wrong);
  const { InferenceSession } = await loadOnnxRuntime();
  try {
    return ok(await InferenceSession.create(bytes, ONE_THREAD));
  } catch (error) {
    return fail(unreadable(manifest, error instanceof Error ? (error.message.split('\n')[0] ?? '') : String(error)));
  }
}

/** A model that cannot be opened, or does not answer as its manifest says. */
export function unreadable(manifest: VisionManifest, fact: string): ModelProblem {
  return { kind: 'unreadable', sentence: `Cannot open the detector "${manifest.name}": ${fact}`, hint: 'Install another detector' };
}

function inspected(bytes: Uint8Array, manifest: VisionManifest): ModelProblem | undefined {
  const summary = inspectOnnx(bytes);
  if (!summary.ok) return unreadable(manifest, summary.error);
  const { external, operators, opset, outputs } = summary.value;
  if (external) return unreadable(manifest, 'it keeps weights in other files');
  const foreign = operators.find((operator) => operator.includes(':'));
  if (foreign !== undefined) return unreadable(manifest, `it uses ${foreign}, which is not part of the ONNX standard`);
  const version = opset['ai.onnx'] ?? 0;
  if (version < OPSETS.least || version > OPSETS.most)
    return unreadable(manifest, `its operators are of version ${version}, expected ${OPSETS.least} to ${OPSETS.most}`);
  for (const output of outputs) {
    const word = deniedOfPeople(output);
    if (word !== undefined) return deniedProblem(output, word);
  }
  return undefined;
}

function missing(path: string): ModelProblem {
  return { kind: 'missing', sentence: `Cannot read the detector: there is no ${path}`, hint: 'Reinstall Endcap or correct the path' };
}
