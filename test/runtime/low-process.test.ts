import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { startLow } from '../../agent/runtime/low-process.ts';
import { tempDir } from '../store/support.ts';
import { until } from '../support/until.ts';

function script(text: string): string {
  const file = join(tempDir(), 'script.mjs');
  writeFileSync(file, text);
  return file;
}

function run(text: string, settings: { readonly limitMs?: number; readonly heapMb?: number } = {}) {
  const lines: string[] = [];
  const started = startLow([script(text)], { limitMs: 30_000, heapMb: 128, ...settings, line: (line) => lines.push(line) });
  return { ...started, lines };
}

describe.skipIf(process.platform === 'win32')('work that nobody in the store waits for', { timeout: 60_000 }, () => {
  it('runs at the lowest priority and says what it has to say, line by line', async () => {
    const { ended, lines } = run(`
      import { getPriority } from 'node:os';
      console.log('one'); console.log(getPriority()); process.stdout.write('no end');`);
    expect(await ended).toEqual({ code: 0, isStopped: false, isLate: false, complaint: '' });
    expect(lines).toEqual(['one', '19', 'no end']);
  });

  it('that fails says why in its first line', async () => {
    const { ended } = run(`console.error('endcap: Cannot do it\\n  at somewhere'); process.exit(3);`);
    expect(await ended).toMatchObject({ code: 3, complaint: 'endcap: Cannot do it' });
  });

  it('is ended when it takes too long, also while it answers nothing', async () => {
    const { ended } = run('for (;;);', { limitMs: 1_500 });
    expect(await ended).toMatchObject({ code: undefined, isLate: true, isStopped: false });
  });

  it('is ended when it takes too much memory, and this process goes on', async () => {
    const { ended } = run('const all = []; for (;;) all.push(new Array(100_000).fill(all.length));', { heapMb: 64 });
    const { code, isLate } = await ended;
    expect(code === 0 || isLate).toBe(false);
  });

  it('is stopped with everything that it started', async () => {
    const { ended, lines, stop } = run(`
      import { spawn } from 'node:child_process';
      const child = spawn(process.execPath, ['-e', 'setInterval(() => {}, 1000)'], { stdio: 'ignore' });
      console.log(child.pid); setInterval(() => {}, 1000);`);
    const pid = await until('the process that it started', () => (lines[0] === undefined ? undefined : Number(lines[0])));
    expect(isAlive(pid)).toBe(true);
    stop();
    expect(await ended).toMatchObject({ isStopped: true });
    await until('the end of that one too', () => !isAlive(pid));
  });
});

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}
