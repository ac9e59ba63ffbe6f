import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import type { RowEffect } from '../../agent/core/effect.ts';
import { openStore } from '../../agent/store/store.ts';
import { readResponseModel } from '../../models/policy/response/response-model.ts';
import { createRandom } from '../../models/training/random.ts';
import { VISIT_SPEC } from '../../models/visit-spec.ts';
import { decision, T0, turn } from '../store/support.ts';
import { samplePolicy, sampleStore } from '../support/sample-store.ts';
import { ShopDays } from '../support/shop-days.ts';
import { CliRig } from './cli-rig.ts';

const rig = new CliRig();
afterAll(() => rig[Symbol.dispose]());

function folderOf(name: string): string {
  const dir = join(rig.folder, name);
  mkdirSync(dir);
  return dir;
}

/** A store whose log holds these days. */
function recorded(name: string, days: ShopDays): string {
  const dir = folderOf(name);
  const opened = openStore({ dir, quotaBytes: 256_000_000, nowMs: T0 });
  if (!opened.ok) throw new Error(opened.error.message);
  using store = opened.value;
  const rows = days.driver.effects.filter((effect): effect is RowEffect => effect.kind.startsWith('row.'));
  store.journal.commit(turn({ inputs: days.driver.log, rows }));
  return dir;
}

/** Days in which an offer raises purchases from 20 to 60 in 100, with an experiment running. */
function daysOf(seed: number): ShopDays {
  const sample = sampleStore({
    policy: samplePolicy({ holdoutShare: 0.3, explorationShare: 0.1 }),
    experiments: [
      {
        ...{ id: 'words', name: 'Other words', campaign: 'coffee-20', layer: 'words', from: 0, to: 1, metric: 'profit', effect: 20 },
        ...{ alpha: 0.05, shiftsToWinner: true },
        variants: [
          { name: 'as it is', weight: 1 },
          { name: 'other words', weight: 1, headline: 'For you' },
        ],
      },
    ],
  });
  const campaigns = sample.campaigns.map((campaign) => ({
    ...campaign,
    budgetCents: 1e9,
    discount: { kind: 'percent', percent: 8 } as const,
  }));
  const days = new ShopDays({ ...sample, campaigns });
  const random = createRandom(seed);
  for (let i = 0; i < 260; i++) days.shop({ visit: `v_${seed}_${i}`, buys: (offer) => random.next() < (offer === undefined ? 0.2 : 0.6) });
  return days;
}

describe('endcap policy learnt, fleet-prior and endcap experiment list', () => {
  it('say what offers were seen to do, what other stores may begin with, and what the experiments found so far', async () => {
    const dirs = [1, 2].map((seed) => recorded(`store-${seed}`, daysOf(seed)));
    const { stdout, stderr } = await rig.run(['policy', 'learnt', dirs[0]!]);
    expect(stderr).toBe('');
    expect(stdout).toMatch(/^\d+ outcomes learnt from, 0 that will never be known\n/);
    const [, more] = /Coffee weeks: With 8 % off, (\d+) in 100 more buy \(95 % sure: /.exec(stdout) ?? [];
    expect(Math.abs(Number(more) - 40)).toBeLessThan(16);
    for (const [i, dir] of dirs.entries()) {
      writeFileSync(join(rig.folder, `store-${i}.json`), (await rig.run(['policy', 'learnt', dir, '--json'])).stdout);
    }
    const fleet = await rig.run(['policy', 'fleet-prior', 'store-0.json', 'store-1.json']);
    const [, response] = /# coffee-20: from 2 stores\nprior: \{ response: ([\d.]+), deviation: [\d.]+ \}/.exec(fleet.stdout) ?? [];
    // 8 % off wins half of those who would not buy: 0.5 / 0.08.
    expect(Number(response)).toBeGreaterThan(3.5);
    expect(Number(response)).toBeLessThan(9);
    const list = await rig.run(['experiment', 'list', dirs[0]!]);
    expect(list.stdout).toMatch(/^words \(Other words, campaign Coffee weeks\): running\. /);
    expect(list.stdout).toMatch(/as it is: 50 % of visits, \d+ met it, \d+ measured/);
  });

  it('leave a request where no agent runs, and say so', async () => {
    const { stdout } = await rig.run(['experiment', 'stop', 'words'], { ENDCAP_DATA_DIR: folderOf('idle') });
    expect(stdout).toMatch(/^No agent is running on this data folder; it is done when one starts/);
  });
});

describe('endcap policy train', () => {
  function record(name: string, options: { readonly visits: number; readonly isPersonal: boolean }): string {
    const dir = folderOf(name);
    const opened = openStore({ dir, quotaBytes: 256_000_000, nowMs: T0 });
    if (!opened.ok) throw new Error(opened.error.message);
    using store = opened.value;
    const random = createRandom(5);
    const rows: RowEffect[] = [];
    for (let i = 0; i < options.visits; i++) {
      const visit = `v_${i}`;
      const features = VISIT_SPEC.features.map(({ min }) => Math.max(0, min));
      features[VISIT_SPEC.index.get('returns')!] = random.next() < 0.5 ? 1 : 0;
      const response = options.isPersonal ? (features[VISIT_SPEC.index.get('returns')!] === 1 ? 6 : 0) : 3;
      const isHeld = random.next() < 0.5;
      const chance = isHeld ? 0.2 : 0.2 + 0.8 * response * 0.1;
      const shared = {
        visit,
        sku: 'COF-ESP',
        score: { sku: 'COF-ESP', intent: 0.2, confidence: 1, features, featureSpec: VISIT_SPEC.id, model: 'm' },
        alternatives: [{ campaign: 'beans', sku: 'COF-ESP', valueCents: 90, excluded: undefined, discountCents: 90, probability: 1 }],
        policy: { name: 'bandit@1', learnt: 0, holdProbability: 0, isExploring: false },
        propensity: 0.5,
      };
      const held = { ...shared, kind: 'hold', reason: 'holdout', campaign: undefined } as const;
      const offered = { ...shared, kind: 'offer', reason: 'offer', campaign: 'beans' } as const;
      rows.push({
        kind: 'row.consent',
        consent: { visit, purpose: 'measurement', granted: true, textVersion: '1', atMs: T0, untilMs: T0 + 1e7 },
      });
      rows.push({ kind: 'row.decision', decision: decision(`d_${i}`, isHeld ? held : offered) });
      if (random.next() < chance) {
        const lines = [{ sku: 'COF-ESP', quantity: 1, cents: 809 }];
        rows.push({
          kind: 'row.sale',
          sale: { receipt: `r${i}`, till: 'till-1', atMs: T0 + 1000, lines, totalCents: 809, visit, link: 'visit' },
        });
      }
    }
    store.journal.commit(turn({ rows }));
    return dir;
  }

  it('finds that a discount does the same for everybody where it does, and for whom it does more where that shows', async () => {
    const even = await rig.run(['policy', 'train', record('even', { visits: 3000, isPersonal: false }), '--out', 'even.json']);
    expect(even.stderr).toBe('');
    expect(even.stdout).toMatch(/10 % off wins (2|3)\d in 100 of those who would not buy .*the same for everybody/);
    const dir = record('personal', { visits: 3000, isPersonal: true });
    await rig.run(['policy', 'train', dir, '--out', 'one.json']);
    await rig.run(['policy', 'train', dir, '--out', 'two.json']);
    const [one, two] = ['one.json', 'two.json'].map((file) => readFileSync(join(rig.folder, file), 'utf8'));
    expect(one).toBe(two);
    const model = readResponseModel(one ?? '');
    expect(model.ok && model.value.use).toBe('personal');
    expect(model.ok && model.value.columns.find(({ feature }) => feature === 'returns')?.slope).toBeGreaterThan(1);
    expect(readResponseModel((one ?? '').replace('"use": "personal"', '"use": "same-for-everybody"')).ok).toBe(false);
  });

  it('says that it cannot learn from few', async () => {
    const run = await rig.run(['policy', 'train', record('few', { visits: 80, isPersonal: false })]);
    expect([run.code, run.stdout]).toEqual([1, expect.stringMatching(/^Not enough data yet: \d+ measured visits without an offer/)]);
  });
});
