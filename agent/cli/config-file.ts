import { relative } from 'node:path';
import type { LoadedConfig } from '../../config/load.ts';
import { loadConfig } from '../../config/load.ts';
import { formatProblem } from '../../config/problem.ts';
import type { CliContext } from './context.ts';
import { EXIT } from './exit.ts';
import { CliFailure } from './failure.ts';
import { sampleConfigFile } from './package.ts';

/** Which configuration a command is about. */
export interface ConfigChoice {
  /** As people name it: relative to the working directory where it is below it. */
  readonly file: string;
  readonly isSample: boolean;
}

/** The named file, else the one of `ENDCAP_CONFIG`, else the sample store. */
export function chooseConfig(named: string | undefined, context: CliContext): ConfigChoice {
  const file = named ?? (context.environment['ENDCAP_CONFIG'] || undefined);
  if (file !== undefined) return { file, isSample: false };
  const sample = relative(context.workingDirectory, sampleConfigFile());
  return { file: sample.startsWith('..') ? sampleConfigFile() : sample, isSample: true };
}

/** Loads it; throws a `CliFailure` that holds every problem as a line when it cannot be used. */
export function requireConfig(choice: ConfigChoice, context: CliContext): LoadedConfig {
  const outcome = loadConfig({ file: choice.file, environment: context.environment, workingDirectory: context.workingDirectory });
  if (outcome.kind === 'loaded') return outcome.loaded;
  const { problems } = outcome;
  throw new CliFailure(
    `Cannot use the configuration "${choice.file}": ${problems.length === 1 ? 'it has a problem' : `it has ${problems.length} problems`}`,
    {
      exitCode: EXIT.config,
      details: problems.map(formatProblem),
    },
  );
}
