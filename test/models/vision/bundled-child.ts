import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { build } from 'esbuild';
import { packageRoot } from '../../../agent/package-root.ts';

/** The child program, bundled from the sources, so that a test needs no build. Call `remove` when done. */
export async function bundleChild(): Promise<{ readonly program: string; remove(): void }> {
  // Inside the package, so that the native packages are found from there.
  const program = join(packageRoot(), `node_modules/.cache/endcap/vision-child-${process.pid}.mjs`);
  await build({
    entryPoints: [join(packageRoot(), 'models/vision/child.ts')],
    bundle: true,
    platform: 'node',
    format: 'esm',
    target: 'node20',
    packages: 'external',
    outfile: program,
  });
  return { program, remove: () => rmSync(program, { force: true }) };
}
