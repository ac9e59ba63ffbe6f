import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { findPeer, requirePeer } from './peers.ts';
import { freePort } from './ports.ts';

/** A real mosquitto in its own temporary folder, on its own port, which can be killed and come back. */
export class Mosquitto {
  readonly port: number;
  readonly #path: string;
  readonly #folder: string;
  #process: ChildProcess | undefined;

  private constructor(path: string, folder: string, port: number) {
    this.#path = path;
    this.#folder = folder;
    this.port = port;
  }

  /** Starts one; skips the running test where mosquitto is not installed. `users` maps names to passwords; without them everybody may connect. */
  static async start(
    options: { readonly users?: Readonly<Record<string, string>>; readonly lines?: readonly string[] } = {},
  ): Promise<Mosquitto> {
    const path = requirePeer('mosquitto');
    const folder = mkdtempSync(join(tmpdir(), 'endcap-mosquitto-'));
    const port = await freePort();
    const lines = [
      `listener ${port} 127.0.0.1`,
      'persistence false',
      // The default of 1,000 drops acknowledged messages in silence.
      'max_queued_messages 0',
      'max_inflight_messages 1000',
      'set_tcp_nodelay true',
      ...accessLines(folder, options.users),
      ...(options.lines ?? []),
    ];
    writeFileSync(join(folder, 'mosquitto.conf'), `${lines.join('\n')}\n`);
    const broker = new Mosquitto(path, folder, port);
    await broker.begin();
    return broker;
  }

  /** Starts the process (again). */
  async begin(): Promise<void> {
    this.#process = spawn(this.#path, ['-c', join(this.#folder, 'mosquitto.conf')], { stdio: 'ignore' });
    for (let attempt = 0; attempt < 500; attempt += 1) {
      if (await answers(this.port)) return;
      await new Promise((resolve) => setTimeout(resolve, 10));
    }
    throw new Error(`Cannot start mosquitto on port ${this.port}`);
  }

  /** Ends the process without ceremony, as a power cut would. */
  async kill(): Promise<void> {
    const child = this.#process;
    this.#process = undefined;
    if (child === undefined || child.exitCode !== null) return;
    const exited = new Promise((resolve) => child.once('exit', resolve));
    child.kill('SIGKILL');
    await exited;
  }

  async close(): Promise<void> {
    await this.kill();
    rmSync(this.#folder, { recursive: true, force: true });
  }
}

function accessLines(folder: string, users: Readonly<Record<string, string>> | undefined): readonly string[] {
  if (users === undefined) return ['allow_anonymous true'];
  const file = join(folder, 'passwords');
  writeFileSync(
    file,
    Object.entries(users)
      .map(([name, password]) => `${name}:${password}\n`)
      .join(''),
  );
  // The tool that hashes the file in place is part of the broker's package.
  const broker = findPeer('mosquitto') ?? '';
  const tool = [join(dirname(broker), 'mosquitto_passwd'), '/usr/bin/mosquitto_passwd'].find((path) => {
    try {
      execFileSync(path, ['-U', file], { stdio: 'ignore' });
      return true;
    } catch {
      return false;
    }
  });
  if (tool === undefined) throw new Error('Cannot hash the passwords: mosquitto_passwd is missing');
  // Started by root, mosquitto steps down to a user that could not read these.
  return ['allow_anonymous false', `password_file ${file}`, ...(process.getuid?.() === 0 ? ['user root'] : [])];
}

function answers(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect({ host: '127.0.0.1', port });
    socket.once('connect', () => {
      socket.destroy();
      resolve(true);
    });
    socket.once('error', () => resolve(false));
  });
}
