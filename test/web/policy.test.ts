import type { Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { sentenceOf } from '../../agent/web/manager/experiment-words.ts';
import { hasPeer } from '../support/peers.ts';
import { axeFindings, type Look, SIZES } from './support/browser.ts';
import { type FakeStore, fakeStore } from './support/fake-store.ts';
import { serveManager } from './support/manager-samples.ts';
import { type Pages, preparePages } from './support/pages.ts';
import { sampleExperiments } from './support/policy-samples.ts';

const SLOW = { timeout: 60_000 };

describe.skipIf(!hasPeer('chromium'))('experiments, what was learnt and the channels', () => {
  let pages: Pages;
  let store: FakeStore;
  let page: Page;
  let close: () => Promise<void>;

  beforeAll(async () => {
    pages = await preparePages();
  });

  afterAll(() => pages?.[Symbol.asyncDispose]());

  beforeEach(async () => {
    store = await fakeStore(pages.publicDir);
    serveManager(store);
    await open(SIZES.desk);
  });

  afterEach(async () => {
    await close();
    await store[Symbol.asyncDispose]();
  });

  async function open(look: Look): Promise<void> {
    const watched = await pages.browser.open(`${store.url}/#offers`, look);
    page = watched.page;
    close = () => watched.context.close();
    await page.getByRole('heading', { name: 'Experiments' }).waitFor();
    await page.getByRole('heading', { name: 'Coffee weeks: 10 % off' }).waitFor();
  }

  const card = (id: string) => page.locator(`#${id}`);

  it('each experiment says in words what it found, with its interval in currency', SLOW, async () => {
    const text = (await card('experiments').textContent()) ?? '';
    expect(text).toContain('Not decided yet');
    expect(text).toMatch(/\+€0\.21\s*\(-€0\.06 to \+€0\.49, 31% of the noise foreseen\)/);
    expect(text).toContain('“other words” is better than “as it is”');
    expect(text).toContain('Stopped: profit in "shelf display" falls by at least 9.1 cents a visit. Everybody gets “as it is”.');
  });

  it('a manager stops one and begins another, and what is missing is said', SLOW, async () => {
    await page.getByRole('button', { name: 'Stop Coffee weeks: 10 % off' }).click();
    await expect.poll(() => store.requests.find(({ path }) => path === '/api/v1/store/experiments/depth')?.body).toEqual({ isOn: false });
    await page.getByText('Begin an experiment').click();
    await page.getByRole('button', { name: 'Begin', exact: true }).click();
    await page.getByText('Enter a discount between 0 and 100 percent.').waitFor();
    await page.getByLabel('Discount in percent').fill('12,5');
    await page.getByRole('button', { name: 'Begin', exact: true }).click();
    await expect
      .poll(() => store.requests.find(({ method, path }) => method === 'POST' && path === '/api/v1/store/experiments')?.body)
      .toMatchObject({
        id: 'coffee-20-discount',
        campaign: 'coffee-20',
        metric: 'profit',
        variant: { discount: { kind: 'percent', percent: 12.5 } },
      });
  });

  it('what offers do is said campaign by campaign, and where the same for everybody is as good, that', SLOW, async () => {
    const text = (await card('learnt').textContent()) ?? '';
    expect(text).toContain('With 20 % off, 12 in 100 more buy (95 % sure: 8.4 to 16).');
    expect(text).toContain('the same for everybody is as good');
    expect(text).toContain('Stopped by itself: 71 % of its offers are waved away');
    expect(text).toContain('Too few outcomes yet');
  });

  it('a change is judged by the log before anybody meets it', SLOW, async () => {
    await page.getByText('Try a change on the log first').click();
    await page.getByLabel('Offer only from this chance of a purchase on (%)').fill('25');
    await page.getByLabel('As if this campaign were off').selectOption('care-15');
    await page.getByRole('button', { name: 'Judge by the log' }).click();
    await page.getByText('profit a visit, not shown to be different').waitFor();
    expect(store.requests.find(({ path }) => path === '/api/v1/store/policy/evaluate')?.body).toEqual({
      minIntent: 0.25,
      without: ['care-15'],
    });
    expect(await card('learnt').textContent()).toContain('With the change');
    expect(await axeFindings(page)).toEqual([]);
  });

  it('the channels stand below what the holdout shows, and credit is handed out in the way that is chosen', SLOW, async () => {
    const text = async () => (await card('channels').textContent()) ?? '';
    expect(await text()).toMatch(/\+€412\.00 profit caused by offers/);
    expect(await text()).toContain('€1,248.00');
    await card('channels').getByText('First', { exact: true }).click();
    expect(await text()).toContain('€3,120.00');
    expect(await text()).not.toContain('Shelf label');
  });
});

describe('the sentence of an experiment', () => {
  it.each(sampleExperiments().map((experiment) => [experiment.status, experiment] as const))('has words for %s', (_status, experiment) => {
    expect(sentenceOf(experiment)).toMatch(/^[A-Z“].*\.$/);
  });

  it('says that nothing beats the same for everybody, and by how much', () => {
    const [first] = sampleExperiments();
    expect(sentenceOf({ ...first!, status: 'no-better' })).toBe(
      'Nothing beats “as it is” by 0.10 of profit a visit: everybody gets the same.',
    );
  });
});
