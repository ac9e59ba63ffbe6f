import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { figuresOfProcess, type ProcessFigures } from '../process-figures.ts';
import type { BareAnswer, BareCommand, BareMode } from './bare-spec.ts';

/** Name of the yardstick in reports. */
export const BARE = 'bare script';

/** The bare-minimum script in a process of its own. */
export class BareChild implements AsyncDisposable {
  readonly mqttPort: number;
  readonly #child: ChildProcess;

  private constructor(child: ChildProcess, mqttPort: number) {
    this.#child = child;
    this.mqttPort = mqttPort;
  }

  /** Starts it with an empty database in `folder`. */
  static async start(folder: string, mode: BareMode = { kind: 'embedded' }): Promise<BareChild> {
    const file = join(folder, `bare-${mode.kind}.db`);
    const child = fork(fileURLToPath(new URL('./bare-process.js', import.meta.url)), [file, JSON.stringify(mode)], {
      execArgv: [],
      stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
    });
    const ready = once(child, 'message').then(([answer]) => answer as BareAnswer); // Our own process says nothing else.
    const ended = once(child, 'exit').then(() => undefined);
    const answer = await Promise.race([ready, ended]);
    if (answer?.kind !== 'ready') throw new Error('Cannot start the bare script: its process ended');
    return new BareChild(child, answer.port);
  }

  figures(): ProcessFigures {
    return figuresOfProcess(this.#child.pid ?? 0);
  }

  /** From now on a pick at one of these slots is answered by an offer on `offers/<slot>`. */
  placeShoppers(slots: readonly string[]): void {
    this.#child.send({ kind: 'shoppers', slots } satisfies BareCommand);
  }

  /** Messages committed since its start. */
  async committed(): Promise<number> {
    const answered = once(this.#child, 'message').then(([answer]) => answer as BareAnswer);
    this.#child.send({ kind: 'mark' } satisfies BareCommand);
    const answer = await answered;
    return answer.kind === 'totals' ? answer.committed : 0;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    if (this.#child.exitCode !== null || this.#child.signalCode !== null) return;
    const exited = once(this.#child, 'exit');
    this.#child.kill('SIGKILL');
    await exited;
  }
}
