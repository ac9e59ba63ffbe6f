import { type ChildProcess, spawn } from 'node:child_process';
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

/** What a process is started with. */
export interface LockedChildSettings {
  /** What the runtime is given: its own flags, the program, the program's words. */
  readonly words: readonly string[];
  /** Shell commands that take something away before it starts (`ulimit ...`), beside core dumps. */
  readonly limits: readonly string[];
  /** Its whole environment. */
  readonly env: Readonly<Record<string, string>>;
  /** Whether somebody reads its standard error. Not by default. */
  readonly hasLastWords?: boolean;
}

/** Where the system lets us, a network of its own with nobody in it: by itself, or as the root of a user namespace. */
const NO_NETWORK = ['-n', '-r -n'].map((flags) => `if unshare ${flags} true 2>/dev/null; then exec unshare ${flags} "$0" "$@"; fi`);

/** Starts a process with as little as it needs: no core dump, no network, a given environment. Its process id is its own to the end: `unshare` becomes it. */
export function spawnLocked({ words, limits, env, hasLastWords = false }: LockedChildSettings): ChildProcess {
  const flags = [...lockedDownFlags(), '--no-warnings', ...words];
  const stdio = ['pipe', 'pipe', hasLastWords ? 'pipe' : 'ignore'] as const;
  if (process.platform === 'win32') return spawn(process.execPath, flags, { stdio: [...stdio], env, windowsHide: true });
  const script = ['ulimit -c 0', ...limits, ...NO_NETWORK, 'exec "$0" "$@"'].join('; ');
  return spawn('/bin/sh', ['-c', script, process.execPath, ...flags], { stdio: [...stdio], env });
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
