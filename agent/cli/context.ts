import type { ExitCode } from './exit.ts';

/** What a command needs of the process; tests pass their own. */
export interface CliContext {
  readonly environment: Readonly<Record<string, string | undefined>>;
  readonly workingDirectory: string;
  /** Whether a person reads the answer on a terminal. */
  readonly isTerminal: boolean;
  /** Writes a line of the answer to standard output. */
  print(line: string): void;
  /** Writes a line about how it went to standard error. */
  complain(line: string): void;
  /** Colours a word of the answer, where that is wanted. */
  paint(colour: Colour, text: string): string;
  /** Resolves with the signal's name when the process is asked to stop. */
  stopRequested(): Promise<string>;
}

/** What a registered command gets: the process, and a way to end with a code other than 0 without being an error. */
export interface CommandContext extends CliContext {
  finish(exitCode: ExitCode): void;
}

export type Colour = 'green' | 'yellow' | 'red' | 'bold' | 'dim';

const CODES: Readonly<Record<Colour, readonly [on: number, off: number]>> = {
  green: [32, 39],
  yellow: [33, 39],
  red: [31, 39],
  bold: [1, 22],
  dim: [2, 22],
};

/** The context of this process. Plain text unless standard output is a terminal; never colours with NO_COLOR or on a dumb terminal. */
export function processContext(): CliContext {
  const { env, stdout, stderr } = process;
  const isColoured = stdout.isTTY === true && (env['NO_COLOR'] ?? '') === '' && env['TERM'] !== 'dumb';
  return {
    environment: env,
    workingDirectory: process.cwd(),
    isTerminal: stdout.isTTY === true,
    print: (line) => void stdout.write(`${line}\n`),
    complain: (line) => void stderr.write(`${line}\n`),
    paint: (colour, text) => (isColoured ? `\u001b[${CODES[colour][0]}m${text}\u001b[${CODES[colour][1]}m` : text),
    stopRequested,
  };
}

function stopRequested(): Promise<string> {
  return new Promise((resolve) => {
    for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => resolve(signal));
  });
}
