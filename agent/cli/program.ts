import { Command, CommanderError } from 'commander';
import { packageVersion } from '../package-root.ts';
import { COMMANDS } from './commands.ts';
import type { CliContext } from './context.ts';
import { EXIT, type ExitCode } from './exit.ts';
import { CliFailure } from './failure.ts';

const EXIT_CODES_HELP = `
Exit codes: 0 done - 1 something was found to be wrong - 64 wrong usage - 69 a port, file or peer is not available -
70 a defect of this program - 78 problems in the configuration

Settings: every one can be overridden by an environment variable, ENDCAP_HTTP_PORT for http.port; see "endcap config reference".`;

/** Runs one command line (without node and script) and resolves with the exit code. Never throws: what went wrong is one line, a stack only with --verbose. */
export async function runCli(words: readonly string[], context: CliContext): Promise<ExitCode> {
  let exitCode: ExitCode = EXIT.done;
  const program = createProgram(context, (code) => {
    exitCode = code;
  });
  try {
    await program.parseAsync(words, { from: 'user' });
    return exitCode;
  } catch (error) {
    return report(error, { isVerbose: program.opts()['verbose'] === true, context });
  }
}

function createProgram(context: CliContext, finish: (code: ExitCode) => void): Command {
  const program = new Command('endcap')
    .description('The edge agent for stores')
    .version(packageVersion())
    .option('--verbose', 'say more, with the stack of an error')
    .addHelpText('after', EXIT_CODES_HELP)
    .showHelpAfterError(false)
    .showSuggestionAfterError(true)
    .exitOverride()
    .configureOutput({
      writeOut: (text) => context.print(text.replace(/\n$/, '')),
      writeErr: (text) => context.complain(text.replace(/\n$/, '')),
      outputError: (text, write) =>
        write(
          text
            .trimEnd()
            .replace(/^error: /, 'endcap: ')
            .replaceAll('\n', ' '),
        ),
    });
  for (const register of COMMANDS) register(program, { ...context, finish });
  return program;
}

function report(error: unknown, { isVerbose, context }: { readonly isVerbose: boolean; readonly context: CliContext }): ExitCode {
  if (error instanceof CommanderError) return error.exitCode === 0 ? EXIT.done : EXIT.usage;
  const failure = error instanceof CliFailure ? error : undefined;
  for (const line of failure?.details ?? []) context.complain(line);
  const message = error instanceof Error ? error.message : String(error);
  const hint = failure?.hint === undefined ? '' : ` (${failure.hint})`;
  const isDefect = failure === undefined;
  context.complain(`endcap: ${message}${hint}${isDefect && !isVerbose ? ' (--verbose shows where)' : ''}`);
  if (isVerbose && error instanceof Error) context.complain(error.stack ?? '');
  return failure?.exitCode ?? EXIT.defect;
}
