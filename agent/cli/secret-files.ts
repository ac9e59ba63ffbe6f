import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { reasonOf } from '../../config/secrets.ts';
import { EXIT } from './exit.ts';
import { CliFailure } from './failure.ts';

/** The text of a file without the line break at its end; a `CliFailure` when it cannot be read or is empty. */
export function readSecret(file: string): string {
  let text: string;
  try {
    text = readFileSync(file, 'utf8').replace(/\r?\n$/, '');
  } catch (error) {
    throw new CliFailure(`Cannot read "${file}": ${reasonOf(error)}`, { exitCode: EXIT.unavailable, cause: error });
  }
  if (text === '') throw new CliFailure(`Cannot use "${file}": it is empty`, { exitCode: EXIT.unavailable });
  return text;
}

/** Writes a new file that only its owner can read, with the folders above it; a `CliFailure` when there is one of that name already. */
export function writeSecret(file: string, text: string): void {
  if (existsSync(file)) throw new CliFailure(`Cannot write "${file}": there is such a file already`, { exitCode: EXIT.usage });
  try {
    mkdirSync(dirname(file), { recursive: true, mode: 0o700 });
    writeFileSync(file, text, { mode: 0o600, flag: 'wx' });
  } catch (error) {
    throw new CliFailure(`Cannot write "${file}": ${reasonOf(error)}`, { exitCode: EXIT.unavailable, cause: error });
  }
}
