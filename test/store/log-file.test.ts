import { writeFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { backUp } from '../../agent/store/backup.ts';
import { openLogFile } from '../../agent/store/log-file.ts';
import { decision, openTestStore, T0, tempDir, turn, weights } from './support.ts';

it('a log can be read from the live database and from a backup, with its decisions in order', async () => {
  const dir = tempDir();
  const store = openTestStore({ dir });
  const rows = Array.from({ length: 600 }, (_, index) => ({ kind: 'row.decision' as const, decision: decision(`d_${index}`) }));
  store.journal.commit(turn({ inputs: weights(1, 3_000), rows }));
  const backup = await backUp({ dir, nowMs: T0 });
  for (const path of [`${dir}/core.db`, backup.ok ? backup.value.file : '']) {
    const opened = openLogFile(path);
    if (!opened.ok) throw new Error(opened.error);
    using log = opened.value;
    expect([...log.read(1)]).toEqual(weights(2, 3_000));
    expect([...log.decisions()].map(({ id }) => id)).toEqual(rows.map(({ decision: { id } }) => id));
    expect(log.firstSeq()).toBe(1);
  }
});

it('a file that is no log is refused in words', () => {
  const path = `${tempDir()}/notes.txt`;
  expect(openLogFile(path)).toMatchObject({ ok: false, error: expect.stringMatching(/^Cannot read the log ".*notes.txt"/) });
  writeFileSync(path, 'x'.repeat(10_000));
  expect(openLogFile(path)).toMatchObject({ ok: false, error: expect.stringContaining('not a database') });
  writeFileSync(path, '');
  expect(openLogFile(path)).toMatchObject({ ok: false, error: expect.stringContaining('schema 0') });
});
