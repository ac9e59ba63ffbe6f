import { connectChild, type LockedChild, type LockedChildEvents, spawnLocked } from '../locked-child.ts';

export interface ChildSettings {
  /** The compiled child program. */
  readonly program: string;
  readonly manifestPath: string;
  /** Manifest of the network that finds hands; none where no shelf is watched. */
  readonly posePath?: string | undefined;
  /** Largest heap of its JavaScript, in megabytes; decoded pictures and the model live beside it. */
  readonly heapMb?: number;
}

/** Last words on its standard error that are kept. */
const MAX_LAST_WORDS = 2_000;

/** What native code is told: nothing to its maker, and one pool of memory for all threads, so that pictures of many sizes leave no holes. */
const QUIET = { ORT_DISABLE_TELEMETRY: '1', MALLOC_ARENA_MAX: '1' } as const;

/**
 * Starts the process: no core dumps, no environment but the path, no writable file, no network, no program of its own to start, and a
 * lower priority than anything that shoppers wait for.
 */
export function startVisionChild({ program, manifestPath, posePath, heapMb = 128 }: ChildSettings, events: LockedChildEvents): LockedChild {
  const child = spawnLocked({
    words: [`--max-old-space-size=${heapMb}`, program, manifestPath, ...(posePath === undefined ? [] : [posePath])],
    // No file of any length, whoever writes it.
    limits: ['ulimit -f 0'],
    env: { PATH: process.env['PATH'] ?? '', ...QUIET },
    hasLastWords: true,
  });
  let lastWords = '';
  child.stderr?.on('data', (chunk: Buffer) => {
    lastWords = (lastWords + chunk.toString('utf8')).slice(-MAX_LAST_WORDS);
  });
  return connectChild(child, events, (code, signal) => (signal === null ? `exit ${code}${lastLine(lastWords)}` : `ended by ${signal}`));
}

function lastLine(text: string): string {
  const line = text
    .split('\n')
    .map((part) => part.trim())
    .findLast((part) => /error/i.test(part));
  return line === undefined ? '' : `: ${line.slice(0, 200)}`;
}
