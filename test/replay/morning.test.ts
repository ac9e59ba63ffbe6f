import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import type { LoggedInput } from '../../agent/core/input.ts';
import { createState } from '../../agent/core/state.ts';
import { step } from '../../agent/core/step.ts';
import { chronicleOf } from './chronicle.ts';
import { recordMorning } from './record.ts';

const LOG = join(import.meta.dirname, 'morning.jsonl.gz');

/**
 * Where a change of the core is meant, look at what it changes with `npx vitest run test/replay -u` and `git diff test/replay`.
 * `ENDCAP_RECORD_MORNING=1` records another morning, which is seldom wanted: an old log must go on being read.
 */
describe('a morning that was recorded once', () => {
  it('comes out the same in every version: each decision, offer, cent and alert', async () => {
    if (process.env['ENDCAP_RECORD_MORNING'] === '1') await recordMorning(LOG);
    const state = createState();
    const lines: string[] = [];
    for (const line of gunzipSync(readFileSync(LOG)).toString('utf8').trim().split('\n')) {
      const logged = JSON.parse(line) as LoggedInput;
      lines.push(...chronicleOf(logged, step(state, logged)));
    }
    for (const kind of ['decided', 'offered', 'redeemed', 'sold', 'outcome', 'forgotten', 'alert', 'display']) {
      expect(lines.filter((line) => line.slice(9).startsWith(kind)).length, kind).toBeGreaterThan(0);
    }
    await expect(`${lines.join('\n')}\n`).toMatchFileSnapshot('morning.txt');
  });
});
