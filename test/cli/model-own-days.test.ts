import { existsSync, mkdirSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { collectOwnDays } from '../../agent/cli/log-rows.ts';
import type { LoggedInput } from '../../agent/core/input.ts';
import { createState } from '../../agent/core/state.ts';
import { openLogFile } from '../../agent/store/log-file.ts';
import type { ModelManifest } from '../../models/manifest.ts';
import { RuleScorer } from '../../models/rule-scorer.ts';
import { VISIT_SPEC } from '../../models/visit-spec.ts';
import { recordDays } from '../support/own-log.ts';
import { samplePolicy, sampleStore } from '../support/sample-store.ts';
import { CliRig } from './cli-rig.ts';

const rig = new CliRig();
afterAll(() => rig[Symbol.dispose]());

const STORE = sampleStore({ policy: samplePolicy({ holdoutShare: 0.8 }) });
/** A Monday, 8:00 in Berlin. */
const START_MS = Date.UTC(2026, 5, 1, 6);

async function recorded(name: string, hours: number): Promise<string> {
  const dir = join(rig.folder, name);
  mkdirSync(dir);
  await recordDays(dir, { store: STORE, scorer: new RuleScorer({ minuteOfDay: () => 600 }), hours, startMs: START_MS });
  return dir;
}

function entriesOf(dir: string): LoggedInput[] {
  const opened = openLogFile(join(dir, 'core.db'));
  if (!opened.ok) throw new Error(opened.error);
  using file = opened.value;
  return [...file.read(0)];
}

function manifestIn(folder: string): ModelManifest {
  return JSON.parse(readFileSync(join(rig.folder, folder, 'purchase-intent.manifest.json'), 'utf8')) as ModelManifest;
}

describe("a store's own log, from a shell", { timeout: 180_000 }, () => {
  let days: string;
  let hour: string;

  beforeAll(async () => {
    days = await recorded('days', 8);
    hour = await recorded('hour', 1);
  }, 120_000);

  it('becomes rows, a model, a trial beside what was in use, and a model on its way', async () => {
    const rows = await rig.run(['model', 'rows', 'rows.jsonl', '--log', days]);
    const [, products, visits] = /^(\d+) rows of (\d+) visits, \d+ bought\n$/.exec(rows.stdout) ?? [];
    expect(Number(visits)).toBeGreaterThan(500);
    const trained = await rig.run(['model', 'train', '--rows', 'rows.jsonl', '--out', 'from-rows']);
    expect([trained.code, trained.stderr]).toEqual([0, '']);
    // One store: what judges is later than what was learnt from, and the report says so.
    expect(trained.stdout).toContain('of 1 store(s)');
    expect(trained.stdout).toContain('On rows it never saw (the latest fifth by time)');

    const learnt = await rig.run(['model', 'train', '--log', days, '--out', 'own']);
    expect(learnt.code).toBe(0);
    expect(learnt.stdout).toMatch(/^purchase-intent@[0-9a-f]{12}: On the newest visits, which it never saw, it predicts purchases /);
    expect(learnt.stdout).toMatch(
      /what was learnt here: AUC [\d.]+.*\n +in use: purchase-intent@[0-9a-f]{12}: AUC [\d.]+.*\n +the rules: AUC /,
    );
    const [, offered, unnamed] =
      /Left out: (\d+) visits that were made an offer, and (\d+) that paid and no till named/.exec(learnt.stdout) ?? [];
    expect(Number(offered)).toBeGreaterThan(0);
    expect(Number(unnamed)).toBeGreaterThan(0);
    // The same rows, the same model, in one step or in two.
    const manifest = manifestIn('own');
    expect(manifest.sha256).toBe(manifestIn('from-rows').sha256);
    expect(manifest.training.rows + manifest.metrics.heldOut.rows).toBeLessThanOrEqual(Number(products));
    expect(readFileSync(join(rig.folder, 'own/purchase-intent.report.md'), 'utf8')).toContain(
      '## Beside what is in use, on the same newest visits',
    );
    expect(readdirSync(join(rig.folder, 'own')).sort()).toEqual([
      'purchase-intent.manifest.json',
      'purchase-intent.onnx',
      'purchase-intent.report.md',
    ]);

    const tried = await rig.run(['model', 'evaluate', 'own/purchase-intent.manifest.json', days, '--json']);
    const said = JSON.parse(tried.stdout) as { readonly rows: number; readonly sentence: string };
    expect(said.sentence).toMatch(
      /^On the last \d+ hours, which it did not learn from: it predicts purchases .*decisions would have been others/,
    );
    // What it learnt from does not judge it.
    expect(said.rows).toBeLessThan(0.3 * Number(products));

    const staged = await rig.run(['model', 'stage', 'own/purchase-intent.manifest.json'], { ENDCAP_DATA_DIR: days });
    expect(staged.stdout).toContain('it is done when one starts');
    expect(existsSync(join(days, 'models', manifest.sha256.slice(0, 12), 'purchase-intent.onnx'))).toBe(true);
  });

  it('with too little in it is refused: how much there is, how much is needed, what helps', async () => {
    const sentence = /^endcap: Cannot train: only \d+ visits have a known outcome; 500 are needed \(Let the store go on for some days: /m;
    const learnt = await rig.run(['model', 'train', '--log', hour, '--out', 'none']);
    expect([learnt.code, learnt.stdout]).toEqual([69, '']);
    expect(learnt.stderr).toMatch(sentence);
    await rig.run(['model', 'rows', 'few.jsonl', '--log', hour]);
    expect((await rig.run(['model', 'train', '--rows', 'few.jsonl', '--out', 'none'])).stderr).toMatch(sentence);
    expect(existsSync(join(rig.folder, 'none/purchase-intent.onnx'))).toBe(false);
    const lines = (await rig.run(['model', 'train', '--log', hour, '--out', 'none', '--json'])).stdout.trim().split('\n');
    expect(JSON.parse(lines.at(-1) ?? '')).toMatchObject({ kind: 'refused', sentence: expect.stringMatching(/^Only \d+ visits/) });
  });

  it('is read by the features of today, also where an earlier version of the agent wrote it', async () => {
    const log = entriesOf(hour);
    const today = await collectOwnDays({ state: createState(), log });
    const earlier = log.map(({ input, ...entry }): LoggedInput => {
      if (input.kind !== 'scored') return { ...entry, input };
      return { ...entry, input: { ...input, scores: input.scores.map((score) => ({ ...score, features: [1], featureSpec: 'older@1' })) } };
    });
    const again = await collectOwnDays({ state: createState(), log: earlier });
    expect(today.rows.length).toBeGreaterThan(20);
    expect(again.again).toBeGreaterThan(20);
    const clock = new Set(['time_sin', 'time_cos'].map((name) => VISIT_SPEC.index.get(name)));
    const known = (rows: typeof today.rows) => rows.map((row) => ({ ...row, values: row.values.filter((_, i) => !clock.has(i)) }));
    expect(known(again.rows)).toEqual(known(today.rows));
  });

  it('teaches nothing while nobody can tell how many purchases no till named', async () => {
    const untold = await collectOwnDays({ state: createState(), log: entriesOf(hour) });
    expect(untold.namedShare).toBeUndefined();
    const { learnOwnDays } = await import('../../agent/cli/learn-own-days.ts');
    const options = { outDir: rig.folder, rowsPath: join(rig.folder, 'unused.jsonl'), version: '1', progress: () => undefined };
    const inUse = { name: 'none', intents: async () => [] };
    expect(await learnOwnDays({ ...untold, visits: 900 }, { ...options, inUse })).toMatchObject({
      kind: 'refused',
      sentence: expect.stringContaining('Too few buyers were named by a till and seen at the checkout'),
      hint: expect.stringContaining('model.namedShare'),
    });
  });
});
