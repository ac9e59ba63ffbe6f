import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import type { Command } from 'commander';
import { packageRoot } from '../package-root.ts';
import type { CommandContext } from './context.ts';
import { EXIT } from './exit.ts';
import { CliFailure } from './failure.ts';

/** `endcap bench`: speed and memory of this build on this machine, as a report. What it measures lies with the tests. */
export function registerBench(program: Command, context: CommandContext): void {
  program
    .command('bench')
    .description('measure speed and memory on this machine (about 6 minutes; --quick, --only, --json and more: endcap bench --help)')
    .helpOption(false)
    .allowUnknownOption()
    .allowExcessArguments()
    .argument('[options...]')
    .action((options: readonly string[]) => bench(options, context));
}

async function bench(options: readonly string[], context: CommandContext): Promise<void> {
  const main = join(packageRoot(), 'dist/test/bench/main.js');
  if (!existsSync(main)) {
    throw new CliFailure('Cannot measure: this package was installed without its tests', {
      exitCode: EXIT.unavailable,
      hint: 'run "npm ci && npm run bench" in a checkout of the sources',
    });
  }
  // A process of its own: what is measured and what measures must not share this one.
  const child = spawn(process.execPath, [main, ...options], { cwd: context.workingDirectory, stdio: 'inherit' });
  void context.stopRequested().then((signal) => child.kill(signal as NodeJS.Signals)); // The name of a signal that this process got.
  const code = await new Promise<number | null>((resolve, reject) => {
    child.once('error', reject);
    child.once('exit', resolve);
  });
  if (code === 1) context.finish(EXIT.found);
  else if (code !== 0)
    throw new CliFailure(`Cannot finish the measurements: they ended with code ${code}`, {
      exitCode: code === 64 ? EXIT.usage : EXIT.defect,
    });
}
