import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { performance } from 'node:perf_hooks';
import { fileURLToPath } from 'node:url';
import type { BenchStore } from './bench-store.ts';
import { figuresOfProcess, type ProcessFigures } from './process-figures.ts';

/** How to run the agent that is measured. */
export interface AgentRun {
  /** Another build's `main.js`; the one of this build when left out. */
  readonly mainFile?: string | undefined;
  /** Settings as environment variables. */
  readonly settings?: Readonly<Record<string, string>>;
  /** A folder for a CPU profile, written when the agent stops. */
  readonly profileDir?: string | undefined;
}

const START_TIMEOUT_MS = 120_000;

/** The agent as it is run in a store: `endcap start` in a process of its own. */
export class AgentChild implements AsyncDisposable {
  readonly mqttPort: number;
  readonly httpUrl: string;
  /** From the start of the process to its word that it is ready. */
  readonly readyMs: number;
  readonly #child: ChildProcess;

  private constructor(child: ChildProcess, ready: { readonly mqttPort: number; readonly httpUrl: string; readonly readyMs: number }) {
    this.#child = child;
    this.mqttPort = ready.mqttPort;
    this.httpUrl = ready.httpUrl;
    this.readyMs = ready.readyMs;
  }

  /** Starts it on free ports, without its rate limit a device; resolves when it says where it listens. */
  static async start(store: BenchStore, run: AgentRun = {}): Promise<AgentChild> {
    const mainFile = run.mainFile ?? fileURLToPath(new URL('../../agent/main.js', import.meta.url));
    if (!existsSync(mainFile)) throw new Error(`Cannot start the agent: there is no "${mainFile}"; build first`);
    const profile = run.profileDir === undefined ? [] : ['--cpu-prof', '--cpu-prof-dir', run.profileDir];
    const startedMs = performance.now();
    const child = spawn(process.execPath, [...profile, mainFile, 'start', '--config', store.configFile, '--no-simulator'], {
      env: { ...plainEnvironment(), ...defaultSettings(store), ...run.settings },
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    const output = await readUntilReady(child);
    const httpUrl = /^Manager page\s+(\S+)/m.exec(output)?.[1] ?? '';
    const mqttPort = Number(/^Devices\s+\S+:(\d+)/m.exec(output)?.[1] ?? 0);
    return new AgentChild(child, { httpUrl, mqttPort, readyMs: performance.now() - startedMs });
  }

  figures(): ProcessFigures {
    return figuresOfProcess(this.#child.pid ?? 0);
  }

  /** Its counters and gauges: value by name and labels, as in the text of `/metrics`. */
  async metrics(): Promise<ReadonlyMap<string, number>> {
    const text = await (await fetch(`${this.httpUrl}/metrics`)).text();
    const values = new Map<string, number>();
    for (const line of text.split('\n')) {
      const split = line.lastIndexOf(' ');
      if (split > 0 && !line.startsWith('#')) values.set(line.slice(0, split), Number(line.slice(split + 1)));
    }
    return values;
  }

  /** Ends it as a power cut would. */
  async kill(): Promise<void> {
    await this.#end('SIGKILL');
  }

  /** Asks it to stop and waits until it has. */
  async [Symbol.asyncDispose](): Promise<void> {
    await this.#end('SIGTERM');
  }

  async #end(signal: 'SIGTERM' | 'SIGKILL'): Promise<void> {
    if (this.#child.exitCode !== null || this.#child.signalCode !== null) return;
    const exited = once(this.#child, 'exit');
    this.#child.kill(signal);
    await exited;
  }
}

/** Messages by how they ended, over all kinds. */
export function outcomesIn(metrics: ReadonlyMap<string, number>): ReadonlyMap<string, number> {
  const outcomes = new Map<string, number>();
  for (const [name, value] of metrics) {
    const outcome = /^endcap_messages_total\{.*outcome="([^"]+)"/.exec(name)?.[1];
    if (outcome !== undefined) outcomes.set(outcome, (outcomes.get(outcome) ?? 0) + value);
  }
  return outcomes;
}

/** Decisions by kind and reason, such as `hold budget`. */
export function decisionsIn(metrics: ReadonlyMap<string, number>): ReadonlyMap<string, number> {
  const decisions = new Map<string, number>();
  for (const [name, value] of metrics) {
    const match = /^endcap_decisions_total\{kind="([^"]+)",reason="([^"]+)"/.exec(name);
    if (match !== null) decisions.set(match[1] === match[2] ? `${match[1]}` : `${match[1]} ${match[2]}`, value);
  }
  return decisions;
}

/** Scores by who gave them. */
export function scoresIn(metrics: ReadonlyMap<string, number>): ReadonlyMap<string, number> {
  const scores = new Map<string, number>();
  for (const [name, value] of metrics) {
    const by = /^endcap_scores_total\{by="([^"]+)"/.exec(name)?.[1];
    if (by !== undefined) scores.set(by, value);
  }
  return scores;
}

function defaultSettings({ dataDir }: BenchStore): Record<string, string> {
  return {
    ENDCAP_DATA_DIR: dataDir,
    ENDCAP_HTTP_PORT: '0',
    ENDCAP_MQTT_PORT: '0',
    ENDCAP_LOG_LEVEL: 'error',
    ENDCAP_MQTT_LIMITS_MESSAGES_PER_SECOND: '1000000',
    ENDCAP_MQTT_LIMITS_BURST: '1000000',
    ENDCAP_MQTT_LIMITS_MAX_CONNECTIONS: '20000',
    ENDCAP_MQTT_LIMITS_MAX_CONNECTIONS_PER_DEVICE: '1000',
  };
}

/** Settings of whoever runs the bench must not reach the agent that is measured. */
function plainEnvironment(): Record<string, string | undefined> {
  return Object.fromEntries(Object.entries(process.env).filter(([name]) => !name.startsWith('ENDCAP_')));
}

function readUntilReady(child: ChildProcess): Promise<string> {
  return new Promise((resolve, reject) => {
    let output = '';
    const timer = setTimeout(() => {
      child.kill('SIGKILL');
      reject(new Error(`Cannot start the agent: it was not ready after ${START_TIMEOUT_MS / 1_000} s`));
    }, START_TIMEOUT_MS);
    child.once('exit', (code) => {
      clearTimeout(timer);
      reject(new Error(`Cannot start the agent: it ended with code ${code}: ${output.slice(-500)}`));
    });
    child.stdout?.setEncoding('utf8').on('data', (text: string) => {
      // Read on after it is ready, or a full pipe would stop it; errors that it logs are worth seeing.
      if (/^\{"level":"(error|fatal)|^\{"level":[56]0/m.test(text)) process.stderr.write(text);
      output = (output + text).slice(-20_000);
      if (!/^Devices .*\n/m.test(output)) return;
      clearTimeout(timer);
      resolve(output);
    });
  });
}
