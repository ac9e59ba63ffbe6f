import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import type { RowEffect } from '../../agent/core/effect.ts';
import { openStore } from '../../agent/store/store.ts';
import { createRandom } from '../../models/training/random.ts';
import { decision, T0, turn } from '../store/support.ts';
import { CliRig } from './cli-rig.ts';

const rig = new CliRig();
afterAll(() => rig[Symbol.dispose]());

/** Espresso beans of the sample store: 899 cents, 560 of cost. An offer of 100 cents wins those of little interest and is given away to the others. */
function record(name: string, visits: number): string {
  const dir = join(rig.folder, name);
  mkdirSync(dir);
  const opened = openStore({ dir, quotaBytes: 256_000_000, nowMs: T0 });
  if (!opened.ok) throw new Error(opened.error.message);
  using store = opened.value;
  const random = createRandom(4);
  const rows: RowEffect[] = [];
  for (let i = 0; i < visits; i++) {
    const visit = `v_${i}`;
    const intent = random.next();
    const isHeld = random.next() < 0.3;
    const sold = random.next() < (isHeld ? 0.8 * intent : Math.max(0.8 * intent, 0.6));
    const score = { sku: 'COF-ESP', intent, confidence: 1, features: [], featureSpec: 'f', model: 'm' };
    const common = {
      visit,
      score,
      sku: 'COF-ESP',
      alternatives: [{ campaign: 'beans', sku: 'COF-ESP', valueCents: 90, excluded: undefined }],
    };
    const held = { ...common, kind: 'hold', reason: 'holdout', campaign: undefined, propensity: 0.3 } as const;
    const offered = { ...common, kind: 'offer', reason: 'offer', campaign: 'beans', propensity: 0.7 } as const;
    // One in ten agreed to offers only: measured in neither arm.
    if (i % 10 !== 0) {
      rows.push({
        kind: 'row.consent',
        consent: { visit, purpose: 'measurement', granted: true, textVersion: '1', atMs: T0, untilMs: T0 + 1e7 },
      });
    }
    rows.push({ kind: 'row.decision', decision: decision(`d_${i}`, isHeld ? held : offered) });
    const cents = isHeld ? 899 : 799;
    const lines = [{ sku: 'COF-ESP', quantity: 1, cents }];
    if (sold) {
      rows.push({
        kind: 'row.sale',
        sale: { receipt: `r${i}`, till: 'till-1', atMs: T0 + 1000, lines, totalCents: cents, visit, link: 'visit' },
      });
    }
  }
  store.journal.commit(turn({ rows }));
  return dir;
}

describe('endcap policy evaluate', () => {
  it('shows from the log that offering to fewer would earn more, before anything is changed', async () => {
    const dir = record('busy', 3000);
    const run = await rig.run(['policy', 'evaluate', dir, '--max-intent', '0.6']);
    expect(run.stderr).toBe('');
    expect(run.code).toBe(0);
    expect(run.stdout).toMatch(/^2700 measured visits, 1\d\d\d offered and 8\d\d held back by chance; 1\d\d\d would no longer be offered/);
    expect(run.stdout).toMatch(/change: \d+\.\d cents \(\d.*\) a visit, shown to be better/);
    const json = JSON.parse((await rig.run(['policy', 'evaluate', dir, '--without', 'beans', '--json'])).stdout) as {
      readonly policies: readonly { readonly name: string; readonly dr: { readonly value: number } }[];
    };
    expect(json.policies[0]!.dr.value).toBeCloseTo(json.policies[2]!.dr.value, 9);
  });

  it('says that it cannot say where the groups are small', async () => {
    const run = await rig.run(['policy', 'evaluate', record('quiet', 60)]);
    expect([run.code, run.stdout]).toEqual([
      1,
      expect.stringMatching(/^Not enough data yet: \d+ measured visits in the group without offers/),
    ]);
  });

  it('refuses a number that is none', async () => {
    const run = await rig.run(['policy', 'evaluate', '--min-intent', 'high']);
    expect([run.code, run.stderr.trim()]).toEqual([64, 'endcap: Cannot use --min-intent "high": it is not a number']);
  });
});

describe('endcap experiment', () => {
  const file = (text: string) => {
    const path = join(rig.folder, 'experiments.yaml');
    writeFileSync(path, text);
    return path;
  };
  const good = 'experiments:\n  - {id: bigger, layer: offers, variants: [{name: now, weight: 1}, {name: bigger, weight: 1}]}\n';

  it('plans, and shows what looking at any time costs', async () => {
    const { stdout } = await rig.run(['experiment', 'plan', '--rate', '0.1', '--effect', '0.02']);
    const [anytime, once] = Array.from(stdout.matchAll(/^(\d+) visits/gm), ([, visits]) => Number(visits));
    expect(once).toBe(3532);
    expect(anytime).toBeGreaterThan(once!);
  });

  it('checks, assigns the same every time, and judges', async () => {
    const path = file(good);
    expect((await rig.run(['experiment', 'check', path])).stdout).toBe('1 experiments can run together\n');
    const units = Array.from({ length: 3000 }, (_, i) => `v${i}`);
    const { stdout } = await rig.run(['experiment', 'assign', path, ...units]);
    const bigger = new Set(Array.from(stdout.matchAll(/^(\S+) bigger bigger$/gm), ([, unit]) => unit));
    expect(bigger.size).toBeGreaterThan(1350);
    const random = createRandom(1);
    const rows = units.map((unit) => JSON.stringify({ unit, value: random.next() < (bigger.has(unit) ? 0.4 : 0.2) ? 1 : 0 }));
    writeFileSync(join(rig.folder, 'rows.jsonl'), `${rows.join('\n')}\n`);
    const judged = await rig.run(['experiment', 'judge', path, 'bigger', 'rows.jsonl', '--effect', '0.1']);
    expect(judged.stdout).toMatch(/winner: "bigger" is better than "now" by 0\.[12]/);
  });

  it('names every problem of a file, and a line that cannot be read', async () => {
    const path = file(`${good}  - {id: bigger, layer: offers, variants: [{name: a, weight: 1}]}\n`);
    const { code, stdout } = await rig.run(['experiment', 'check', path]);
    expect([code, stdout.trim().split('\n').length]).toEqual([1, 3]);
    writeFileSync(join(rig.folder, 'rows.jsonl'), '{"unit": "v1", "value": 1}\n{"unit": "v2"}\n');
    const broken = await rig.run(['experiment', 'judge', file(good), 'bigger', 'rows.jsonl', '--effect', '0.1']);
    expect(broken.stderr).toMatch(/rows\.jsonl", line 2: a unit and a value are needed/);
  });
});
