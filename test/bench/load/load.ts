import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import type { LoadAnswer, LoadCommand, LoadSpec, LoadTotals } from './load-spec.ts';

/** A load in a process of its own, connected and waiting for `begin`. */
export class LoadProcess implements AsyncDisposable {
  readonly #child: ChildProcess;
  readonly #ended: Promise<LoadAnswer>;

  private constructor(child: ChildProcess) {
    this.#child = child;
    this.#ended = once(child, 'exit').then(() => ({ kind: 'failed', reason: 'the load process ended' }));
  }

  /** Starts it and waits until all its devices are connected; rejects when one is refused. */
  static async start(spec: LoadSpec): Promise<LoadProcess> {
    const child = fork(fileURLToPath(new URL('./load-process.js', import.meta.url)), {
      execArgv: [],
      stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
    });
    const load = new LoadProcess(child);
    await load.#ask(spec);
    return load;
  }

  begin(): void {
    this.#child.send({ kind: 'begin' } satisfies LoadCommand);
  }

  /** Totals until now. */
  mark(): Promise<LoadTotals> {
    return this.#totals({ kind: 'mark' });
  }

  /** Stops sending, waits for what is unanswered, and says goodbye; resolves with the totals when everything was read. */
  end(): Promise<LoadTotals> {
    return this.#totals({ kind: 'end' });
  }

  async [Symbol.asyncDispose](): Promise<void> {
    if (this.#child.exitCode !== null) return;
    this.#child.kill('SIGKILL');
    await once(this.#child, 'exit');
  }

  async #totals(command: LoadCommand): Promise<LoadTotals> {
    const answer = await this.#ask(command);
    if (answer.kind !== 'totals') throw new Error(`Cannot read the load: it answered "${answer.kind}"`);
    return answer;
  }

  async #ask(message: LoadSpec | LoadCommand): Promise<LoadAnswer> {
    const answered = once(this.#child, 'message').then(([said]) => said as LoadAnswer); // Our own process says nothing else.
    this.#child.send(message);
    const answer = await Promise.race([answered, this.#ended]);
    if (answer.kind === 'failed') throw new Error(`Cannot load: ${answer.reason}`);
    return answer;
  }
}

/** Messages a second and how they were counted. */
export interface Throughput {
  readonly perSecond: number;
  readonly messages: number;
}

/** Acknowledged messages a second between two marks. */
export function throughputBetween(before: LoadTotals, after: LoadTotals): Throughput {
  const messages = after.acked - before.acked;
  return { messages, perSecond: messages / ((after.atMs - before.atMs) / 1_000) };
}
