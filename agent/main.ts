#!/usr/bin/env node
import { processContext } from './cli/context.ts';
import { EXIT } from './cli/exit.ts';
import { runCli } from './cli/program.ts';

// A defect nobody caught leaves an unknown state behind: say it and end, the supervisor starts again from the log.
for (const event of ['uncaughtException', 'unhandledRejection'] as const) {
  process.on(event, (reason: unknown) => {
    process.stderr.write(`endcap: ${event}: ${reason instanceof Error ? reason.stack : String(reason)}\n`);
    process.exit(EXIT.defect);
  });
}
// `endcap config schema | head` closes the pipe early; that is no error of ours.
process.stdout.on('error', (error: NodeJS.ErrnoException) => process.exit(error.code === 'EPIPE' ? EXIT.done : EXIT.unavailable));

process.exitCode = await runCli(process.argv.slice(2), processContext());
// Whatever was left open must not keep a stopped agent alive; the timer itself does not.
setTimeout(() => process.exit(), 5_000).unref();
