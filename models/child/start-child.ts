import { readFileSync } from 'node:fs';
import { connectChild, type LockedChild, type LockedChildEvents, spawnLocked } from '../locked-child.ts';

/** Starts a process that waits for a model. */
export type StartModelChild = (events: LockedChildEvents) => LockedChild;

/** Memory of the JavaScript in it; the model lives beside that, under the cap of the whole process. */
const HEAP_MB = 64;

/**
 * Starts the compiled program with as little as it needs: no environment, no network, a cap on the memory it may ask for (where there is a
 * shell to set one: `RLIMIT_DATA`, which a large allocation meets at once and not when it is filled), no file to write, no program to start,
 * lower priority than anything that shoppers wait for.
 */
export function modelChildStarter(program: string, { memoryMb }: { readonly memoryMb: number }): StartModelChild {
  return (events) => {
    const child = spawnLocked({
      // Without compiled JavaScript: nothing in it needs that, and newer engines reserve more memory for it than the whole process may have.
      words: [`--max-old-space-size=${HEAP_MB}`, '--jitless', program],
      limits: [`ulimit -d ${memoryMb * 1024} 2>/dev/null`],
      env: {},
    });
    return connectChild(child, events, (code, signal) =>
      signal === null ? `it ended itself (exit ${code})` : `it was ended by ${signal}`,
    );
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
