import type { Command } from 'commander';
import type { LoadedConfig } from '../../config/load.ts';
import { formatProblem } from '../../config/problem.ts';
import type { Agent } from '../compose.ts';
import { chooseConfig, requireConfig } from './config-file.ts';
import type { CommandContext } from './context.ts';
import { EXIT } from './exit.ts';
import { CliFailure } from './failure.ts';
import { createLog } from './log.ts';
import { bundledScenarioFile, requireScenario } from './scenario-file.ts';
import { simulatorCredentials } from './simulator-credentials.ts';
import { watchConfig } from './watch-config.ts';

interface StartWords {
  readonly config?: string;
  readonly simulator?: boolean;
}

/** `endcap start`: the agent, until it is asked to stop. */
export function registerStart(program: Command, context: CommandContext): void {
  program
    .command('start')
    .description('run the agent; without --config the sample store with simulated shoppers')
    .option('-c, --config <file>', 'configuration of the store (or ENDCAP_CONFIG)')
    .option('--simulator', 'fill the store with simulated shoppers and devices')
    .option('--no-simulator', 'wait for real devices')
    .action((words: StartWords) => start(words, context));
}

async function start(words: StartWords, context: CommandContext): Promise<void> {
  const choice = chooseConfig(words.config, context);
  const loaded = requireConfig(choice, context);
  // Said by the command line, else by the configuration; the sample store alone is lively by itself.
  const isSimulated = words.simulator ?? (loaded.config.simulator.enabled || (choice.isSample && !isSetOff(context)));
  const simulation = isSimulated ? prepareSimulation(loaded, context) : undefined;
  const stopRequested = context.stopRequested();
  const log = createLog(loaded.config.log, context);
  for (const warning of loaded.warnings) log.warn(formatProblem(warning));
  // Imported here, as in every command: `endcap doctor` must work where a package with machine code does not load.
  const { startAgent } = await import('../compose.ts');
  const started = await startAgent(loaded, { log });
  if (!started.ok) throw new CliFailure(started.error.message, { exitCode: EXIT.unavailable, hint: started.error.hint });
  const agent = started.value;
  printWhere(agent, { loaded, isSimulated, context });
  const unwatch = watchConfig(loaded, context, {
    say: (sentence) => log.warn(sentence),
    changed(fresh) {
      agent.reload(fresh).then(
        () => log.info('The changed configuration is in use'),
        (error: unknown) => log.error({ err: error }, 'Cannot take over the changed configuration'),
      );
    },
  });
  const ending = new AbortController();
  const simulated = simulation?.run(agent, ending.signal).catch((error: unknown) => log.error({ err: error }, 'The simulator ended'));
  // A second Ctrl-C ends the process at once: the first one took the only listener, and the default action is back.
  log.info({ signal: await stopRequested }, 'Stopping');
  unwatch();
  ending.abort();
  await simulated;
  await agent.stop();
}

function isSetOff(context: CommandContext): boolean {
  return /^(false|0|no)$/i.test((context.environment['ENDCAP_SIMULATOR_ENABLED'] ?? '').trim());
}

/** Reads what the simulation needs before anything is started, so that its mistakes are found at once. */
function prepareSimulation({ config, store }: LoadedConfig, context: CommandContext) {
  const { scenarioFile, speed } = config.simulator;
  const scenario = requireScenario(scenarioFile ?? bundledScenarioFile('demo'), context.workingDirectory);
  if (config.mqtt.url !== undefined) {
    throw new CliFailure('Cannot simulate devices here: the external broker keeps the accounts', {
      exitCode: EXIT.usage,
      hint: 'use "endcap simulate" with --credentials, or the embedded broker',
    });
  }
  const passwords = simulatorCredentials(config, store.devices);
  const { host, tls } = config.mqtt;
  return {
    async run(agent: Agent, signal: AbortSignal): Promise<void> {
      const { runLive } = await import('../../devices/simulator/live.ts');
      await runLive({
        store: { ...store, devices: store.devices.filter((device) => passwords.has(device.id)) },
        scenario,
        mqttUrl: `${tls === undefined ? 'mqtt' : 'mqtts'}://${reachable(host)}:${agent.mqttPort}`,
        httpUrl: agent.httpUrl,
        credentials(device) {
          const password = passwords.get(device);
          return password === undefined ? undefined : { username: device, password };
        },
        speed,
        signal,
        log: (line) => context.complain(`simulator: ${line}`),
      });
    },
  };
}

/** An address to connect to for one that was listened on. */
function reachable(host: string): string {
  if (host === '0.0.0.0') return '127.0.0.1';
  if (host === '::') return '[::1]';
  return host.includes(':') ? `[${host}]` : host;
}

function printWhere(
  agent: Agent,
  { loaded, isSimulated, context }: { readonly loaded: LoadedConfig; readonly isSimulated: boolean; readonly context: CommandContext },
): void {
  const { config, store } = loaded;
  const base = (config.http.publicUrl ?? agent.httpUrl).replace(/\/$/, '');
  const broker = config.mqtt.url ?? `${config.mqtt.tls === undefined ? 'mqtt' : 'mqtts'}://${config.mqtt.host}:${agent.mqttPort}`;
  const lines: readonly (readonly [label: string, value: string])[] = [
    ['Store', `${store.name}${isSimulated ? ', with simulated shoppers (--no-simulator waits for real devices)' : ''}`],
    ['Manager page', base],
    ['Shop page', `${base}/shop`],
    ['Devices', broker],
    ...(agent.setupCode === undefined ? [] : [['First login', `one-time code ${agent.setupCode}`] as const]),
  ];
  for (const [label, value] of lines) context.print(`${context.paint('bold', label.padEnd(13))} ${value}`);
}
