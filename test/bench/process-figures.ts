import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';

/** What the kernel says about a process; 0 where the system has no /proc. */
export interface ProcessFigures {
  /** CPU time in user and system mode, in steps of about 10 ms. */
  readonly cpuMs: number;
  readonly rssBytes: number;
  /** Bytes that it caused to be sent to the disk. */
  readonly writtenBytes: number;
}

/** Reads the figures of a running process. */
export function figuresOfProcess(pid: number): ProcessFigures {
  // The second field, the name, may hold spaces; what follows its bracket does not.
  const stat = read(`/proc/${pid}/stat`);
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  const ticks = Number(fields[11] ?? 0) + Number(fields[12] ?? 0);
  return {
    cpuMs: (ticks * 1_000) / ticksPerSecond(),
    rssBytes: numberAfter(read(`/proc/${pid}/status`), 'VmRSS:') * 1_024,
    writtenBytes: numberAfter(read(`/proc/${pid}/io`), 'write_bytes:'),
  };
}

function read(file: string): string {
  try {
    return readFileSync(file, 'latin1');
  } catch {
    return '';
  }
}

function numberAfter(text: string, label: string): number {
  // At the start of a line: `cancelled_write_bytes:` ends like `write_bytes:`.
  return Number(new RegExp(`^${label}\\s*(\\d+)`, 'm').exec(text)?.[1] ?? 0);
}

let ticks: number | undefined;

function ticksPerSecond(): number {
  ticks ??= Number(execFileSync('getconf', ['CLK_TCK'], { encoding: 'utf8' }).trim()) || 100;
  return ticks;
}
