import type { Command } from 'commander';
import { formatProblem } from '../../config/problem.ts';
import { startAgent } from '../compose.ts';
import { chooseConfig, requireConfig } from './config-file.ts';
import type { CommandContext } from './context.ts';
import { EXIT } from './exit.ts';
import { CliFailure } from './failure.ts';

interface StartWords {
  readonly config?: string;
  readonly simulator?: boolean;
}

/** `endcap start`: the agent, until it is asked to stop. */
export function registerStart(program: Command, context: CommandContext): void {
  program
    .command('start', { isDefault: false })
    .description('run the agent; without --config the sample store with simulated shoppers')
    .option('-c, --config <file>', 'configuration of the store (or ENDCAP_CONFIG)')
    .option('--simulator', 'fill the store with simulated shoppers and devices')
    .option('--no-simulator', 'wait for real devices')
    .action((words: StartWords) => start(words, context));
}

async function start(words: StartWords, context: CommandContext): Promise<void> {
  const choice = chooseConfig(words.config, context);
  const loaded = requireConfig(choice, context);
  for (const warning of loaded.warnings) context.complain(`endcap: warning: ${formatProblem(warning)}`);
  // Said by the command line, else by the configuration; the sample store alone is lively by itself.
  const simulate = words.simulator ?? (loaded.config.simulator.enabled || (choice.isSample && !isSetOff(context)));
  const stopRequested = context.stopRequested();
  let agent: Awaited<ReturnType<typeof startAgent>>;
  try {
    agent = await startAgent(loaded, { simulate });
  } catch (error) {
    throw asFailure(error);
  }
  const signal = await stopRequested;
  // A second Ctrl-C ends the process at once: its default action is back, because the first took the only listener.
  context.complain(`endcap: stopping (${signal})`);
  await agent.stop();
}

function isSetOff(context: CommandContext): boolean {
  return /^(false|0|no)$/i.test((context.environment['ENDCAP_SIMULATOR_ENABLED'] ?? '').trim());
}

/** A port that cannot be had is the operator's matter, not a defect: one line, exit code 69. */
function asFailure(error: unknown): unknown {
  if (!(error instanceof Error)) return error;
  const codes = [error, error.cause].map((cause) => (cause instanceof Error && 'code' in cause ? cause.code : undefined));
  const isListen = codes.some((code) => code === 'EADDRINUSE' || code === 'EACCES' || code === 'EADDRNOTAVAIL' || code === 'ENOTFOUND');
  return isListen ? new CliFailure(error.message, { exitCode: EXIT.unavailable, cause: error }) : error;
}
