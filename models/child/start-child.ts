import { type ChildProcess, spawn } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { constants, setPriority } from 'node:os';
import { lockedDownFlags } from '../vision/child-process.ts';

/** The process that runs a model, as its runner needs it. */
export interface ModelChild {
  readonly pid: number | undefined;
  send(message: Uint8Array): void;
  /** Ends it at once, whatever it is doing. */
  kill(): void;
}

export interface ModelChildEvents {
  data(chunk: Buffer): void;
  /** Called once, when the process is gone; `detail` says how. */
  gone(detail: string): void;
}

/** Starts a process that waits for a model. */
export type StartModelChild = (events: ModelChildEvents) => ModelChild;

/** Memory of the JavaScript in it; the model lives beside that, under the cap of the whole process. */
const HEAP_MB = 64;

/**
 * Starts the compiled program with as little as it needs: no environment, no core dump, a cap on the memory it may ask for (where there is a
 * shell to set one: `RLIMIT_DATA`, which a large allocation meets at once and not when it is filled), no file to write, no program to start,
 * lower priority than anything that shoppers wait for.
 */
export function modelChildStarter(program: string, { memoryMb }: { readonly memoryMb: number }): StartModelChild {
  return (events) => {
    const words = [...lockedDownFlags(), `--max-old-space-size=${HEAP_MB}`, '--no-warnings', program];
    const child: ChildProcess =
      process.platform === 'win32'
        ? spawn(process.execPath, words, { stdio: ['pipe', 'pipe', 'ignore'], env: {}, windowsHide: true })
        : spawn('/bin/sh', ['-c', `ulimit -c 0; ulimit -d ${memoryMb * 1024} 2>/dev/null; exec "$0" "$@"`, process.execPath, ...words], {
            stdio: ['pipe', 'pipe', 'ignore'],
            env: {},
          });
    let isGone = false;
    const gone = (detail: string) => {
      if (isGone) return;
      isGone = true;
      events.gone(detail);
    };
    child.stdout?.on('data', (chunk: Buffer) => events.data(chunk));
    // A pipe whose other end is gone says so here; the exit that follows is what counts.
    child.stdin?.on('error', () => undefined);
    child.on('error', (error) => gone(error.message));
    child.on('exit', (code, signal) => gone(signal === null ? `it ended itself (exit ${code})` : `it was ended by ${signal}`));
    lowerPriority(child.pid);
    return { pid: child.pid, send: (message) => void child.stdin?.write(message), kill: () => void child.kill('SIGKILL') };
  };
}

/** Memory that a process holds now, in bytes; `undefined` where the system does not say. */
export function residentBytes(pid: number | undefined): number | undefined {
  if (pid === undefined || process.platform !== 'linux') return undefined;
  try {
    const kilobytes = /^VmRSS:\s+(\d+) kB$/m.exec(readFileSync(`/proc/${pid}/status`, 'latin1'))?.[1];
    return kilobytes === undefined ? undefined : Number(kilobytes) * 1024;
  } catch {
    return undefined;
  }
}

function lowerPriority(pid: number | undefined): void {
  try {
    if (pid !== undefined) setPriority(pid, constants.priority.PRIORITY_BELOW_NORMAL);
  } catch {
    // A container may forbid it.
  }
}
