import type { Command } from 'commander';
import type { LoadedConfig } from '../../config/load.ts';
import { loadConfig } from '../../config/load.ts';
import { formatProblem } from '../../config/problem.ts';
import { packageVersion } from '../package-root.ts';
import { checkBluetooth, checkRadio } from './checks/bluetooth.ts';
import { checkClock, checkDatabase, checkDisk } from './checks/data-folder.ts';
import type { Finding } from './checks/finding.ts';
import { checkModel } from './checks/model.ts';
import { checkBroker, checkCloud, checkHttp } from './checks/network.ts';
import { checkRuntime } from './checks/runtime.ts';
import { chooseConfig } from './config-file.ts';
import type { CliContext, Colour, CommandContext } from './context.ts';
import { EXIT } from './exit.ts';
import { builtAtMs } from './package.ts';

interface DoctorWords {
  readonly config?: string;
  readonly json?: boolean;
}

/** `endcap doctor`: looks at everything the agent needs and changes nothing; exit code 1 when something fails. */
export function registerDoctor(program: Command, context: CommandContext): void {
  program
    .command('doctor')
    .description('look at everything the agent needs and say what to do; exit code 1 with a FAIL')
    .option('-c, --config <file>', 'configuration of the store (or ENDCAP_CONFIG)')
    .option('--json', 'for programs')
    .action(async (words: DoctorWords) => {
      const findings = await examine(words.config, context);
      const isHealthy = findings.every((finding) => finding.status !== 'fail');
      if (words.json === true) context.print(JSON.stringify({ version: packageVersion(), healthy: isHealthy, findings }, undefined, 2));
      else for (const finding of findings) printFinding(finding, context);
      context.finish(isHealthy ? EXIT.done : EXIT.found);
    });
}

/** Every finding, in the order of the report. What needs a configuration is left out when there is none that can be used. */
async function examine(named: string | undefined, context: CliContext): Promise<readonly Finding[]> {
  const choice = chooseConfig(named, context);
  const outcome = loadConfig({ file: choice.file, environment: context.environment, workingDirectory: context.workingDirectory });
  const machine = checkRuntime(process.versions.node);
  if (outcome.kind === 'invalid') {
    const problems = outcome.problems.map(
      (problem): Finding => ({ check: 'config', status: 'fail', sentence: formatProblem(problem), hint: 'change the file' }),
    );
    return [...problems, ...machine, checkRadio()];
  }
  return [...configFindings(choice.file, outcome.loaded), ...machine, ...(await examineStore(outcome.loaded))];
}

function configFindings(file: string, { store, warnings }: LoadedConfig): readonly Finding[] {
  const sentence = `${file} describes store "${store.storeId}": ${store.zones.length} zones, ${store.devices.length} devices, ${store.products.length} products`;
  return [
    { check: 'config', status: 'ok', sentence },
    ...warnings.map(
      ({ hint, ...problem }): Finding => ({
        check: 'config',
        status: 'warn',
        sentence: formatProblem({ ...problem, hint: undefined }),
        hint: hint ?? 'change the file',
      }),
    ),
  ];
}

async function examineStore({ config }: LoadedConfig): Promise<readonly Finding[]> {
  const { dir, quota } = config.data;
  const http = await checkHttp(config);
  return [
    checkClock({ dir, nowMs: Date.now(), builtAtMs: builtAtMs() }),
    checkDisk({ dir, quota }),
    checkDatabase(dir),
    await checkModel(config),
    await checkBroker(config, http.isRunning),
    http.finding,
    await checkCloud(config),
    await checkBluetooth(config),
  ];
}

const MARKS: Readonly<Record<Finding['status'], readonly [word: string, colour: Colour]>> = {
  ok: ['OK  ', 'green'],
  warn: ['WARN', 'yellow'],
  fail: ['FAIL', 'red'],
};

function printFinding({ check, status, sentence, hint }: Finding, context: CliContext): void {
  const [word, colour] = MARKS[status];
  context.print(`${context.paint(colour, word)} ${check.padEnd(9)} ${sentence}`);
  if (hint !== undefined) context.print(`${' '.repeat(15)}${context.paint('dim', `-> ${hint}`)}`);
}
