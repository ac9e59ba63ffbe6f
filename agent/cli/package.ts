import { existsSync, readFileSync, statSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** Folder of the installed program: the one with its package.json, above the sources or above `dist`. */
export function packageRoot(): string {
  let folder = dirname(fileURLToPath(import.meta.url));
  while (!existsSync(join(folder, 'package.json'))) {
    const parent = dirname(folder);
    if (parent === folder) throw new Error("Cannot find the program's own files: there is no package.json above it");
    folder = parent;
  }
  return folder;
}

/** The program's version, as package.json says. */
export function packageVersion(): string {
  // Our own file: its form is known.
  const { version } = JSON.parse(readFileSync(join(packageRoot(), 'package.json'), 'utf8')) as { readonly version: string };
  return version;
}

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
