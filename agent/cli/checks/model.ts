import { existsSync } from 'node:fs';
import type { Finding } from './finding.ts';

/** Loads the model as the agent would: hash, manifest, features, one warm-up. Without it the rule scorer serves, so that it never is a failure. */
export async function checkModel(manifestFile: string): Promise<Finding> {
  const fallback = 'the rule scorer answers meanwhile';
  if (!existsSync(manifestFile)) {
    return {
      check: 'model',
      status: 'warn',
      sentence: `There is no model at "${manifestFile}"; ${fallback}`,
      hint: 'set model.manifestFile (ENDCAP_MODEL_MANIFEST_FILE), or install the program again',
    };
  }
  // Imported here: the machine code of the model runtime may be missing, which is a finding and no reason to end.
  const { loadOnnxScorer } = await import('../../../models/onnx-scorer.ts').catch(() => ({ loadOnnxScorer: undefined }));
  if (loadOnnxScorer === undefined) {
    return {
      check: 'model',
      status: 'warn',
      sentence: `The model runtime cannot be loaded; ${fallback}`,
      hint: 'run npm ci on this machine',
    };
  }
  const loaded = await loadOnnxScorer({ manifestPath: manifestFile });
  if (loaded.ok) return { check: 'model', status: 'ok', sentence: `The model loads and answers (${loaded.value.name})` };
  return { check: 'model', status: 'warn', sentence: `${loaded.error.sentence}; ${fallback}`, hint: loaded.error.hint };
}
