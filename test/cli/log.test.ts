import { describe, expect, it } from 'vitest';
import type { CliContext } from '../../agent/cli/context.ts';
import { createLog } from '../../agent/cli/log.ts';

function logTo(isTerminal: boolean, lines: string[]) {
  const context: CliContext = {
    environment: {},
    workingDirectory: '/',
    isTerminal,
    print: (line) => void lines.push(line),
    complain: (line) => void lines.push(line),
    paint: (_colour, text) => text,
    stopRequested: () => new Promise(() => undefined),
  };
  return createLog({ level: 'info' }, context);
}

describe('the log', () => {
  it.each([true, false])('never holds a secret, on a terminal: %s', (isTerminal) => {
    const lines: string[] = [];
    const log = logTo(isTerminal, lines);
    log.info(
      { password: 'canary', device: { secret: 'canary', token: 'canary' }, headers: { authorization: 'canary', cookie: 'canary' } },
      'Connected',
    );
    log.warn({ apiKey: 'canary', hint: 'look' }, 'Refused');
    expect(lines).toHaveLength(2);
    expect(lines.join('\n')).not.toContain('canary');
    expect(lines.join('\n')).toContain('(redacted)');
  });

  it('is JSON for machines and short lines for people', () => {
    const machine: string[] = [];
    const person: string[] = [];
    logTo(false, machine).error({ err: Object.assign(new Error('no disk'), { code: 'EIO' }), hint: 'look' }, 'Cannot write');
    logTo(true, person).error({ err: new Error('no disk'), hint: 'look' }, 'Cannot write');
    expect(JSON.parse(machine[0]!)).toMatchObject({ level: 50, msg: 'Cannot write', err: { message: 'no disk', code: 'EIO' } });
    expect(person[0]).toMatch(/^\d\d:\d\d:\d\d error Cannot write \(no disk\) -> look$/);
  });

  it('keeps quiet below its level', () => {
    const lines: string[] = [];
    logTo(false, lines).debug('detail');
    expect(lines).toEqual([]);
  });
});
