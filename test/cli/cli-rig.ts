import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { buildSync } from 'esbuild';

/** A command line that was run to its end. */
export interface CliRun {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** A command line that is still running. */
export interface RunningCli {
  readonly ended: Promise<CliRun>;
  /** Everything it wrote until now. */
  output(): string;
  stop(signal: 'SIGTERM' | 'SIGINT' | 'SIGKILL'): void;
}

/** Polls until the command has written something that matches; throws with its output when it ends or takes too long instead. */
export async function written(running: RunningCli, pattern: RegExp): Promise<RegExpExecArray> {
  let hasEnded = false;
  void running.ended.then(() => {
    hasEnded = true;
  });
  for (let attempt = 0; attempt < 500; attempt++) {
    const match = pattern.exec(running.output());
    if (match !== null) return match;
    if (hasEnded) break;
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  throw new Error(`Cannot find ${String(pattern)} in: ${running.output()}`);
}

/** Runs `endcap` from the sources as a process of its own, with a data folder of its own. */
export class CliRig implements Disposable {
  readonly folder = mkdtempSync(join(tmpdir(), 'endcap-cli-'));
  // Inside the project, so that packages and the program's own files are found from it.
  readonly #bundleFolder = mkdtempSync(resolve('node_modules/.endcap-cli-'));

  constructor() {
    buildSync({
      entryPoints: ['agent/main.ts'],
      outfile: join(this.#bundleFolder, 'main.mjs'),
      bundle: true,
      platform: 'node',
      format: 'esm',
      target: 'node20',
      packages: 'external',
      logLevel: 'error',
    });
  }

  /** Runs a command to its end. Ports are free ones unless `environment` says otherwise. */
  async run(words: readonly string[], environment: Readonly<Record<string, string>> = {}): Promise<CliRun> {
    return this.start(words, environment).ended;
  }

  /** Starts a command that goes on until it is told to stop. */
  start(words: readonly string[], environment: Readonly<Record<string, string>> = {}): RunningCli {
    const inherited = Object.entries(process.env).filter(([name]) => !name.startsWith('ENDCAP_') && name !== 'NO_COLOR');
    const child = spawn(process.execPath, [join(this.#bundleFolder, 'main.mjs'), ...words], {
      cwd: this.folder,
      env: { ...Object.fromEntries(inherited), ENDCAP_HTTP_PORT: '0', ENDCAP_MQTT_PORT: '0', ...environment },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    let stdout = '';
    let stderr = '';
    child.stdout.setEncoding('utf8').on('data', (text: string) => {
      stdout += text;
    });
    child.stderr.setEncoding('utf8').on('data', (text: string) => {
      stderr += text;
    });
    const ended = once(child, 'close').then(([code]) => ({ code: code as number | null, stdout, stderr }));
    return {
      ended,
      output: () => stdout + stderr,
      stop: (signal) => child.kill(signal),
    };
  }

  [Symbol.dispose](): void {
    rmSync(this.folder, { recursive: true, force: true });
    rmSync(this.#bundleFolder, { recursive: true, force: true });
  }
}

/** Holds a port of this machine until disposed. */
export async function takePort(): Promise<AsyncDisposable & { readonly port: number }> {
  const server = createServer((socket) => socket.destroy());
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  const port = typeof address === 'object' && address !== null ? address.port : 0;
  return {
    port,
    async [Symbol.asyncDispose]() {
      server.close();
      await once(server, 'close');
    },
  };
}
