import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { freePort } from './ports.ts';
import { storeYaml, TILL_KEY } from './store-yaml.ts';
import { until } from './until.ts';

/** How a command ended. */
export interface Ended {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
  readonly stdout: string;
  readonly stderr: string;
}

type Environment = Readonly<Record<string, string>>;

/** `endcap` as it was built, as a process of its own. */
export class EndcapProcess {
  readonly ended: Promise<Ended>;
  readonly #child: ChildProcess;
  #stdout = '';
  #stderr = '';
  #hasEnded = false;

  constructor(
    words: readonly string[],
    options: { readonly folder: string; readonly environment: Environment; readonly wrapper?: readonly string[] },
  ) {
    const inherited = Object.entries(process.env).filter(
      ([name]) => !name.startsWith('ENDCAP_') && name !== 'NO_COLOR' && name !== 'DATABASE_URL',
    );
    const [program, ...rest] = [...(options.wrapper ?? []), process.execPath, resolve('dist/agent/main.js'), ...words];
    this.#child = spawn(program!, rest, {
      cwd: options.folder,
      env: { ...Object.fromEntries(inherited), ...options.environment },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    this.#child.stdout?.setEncoding('utf8').on('data', (text: string) => {
      this.#stdout = (this.#stdout + text).slice(-MAX_KEPT);
    });
    this.#child.stderr?.setEncoding('utf8').on('data', (text: string) => {
      this.#stderr = (this.#stderr + text).slice(-MAX_KEPT);
    });
    this.ended = once(this.#child, 'close').then(([code, signal]) => {
      this.#hasEnded = true;
      return { code: code as number | null, signal: signal as NodeJS.Signals | null, stdout: this.#stdout, stderr: this.#stderr };
    });
  }

  get pid(): number {
    return this.#child.pid ?? 0;
  }

  get hasEnded(): boolean {
    return this.#hasEnded;
  }

  /** The end of everything it wrote until now. */
  output(): string {
    return this.#stdout + this.#stderr;
  }

  /** Waits until it has written something that matches; throws with its output when it ends instead. */
  async written(pattern: RegExp): Promise<RegExpExecArray> {
    return until(`${String(pattern)} in the output`, () => {
      const match = pattern.exec(this.#stdout + this.#stderr);
      if (match === null && this.#hasEnded) throw new Error(`The process ended without ${String(pattern)}: ${this.output()}`);
      return match ?? undefined;
    });
  }

  /** Sends a signal and waits for the end. */
  async stop(signal: 'SIGTERM' | 'SIGINT' | 'SIGKILL' = 'SIGTERM'): Promise<Ended> {
    if (!this.#hasEnded) this.#child.kill(signal);
    return this.ended;
  }
}

const MAX_KEPT = 1_000_000;

/** How an agent is started. */
export interface StartOptions {
  readonly environment?: Environment;
  /** Further words behind `endcap start`. Default: the store's own configuration. */
  readonly words?: readonly string[];
  /** A program that starts it, with its arguments. */
  readonly wrapper?: readonly string[];
}

/**
 * A store of its own: a folder with a configuration, a data folder, fixed ports, and the agents and hubs that were started on it. Ends all of
 * them and removes the folder when disposed.
 */
export class LiveStore implements AsyncDisposable {
  readonly folder = mkdtempSync(join(tmpdir(), 'endcap-store-'));
  readonly data = join(this.folder, 'data');
  readonly config = join(this.folder, 'store.yaml');
  readonly httpPort: number;
  readonly mqttPort: number;
  readonly #processes = new Set<EndcapProcess>();

  private constructor(ports: { readonly http: number; readonly mqtt: number }) {
    this.httpPort = ports.http;
    this.mqttPort = ports.mqtt;
  }

  /** Makes the folder; `changes` replaces or adds top-level sections of the configuration (see `storeYaml`). */
  static async create(changes: Readonly<Record<string, string>> = {}): Promise<LiveStore> {
    const store = new LiveStore({ http: await freePort(), mqtt: await freePort() });
    writeFileSync(store.config, storeYaml(changes));
    store.write('till.key', `${TILL_KEY}\n`);
    return store;
  }

  get url(): string {
    return `http://127.0.0.1:${this.httpPort}`;
  }

  /** Writes a file into the folder and gives its path. */
  write(name: string, text: string | Buffer): string {
    const path = join(this.folder, name);
    mkdirSync(dirname(path), { recursive: true });
    writeFileSync(path, text, { mode: 0o600 });
    return path;
  }

  /** Runs a command to its end. */
  async run(words: readonly string[], environment: Environment = {}): Promise<Ended> {
    return this.begin(words, { environment }).ended;
  }

  /** Starts a command that goes on. */
  begin(words: readonly string[], options: StartOptions = {}): EndcapProcess {
    const environment = {
      ENDCAP_HTTP_PORT: String(this.httpPort),
      ENDCAP_MQTT_PORT: String(this.mqttPort),
      ENDCAP_DATA_DIR: this.data,
      ...options.environment,
    };
    const started = new EndcapProcess(words, {
      folder: this.folder,
      environment,
      ...(options.wrapper === undefined ? {} : { wrapper: options.wrapper }),
    });
    this.#processes.add(started);
    return started;
  }

  /** Starts the agent and waits until it serves. */
  async start(options: StartOptions = {}): Promise<EndcapProcess> {
    const agent = this.begin(['start', ...(options.words ?? ['--config', this.config])], options);
    await agent.written(/^Devices +\S+/m);
    return agent;
  }

  /** New credentials for devices of the configuration, by device. */
  async addDevices(...devices: readonly string[]): Promise<ReadonlyMap<string, string>> {
    const { code, stdout, stderr } = await this.run(['device', 'add', '--config', this.config, '--json', ...devices]);
    if (code !== 0) throw new Error(`Cannot add devices: ${stderr}`);
    const lines = stdout.trim().split('\n');
    return new Map(
      lines.map((line) => {
        const { device, password } = JSON.parse(line) as { readonly device: string; readonly password: string };
        return [device, password];
      }),
    );
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const started of this.#processes) await started.stop('SIGKILL');
    rmSync(this.folder, { recursive: true, force: true });
  }
}
