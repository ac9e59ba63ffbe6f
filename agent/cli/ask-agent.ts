import { existsSync } from 'node:fs';
import { join } from 'node:path';
import type { LoadedConfig } from '../../config/load.ts';
import { OwnerLock } from '../store/lock.ts';
import { ModelsTable } from '../store/models.ts';
import type { CommandContext } from './context.ts';
import { EXIT } from './exit.ts';
import { CliFailure } from './failure.ts';
import { withDatabase } from './open-database.ts';

/** How long a command waits for the running agent. */
const PATIENCE_MS = 60_000;
const ASK_EVERY_MS = 200;

/** Leaves a request in the database, and waits for the answer of the agent where one is running. */
export async function ask(
  verb: string,
  { detail, loaded, context }: { readonly detail: string; readonly loaded: LoadedConfig; readonly context: CommandContext },
): Promise<void> {
  const { config } = loaded;
  const by = 'command line';
  const no = withDatabase(config, ({ sqlite }) => new ModelsTable(sqlite).ask({ verb, detail, by, atMs: Date.now() }));
  if (!isAgentRunning(config.data.dir)) return context.print('No agent is running on this data folder; it is done when one starts');
  const untilMs = performance.now() + PATIENCE_MS;
  while (performance.now() < untilMs) {
    const answer = withDatabase(config, ({ sqlite }) => new ModelsTable(sqlite).answerTo(no));
    if (answer !== undefined) {
      context.print(answer.sentence);
      return answer.ok ? undefined : context.finish(EXIT.found);
    }
    await new Promise((settled) => setTimeout(settled, ASK_EVERY_MS));
  }
  throw new CliFailure('Cannot say what became of it: the agent has not answered yet', {
    exitCode: EXIT.unavailable,
    hint: 'look at it on the manager page, or ask again',
  });
}

function isAgentRunning(dir: string): boolean {
  const file = join(dir, 'core.lock');
  if (!existsSync(file)) return false;
  const lock = OwnerLock.take(file);
  lock?.[Symbol.dispose]();
  return lock === undefined;
}
