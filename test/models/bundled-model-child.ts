import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { build } from 'esbuild';
import { packageRoot } from '../../agent/package-root.ts';

/** The program that runs foreign models, bundled from the sources, so that a test needs no build. Call `remove` when done. */
export async function bundleModelChild(): Promise<{ readonly program: string; remove(): void }> {
  // Inside the package, so that the native packages are found from there.
  const program = join(packageRoot(), `node_modules/.cache/endcap/model-child-${process.pid}-${Date.now()}.mjs`);
  await build({
    entryPoints: [join(packageRoot(), 'models/child/main.ts')],
    bundle: true,
    platform: 'node',
    format: 'esm',
    target: 'node20',
    packages: 'external',
    outfile: program,
  });
  return { program, remove: () => rmSync(program, { force: true }) };
}
