import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import type { RowEffect } from '../../agent/core/effect.ts';
import { openStore } from '../../agent/store/store.ts';
import { createRandom } from '../../models/training/random.ts';
import { decision, offer, turn } from '../store/support.ts';
import { CliRig } from './cli-rig.ts';

const rig = new CliRig();
afterAll(() => rig[Symbol.dispose]());

/** A log in which discounts follow the product, unless the French page gets less. */
function record(name: string, frenchShare: number): string {
  const dir = join(rig.folder, name);
  mkdirSync(dir);
  const opened = openStore({ dir, quotaBytes: 256_000_000, nowMs: Date.now() });
  if (!opened.ok) throw new Error(opened.error.message);
  using store = opened.value;
  const random = createRandom(9);
  const rows: RowEffect[] = [];
  for (let i = 0; i < 800; i++) {
    const language = ['de', 'en', 'fr'][random.below(3)]!;
    const isOffered = random.next() < 0.5;
    const score = { sku: 'oat-milk', intent: 0.3, confidence: 1, features: [], featureSpec: 'f', model: 'm' };
    const common = { visit: `v_${i}`, atMs: Date.now() - 1_000, score, situation: { stage: 'deciding' as const, hour: 10, language } };
    const made = { ...offer(`o_${i}`, `v_${i}`), discountCents: language === 'fr' ? Math.round(50 * frenchShare) : 50 };
    rows.push({
      kind: 'row.decision',
      decision: isOffered
        ? decision(`d_${i}`, { ...common, offer: made.id })
        : decision(`d_${i}`, { ...common, kind: 'hold', reason: 'low-intent', campaign: undefined }),
    });
    if (isOffered) rows.push({ kind: 'row.offer', offer: made });
  }
  store.journal.commit(turn({ rows }));
  return dir;
}

describe('endcap audit offers', () => {
  it('ends with 0 where chance explains what differs, and shows every rate with its interval', async () => {
    const run = await rig.run(['audit', 'offers', record('fair', 1)]);
    expect(run.stderr).toBe('');
    expect(run.code).toBe(0);
    expect(run.stdout).toMatch(/^800 visits compared over 28 days, 4\d\d of them got an offer/);
    expect(run.stdout).toMatch(/fr: \d+ of \d+ visits, \d+\.\d % \(\d+\.\d to \d+\.\d\), discount 20\.1 %/);
    expect(run.stdout).toContain('Nothing differs by more than chance explains');
  });

  it('ends with 1 on an injected bias, and names who gets less', async () => {
    const run = await rig.run(['audit', 'offers', record('biased', 0.7)]);
    expect(run.code).toBe(1);
    expect(run.stdout).toMatch(/DIFFERS: language of the page fr: \d+\.\d points of the price less discount within the same campaigns/);
  });

  it('looks only at the days it was asked for, and says so to programs', async () => {
    const dir = join(rig.folder, 'fair');
    const report = JSON.parse((await rig.run(['audit', 'offers', dir, '--days', '1', '--json'])).stdout);
    expect(report).toMatchObject({ visits: 800, findings: [], isPartial: false });
    expect((await rig.run(['audit', 'offers', dir, '--days', 'soon'])).code).toBe(64);
  });
});
