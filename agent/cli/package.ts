import { statSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { packageRoot } from '../package-root.ts';

/** The sample store that runs when no configuration is named. */
export function sampleConfigFile(): string {
  return join(packageRoot(), 'config', 'store.example.yaml');
}

/** The manifest of the model that comes along. */
export function bundledModelManifest(): string {
  return join(packageRoot(), 'models', 'artifacts', 'purchase-intent.manifest.json');
}

/** When this program was built, as far as its files tell. */
export function builtAtMs(): number {
  return statSync(fileURLToPath(import.meta.url)).mtimeMs;
}
