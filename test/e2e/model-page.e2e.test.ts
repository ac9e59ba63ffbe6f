import { createHash, randomBytes } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { RuleScorer } from '../../models/rule-scorer.ts';
import { smallArtifact } from '../models/onnx-fixture.ts';
import { type EndcapProcess, LiveStore } from '../support/live-store.ts';
import { recordVisits } from '../support/own-log.ts';
import { hasPeer } from '../support/peers.ts';
import { samplePolicy, sampleStore } from '../support/sample-store.ts';
import { until } from '../support/until.ts';
import { axeFindings, SIZES, startBrowser, type TestBrowser, type WatchedPage } from '../web/support/browser.ts';

const ARTIFACT = smallArtifact();
const NAME = `purchase-intent@${ARTIFACT.manifest.sha256.slice(0, 12)}`;
/** Reading, learning and judging on a machine that does other things too. */
const PATIENCE = { timeout: 90_000 };

describe.skipIf(!hasPeer('chromium'))('models on the manager page of a store with days behind it', { timeout: 180_000 }, () => {
  let store: LiveStore;
  let agent: EndcapProcess;
  let browser: TestBrowser;
  let desk: WatchedPage;
  let page: Page;

  beforeAll(async () => {
    store = await LiveStore.create({ model: '\n  deadline: 10s\n  namedShare: 0.95' });
    const days = sampleStore({ storeId: 'corner', policy: samplePolicy({ holdoutShare: 0.9 }) });
    await recordVisits(store.data, { store: days, scorer: new RuleScorer(), visits: 800, endMs: Date.now() - 60_000 });
    agent = await store.start();
    browser = await startBrowser();
    const [, code] = await agent.written(/one-time code (\S+)/);
    desk = await browser.open(`${store.url}/`, SIZES.desk);
    page = desk.page;
    await page.getByLabel('Setup code').fill(code!);
    await page.getByLabel('Your name').fill('ana');
    await page.getByLabel('Password', { exact: true }).fill('four random words here');
    await page.getByRole('button', { name: 'Create account' }).click();
    await page.getByRole('link', { name: 'Decisions' }).click();
    await page.getByText('What a new model must show before it decides').waitFor();
  }, 90_000);

  afterAll(async () => {
    await browser?.[Symbol.asyncDispose]();
    await store?.[Symbol.asyncDispose]();
  });

  const card = () => page.locator('#model');

  async function choose(onnx: Uint8Array): Promise<void> {
    const sha256 = createHash('sha256').update(onnx).digest('hex');
    const manifest = Buffer.from(JSON.stringify({ ...ARTIFACT.manifest, sha256, bytes: onnx.length }));
    await page.getByLabel('Manifest and model, both files together').setInputFiles([
      { name: 'purchase-intent.manifest.json', mimeType: 'application/json', buffer: manifest },
      { name: 'purchase-intent.onnx', mimeType: 'application/octet-stream', buffer: Buffer.from(onnx) },
    ]);
  }

  it('one is learnt from its own days, beside what is in use, and handed in', async () => {
    await card().getByText("Learn from this store's own days").click();
    await page.getByRole('button', { name: 'Begin', exact: true }).click();
    const found = page.getByRole('table', { name: /^On the newest visits, which purchase-intent@[0-9a-f]{12} never saw$/ });
    await found.waitFor(PATIENCE);
    expect(await found.locator('tbody th').allTextContents()).toEqual([
      'What was learnt here',
      expect.stringMatching(/^In use: purchase-intent@[0-9a-f]{12}$/),
      'The rules',
    ]);
    expect(await card().textContent()).toMatch(/Judged by the \d+ visits after that/);
    expect(await axeFindings(page)).toEqual([]);
    await page.getByRole('region', { name: 'What was learnt' }).getByRole('button', { name: 'Hand it in' }).click();
    await card()
      .getByText(/is checked and is tried on the last days\.$/)
      .waitFor(PATIENCE);
    await page.getByRole('region', { name: 'The new model' }).waitFor();
  });

  it('one from elsewhere is tried on its log with the words of the shell, and then handed in', async () => {
    await card().getByText('Hand in a model', { exact: true }).click();
    await choose(ARTIFACT.onnx);
    await page.getByRole('button', { name: "Try it on this store's log" }).click();
    const trial = page.getByRole('region', { name: 'The trial' });
    await trial.getByText(/decisions would have been others/).waitFor(PATIENCE);
    store.write(`new/${ARTIFACT.manifest.file}`, Buffer.from(ARTIFACT.onnx));
    const manifest = store.write('new/manifest.json', JSON.stringify(ARTIFACT.manifest));
    const { stdout } = await store.run(['model', 'evaluate', '--config', store.config, manifest]);
    const [sentence = ''] = stdout.split('\n');
    expect(sentence).toMatch(/^On the last 6 days: it predicts purchases /);
    expect(await trial.textContent()).toContain(sentence);
    await card().locator('.fold').filter({ hasText: 'Hand in a model' }).getByRole('button', { name: 'Hand it in' }).click();
    await card().getByText(`${NAME} is checked and is tried on the last days.`).waitFor(PATIENCE);
    await page.getByRole('region', { name: 'The new model' }).getByText(NAME).waitFor();
  });

  it('one that is no model, with a manifest that vouches for it, is refused in words, and what decides goes on', async () => {
    await choose(randomBytes(20_000));
    await card().locator('.fold').filter({ hasText: 'Hand in a model' }).getByRole('button', { name: 'Hand it in' }).click();
    await card()
      .getByText(/This is not taken\. Cannot read the model/)
      .waitFor(PATIENCE);
    expect(await card().textContent()).toMatch(/Intent is scored by the model purchase-intent@/);
    expect(desk.complaints).toEqual([]);
  });

  it.skipIf(process.platform !== 'linux')('what is being learnt ends with the agent, and its folder is gone', async () => {
    await page.getByRole('button', { name: 'Begin again' }).click();
    await until('the process that learns', () => isLearning(store.data));
    await agent.stop('SIGTERM');
    expect(isLearning(store.data)).toBe(false);
    expect(readdirSync(join(store.data, 'models')).filter((name) => name.startsWith('.'))).toEqual([]);
  });
});

/** Whether a process learns from this data folder. */
function isLearning(data: string): boolean {
  return readdirSync('/proc').some((pid) => {
    if (!/^\d+$/.test(pid)) return false;
    try {
      const words = readFileSync(`/proc/${pid}/cmdline`, 'utf8').split('\0');
      return words.includes('train') && words.includes(data);
    } catch {
      return false;
    }
  });
}
