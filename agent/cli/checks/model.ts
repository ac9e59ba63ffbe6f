import { existsSync } from 'node:fs';
import type { StoreConfig } from '../../../config/schema.ts';
import { bundledModelManifest } from '../package.ts';
import type { Finding } from './finding.ts';

/** Loads the model where the agent would, in a process of its own if it did not come along: hash, signature, manifest, features, warm-up. Without it the rule scorer serves, so that it never is a failure. */
export async function checkModel(config: StoreConfig): Promise<Finding> {
  const manifestFile = config.model.manifestFile ?? bundledModelManifest();
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
  const composed = await import('../../compose-models.ts').catch(() => undefined);
  if (composed === undefined) {
    return {
      check: 'model',
      status: 'warn',
      sentence: `The model runtime cannot be loaded; ${fallback}`,
      hint: 'run npm ci on this machine',
    };
  }
  const library = composed.createLibrary(config, { minuteOfDay: () => 0 });
  const loaded = await library.load(library.own());
  if (loaded.ok) await loaded.value.close();
  if (loaded.ok) return { check: 'model', status: 'ok', sentence: `The model loads and answers (${loaded.value.name})` };
  return { check: 'model', status: 'warn', sentence: `${loaded.error.sentence}; ${fallback}`, hint: loaded.error.hint };
}
