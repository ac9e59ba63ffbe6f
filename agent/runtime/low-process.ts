import { type ChildProcess, type SpawnOptions, spawn } from 'node:child_process';
import { constants, setPriority } from 'node:os';

/** Work in a process of its own that nobody in the store waits for. */
export interface LowProcess {
  /** Resolves when it is gone, however it ended; never rejects. */
  readonly ended: Promise<LowEnd>;
  /** Ends it and everything it started, at once. */
  stop(): void;
}

/** How it ended. */
export interface LowEnd {
  /** Its exit code; `undefined` when it was ended from outside. */
  readonly code: number | undefined;
  readonly isStopped: boolean;
  readonly isLate: boolean;
  /** The first line it wrote to standard error; empty where it wrote none. */
  readonly complaint: string;
}

export interface LowSettings {
  /** Longest it may take; then it is ended. */
  readonly limitMs: number;
  /** Most memory of its JavaScript; what lies beside it may be twice as much. */
  readonly heapMb: number;
  /** Told every line of its standard output, whole. */
  readonly line: (text: string) => void;
}

/** Longest line that is read; a process that writes a longer one is ended. */
const MOST_LINE = 4_000_000;
const MOST_COMPLAINT = 4_000;
/** The lowest priority there is: it gets what is left over. */
const NICENESS = 19;

/** What the engine of Node 24 sets aside for compiled code, asked for at once and hardly used. */
const CODE_MB = 640;

/**
 * Runs a program of ours at the lowest priority, with a limit on time and memory, in a process group of its own. It holds a channel to this process
 * and may end itself when that closes: an agent that was killed cannot stop anybody.
 */
export function startLow(words: readonly string[], { limitMs, heapMb, line }: LowSettings): LowProcess {
  const flags = [`--max-old-space-size=${heapMb}`, '--no-warnings', ...words];
  const options: SpawnOptions = { stdio: ['ignore', 'pipe', 'pipe', 'ipc'], windowsHide: true, detached: process.platform !== 'win32' };
  const limits = `ulimit -c 0; ulimit -d ${(3 * heapMb + CODE_MB) * 1024} 2>/dev/null; ulimit -t ${Math.ceil(limitMs / 500)} 2>/dev/null`;
  const lower = `command -v nice >/dev/null && exec nice -n ${NICENESS} "$0" "$@"; exec "$0" "$@"`;
  const child: ChildProcess =
    process.platform === 'win32'
      ? spawn(process.execPath, flags, options)
      : spawn('/bin/sh', ['-c', `${limits}; ${lower}`, process.execPath, ...flags], options);
  let [isStopped, isLate, isGone] = [false, false, false];
  let [complaint, rest] = ['', ''];

  function end(): void {
    if (isGone || child.pid === undefined) return;
    try {
      // The whole group: a model that it runs in a process of its own must not outlive it.
      if (process.platform === 'win32') child.kill('SIGKILL');
      else process.kill(-child.pid, 'SIGKILL');
    } catch {
      // It ended by itself a moment ago.
    }
  }
  const timer = setTimeout(() => {
    isLate = true;
    end();
  }, limitMs);
  timer.unref();
  child.stdout?.setEncoding('utf8').on('data', (text: string) => {
    const lines = (rest + text).split('\n');
    rest = lines.pop() ?? '';
    if (rest.length > MOST_LINE) return end();
    for (const one of lines) line(one);
  });
  child.stderr?.setEncoding('utf8').on('data', (text: string) => {
    if (complaint.length < MOST_COMPLAINT) complaint = (complaint + text).slice(0, MOST_COMPLAINT);
  });
  if (process.platform === 'win32' && child.pid !== undefined) setPriority(child.pid, constants.priority.PRIORITY_LOW);
  const ended = new Promise<LowEnd>((resolve) => {
    const gone = (code: number | undefined, fact: string) => {
      if (isGone) return;
      isGone = true;
      clearTimeout(timer);
      if (rest !== '') line(rest);
      resolve({ code, isStopped, isLate, complaint: (complaint.trim() === '' ? fact : complaint).trim().split('\n')[0] ?? '' });
    };
    child.on('error', (error) => gone(undefined, error.message));
    child.on('close', (code, signal) => gone(code ?? undefined, signal === null ? '' : `it was ended by ${signal}`));
  });
  return {
    ended,
    stop() {
      isStopped = true;
      end();
    },
  };
}
