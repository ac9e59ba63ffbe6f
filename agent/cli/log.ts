import { type DestinationStream, type Logger, pino, stdTimeFunctions } from 'pino';
import type { StoreConfig } from '../../config/schema.ts';
import type { CliContext, Colour } from './context.ts';

/** Fields that must never reach a log, wherever in a line they stand on the first two levels. */
const SECRET_FIELDS = [
  'password',
  'secret',
  'token',
  'tokenHash',
  'apiKey',
  'authorization',
  'cookie',
  'setupCode',
  'offerCode',
  'privateKeyPem',
];

/** The log of a running agent: JSON lines for machines, short lines for a person at a terminal. */
export function createLog({ level }: StoreConfig['log'], context: CliContext): Logger {
  const options = {
    level,
    base: null,
    timestamp: stdTimeFunctions.isoTime,
    redact: { paths: SECRET_FIELDS.flatMap((field) => [field, `*.${field}`]), censor: '(redacted)' },
  };
  return context.isTerminal ? pino(options, shortLines(context)) : pino(options, { write: (line) => context.print(line.trimEnd()) });
}

const LEVELS: Readonly<Record<number, readonly [word: string, colour: Colour]>> = {
  20: ['debug', 'dim'],
  30: ['info', 'green'],
  40: ['warn', 'yellow'],
  50: ['error', 'red'],
  60: ['fatal', 'red'],
};

function shortLines(context: CliContext): DestinationStream {
  return {
    write(line) {
      // Our own logger's line: its form is known.
      const { level, time, msg, err, hint, ...rest } = JSON.parse(line) as Readonly<Record<string, unknown>>;
      const [word, colour] = LEVELS[Number(level)] ?? ['info', 'green'];
      const fields = Object.entries(rest).map(([name, value]) => `${name}=${typeof value === 'string' ? value : JSON.stringify(value)}`);
      const reason = typeof err === 'object' && err !== null && 'message' in err ? [`(${String(err.message)})`] : [];
      const help = hint === undefined ? [] : [`-> ${String(hint)}`];
      const clock = new Date(String(time)).toTimeString().slice(0, 8);
      const words = [String(msg ?? ''), ...reason, context.paint('dim', fields.join(' ')), ...help];
      context.print(
        `${context.paint('dim', clock)} ${context.paint(colour, word.padEnd(5))} ${words.filter((text) => text !== '').join(' ')}`,
      );
    },
  };
}
