import type { ChildProcess } from 'node:child_process';
import { constants, setPriority } from 'node:os';

/** A process that looks at what nobody here made, as whoever watches over it needs it. */
export interface LockedChild {
  readonly pid: number | undefined;
  send(message: Uint8Array): void;
  /** Ends it at once, whatever it is doing. */
  kill(): void;
}

export interface LockedChildEvents {
  data(chunk: Buffer): void;
  /** Called once, when the process is gone; `detail` says how. */
  gone(detail: string): void;
}

/** Node's own permissions: it may read files and load the native parts; writing, starting programs and threads are refused. */
export function lockedDownFlags(): readonly string[] {
  const flags = process.allowedNodeEnvironmentFlags;
  const permission = flags.has('--permission') ? '--permission' : '--experimental-permission';
  if (!flags.has(permission) || !flags.has('--allow-addons')) return [];
  return [permission, '--allow-addons', '--allow-fs-read=*'];
}

/** Connects a process that was just started, with a lower priority than anything that shoppers wait for; `wordsOf` says how it ended. */
export function connectChild(
  child: ChildProcess,
  events: LockedChildEvents,
  wordsOf: (code: number | null, signal: NodeJS.Signals | null) => string,
): LockedChild {
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
  child.on('exit', (code, signal) => gone(wordsOf(code, signal)));
  lowerPriority(child.pid);
  return { pid: child.pid, send: (message) => void child.stdin?.write(message), kill: () => void child.kill('SIGKILL') };
}

function lowerPriority(pid: number | undefined): void {
  try {
    if (pid !== undefined) setPriority(pid, constants.priority.PRIORITY_BELOW_NORMAL);
  } catch {
    // A container may forbid it; then only budgets and deadlines hold it back.
  }
}
