import { closeSync, openSync, readFileSync, writeSync } from 'node:fs';
import { resolve } from 'node:path';
import type { Command } from 'commander';
import * as z from 'zod';
import { reasonOf } from '../../config/secrets.ts';
import { truthLine } from '../../devices/simulator/ground-truth.ts';
import type { DeviceCredentials } from '../../devices/simulator/live/live-device.ts';
import { chooseConfig, requireConfig } from './config-file.ts';
import type { CommandContext } from './context.ts';
import { EXIT } from './exit.ts';
import { CliFailure } from './failure.ts';
import { bundledScenarioFile, requireScenario } from './scenario-file.ts';

interface SimulateWords {
  readonly scenario?: string;
  readonly config?: string;
  readonly mqtt: string;
  readonly http: string;
  readonly credentials?: string;
  readonly tillKeyFile?: string;
  readonly speed?: number;
  readonly seed?: number;
  readonly truth?: string;
}

/** `endcap simulate`: shoppers and devices only, against any agent and broker. */
export function registerSimulate(program: Command, context: CommandContext): void {
  program
    .command('simulate')
    .description('simulated shoppers and devices against a running agent, over its own protocols')
    .option('-s, --scenario <file>', 'how shoppers and devices behave (default: the demo scenario)')
    .option('-c, --config <file>', 'store to simulate, as the agent knows it (or ENDCAP_CONFIG)')
    .option('--mqtt <url>', 'broker', 'mqtt://127.0.0.1:1883')
    .option('--http <url>', 'agent', 'http://127.0.0.1:8080')
    .option('--credentials <file>', 'what "endcap device add --json" printed')
    .option('--till-key-file <file>', 'key of the tills that redeem')
    .option('--speed <number>', 'store time per real time, 1 to 100', numberBetween(1, 100))
    .option('--seed <number>', 'same seed, same shoppers', numberBetween(0, Number.MAX_SAFE_INTEGER))
    .option('--truth <file>', 'write what really happened, as JSON Lines, to compare with what the agent made of it')
    .action((words: SimulateWords) => simulate(words, context));
}

async function simulate(words: SimulateWords, context: CommandContext): Promise<void> {
  const { store } = requireConfig(chooseConfig(words.config, context), context);
  const scenario = requireScenario(words.scenario ?? bundledScenarioFile('demo'), context.workingDirectory);
  const credentials = words.credentials === undefined ? undefined : readCredentials(resolve(context.workingDirectory, words.credentials));
  const tillKey = words.tillKeyFile === undefined ? undefined : readText(resolve(context.workingDirectory, words.tillKeyFile)).trim();
  const ending = new AbortController();
  void context.stopRequested().then(() => ending.abort());
  const truth = words.truth === undefined ? undefined : openSync(resolve(context.workingDirectory, words.truth), 'w');
  const { runLive } = await import('../../devices/simulator/live.ts');
  const stats = await runLive({
    store,
    scenario,
    mqttUrl: words.mqtt,
    httpUrl: words.http,
    credentials: (device) => credentials?.get(device),
    tillKey,
    ...(words.speed === undefined ? {} : { speed: words.speed }),
    ...(words.seed === undefined ? {} : { seed: words.seed }),
    signal: ending.signal,
    log: (line) => context.complain(line),
    ...(truth === undefined ? {} : { truth: (row) => void writeSync(truth, truthLine(row)) }),
  });
  if (truth !== undefined) closeSync(truth);
  context.print(JSON.stringify(stats, undefined, 2));
}

const credentialLine = z.object({ device: z.string(), username: z.string(), password: z.string() });

/** One JSON object a line. */
function readCredentials(file: string): ReadonlyMap<string, DeviceCredentials> {
  const lines = readText(file)
    .split('\n')
    .filter((line) => line.trim() !== '');
  return new Map(
    lines.map((line, index) => {
      try {
        const { device, username, password } = credentialLine.parse(JSON.parse(line));
        return [device, { username, password }];
      } catch {
        throw new CliFailure(`Cannot use "${file}": line ${index + 1} is not what "endcap device add --json" prints`, {
          exitCode: EXIT.usage,
        });
      }
    }),
  );
}

function readText(file: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch (error) {
    throw new CliFailure(`Cannot read "${file}": ${reasonOf(error)}`, { exitCode: EXIT.unavailable, cause: error });
  }
}

function numberBetween(min: number, max: number): (text: string) => number {
  return (text) => {
    const value = Number(text);
    if (text.trim() !== '' && value >= min && value <= max) return value;
    throw new CliFailure(`Cannot use "${text}": expected a number from ${min} to ${max}`, { exitCode: EXIT.usage });
  };
}
