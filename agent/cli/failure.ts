import type { ExitCode } from './exit.ts';

/** A command that cannot be done, in words for the person at the terminal. Thrown by commands, printed as one line. */
export class CliFailure extends Error {
  readonly exitCode: ExitCode;
  /** What to do about it. */
  readonly hint: string | undefined;
  /** Lines that are printed before the message: the problems of a configuration, for example. */
  readonly details: readonly string[];

  constructor(
    message: string,
    options: { readonly exitCode: ExitCode; readonly hint?: string; readonly details?: readonly string[]; readonly cause?: unknown },
  ) {
    super(message, { cause: options.cause });
    this.name = 'CliFailure';
    this.exitCode = options.exitCode;
    this.hint = options.hint;
    this.details = options.details ?? [];
  }
}
