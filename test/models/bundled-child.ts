import { randomUUID } from 'node:crypto';
import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { build } from 'esbuild';
import { packageRoot } from '../../agent/package-root.ts';

/** The programs that run in a process of their own. */
const PROGRAMS = { model: 'models/child/main.ts', vision: 'models/vision/child.ts' } as const;

/** A program bundled from the sources, so that a test needs no build. */
export interface BundledChild {
  readonly program: string;
  remove(): void;
}

/** Bundles the program that runs foreign models or the one that looks at pictures. Call `remove` when done. */
export async function bundleChild(kind: keyof typeof PROGRAMS): Promise<BundledChild> {
  // Inside the package, so that the native packages are found from there.
  const program = join(packageRoot(), `node_modules/.cache/endcap/${kind}-child-${randomUUID()}.mjs`);
  await build({
    entryPoints: [join(packageRoot(), PROGRAMS[kind])],
    bundle: true,
    platform: 'node',
    format: 'esm',
    target: 'node20',
    packages: 'external',
    outfile: program,
  });
  return { program, remove: () => rmSync(program, { force: true }) };
}
