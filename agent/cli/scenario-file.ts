import { readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { parse } from 'yaml';
import { type Scenario, scenarioSchema } from '../../devices/simulator/scenario.ts';
import { packageRoot } from '../package-root.ts';
import { EXIT } from './exit.ts';
import { CliFailure } from './failure.ts';

/** A scenario that comes along, by name: `demo`, `saturday`, ... */
export function bundledScenarioFile(name: string): string {
  return join(packageRoot(), 'config/scenarios', `${name}.yaml`);
}

/** Reads a scenario file; throws a `CliFailure` with every problem as a line when it cannot be used. */
export function requireScenario(file: string, workingDirectory: string): Scenario {
  let written: unknown;
  try {
    written = parse(readFileSync(resolve(workingDirectory, file), 'utf8'));
  } catch (error) {
    throw new CliFailure(`Cannot read the scenario "${file}": ${error instanceof Error ? error.message : String(error)}`, {
      exitCode: EXIT.config,
      hint: 'config/scenarios holds examples',
    });
  }
  const parsed = scenarioSchema.safeParse(written ?? {});
  if (parsed.success) return parsed.data;
  throw new CliFailure(`Cannot use the scenario "${file}"`, {
    exitCode: EXIT.config,
    details: parsed.error.issues.map(({ path, message }) => `${file}: ${path.join('.')}: ${message}`),
  });
}
