import type { Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { StoreOverview } from '../../agent/core/overview.ts';
import { hasPeer } from '../support/peers.ts';
import { axeFindings, eventually, type Look, SIZES, type WatchedPage } from './support/browser.ts';
import { type FakeStore, fakeStore } from './support/fake-store.ts';
import { emptyOverview, sampleOverview, serveManager, troubledOverview } from './support/manager-samples.ts';
import { type Pages, preparePages } from './support/pages.ts';
import { SHOP_STREAM, sampleOffer, serveShop } from './support/shop-samples.ts';

/** Both sizes, and the dark colours once: they are the same at every size. */
const LOOKS: readonly { readonly name: string; readonly look: Look }[] = [
  { name: 'phone', look: SIZES.phone },
  { name: 'phone in the dark', look: { ...SIZES.phone, scheme: 'dark' } },
  { name: 'desk', look: SIZES.desk },
];

/** Axe looks at every element by every rule: seconds a state on a small machine. */
const SLOW = { timeout: 120_000 };

describe.skipIf(!hasPeer('chromium')).each(LOOKS)('WCAG 2.2 AA by axe: $name', ({ look }) => {
  let pages: Pages;
  let store: FakeStore;
  let opened: WatchedPage[];

  beforeAll(async () => {
    pages = await preparePages();
  });

  afterAll(() => pages?.[Symbol.asyncDispose]());

  beforeEach(async () => {
    store = await fakeStore(pages.publicDir);
    opened = [];
  });

  afterEach(async () => {
    for (const { context } of opened) await context.close();
    await store[Symbol.asyncDispose]();
  });

  async function open(path: string): Promise<Page> {
    const watched = await pages.browser.open(`${store.url}${path}`, look);
    opened.push(watched);
    return watched.page;
  }

  async function check(page: Page, state: string): Promise<void> {
    expect(await axeFindings(page), state).toEqual([]);
  }

  it('every state of the shopper page', SLOW, async () => {
    serveShop(store);
    const page = await open('/shop?at=shelf-03');
    await page.getByText('What exactly is noted?').click();
    await check(page, 'asking');
    await page.getByRole('button', { name: 'No thanks, just looking' }).click();
    await page.getByRole('heading', { name: 'No problem' }).waitFor();
    await check(page, 'declined');
    await page.getByRole('button', { name: 'I changed my mind' }).click();
    await page.getByRole('button', { name: 'Yes, show me offers' }).click();
    await page.getByRole('heading', { name: 'Nothing for you just yet' }).waitFor();
    await check(page, 'waiting');
    await eventually(() => store.openStreams(SHOP_STREAM)).toBe(1);
    store.send(SHOP_STREAM, { name: 'offer', data: sampleOffer() });
    await page.getByText('Why this?').click();
    await page.getByRole('button', { name: 'Save', exact: true }).click();
    await check(page, 'offer');
    store.send(SHOP_STREAM, { name: 'withdrawn', data: { id: 'o-1', reason: 'withdrawn' } });
    await page.locator('.farewell').waitFor();
    await check(page, 'withdrawn');
    store.refuseStreams(true);
    store.cut();
    await page.getByText('No connection to the store.').waitFor();
    await check(page, 'offline');
    await page.getByRole('link', { name: 'Change' }).click();
    await page.getByRole('heading', { name: 'Where are you?' }).waitFor();
    await check(page, 'place');
    await page.getByRole('link', { name: 'My data' }).click();
    await page.getByText('Permissions').click();
    await page.getByRole('button', { name: 'Erase everything' }).click();
    await check(page, 'my data');
    await page.getByRole('button', { name: 'Yes, erase now' }).click();
    await page.getByRole('heading', { name: 'All gone' }).waitFor();
    await check(page, 'erased');
  });

  it('every state of the way into the manager page', SLOW, async () => {
    store.answer('GET /api/v1/session', { status: 200, body: { account: null, setupNeeded: true } });
    const page = await open('/');
    await page.getByRole('button', { name: 'Create account' }).click();
    await check(page, 'setup with empty fields');
    store.answer('GET /api/v1/session', { status: 200, body: { account: null, setupNeeded: false } });
    store.answer('POST /api/v1/login', { status: 401, body: { title: 'The name or the password is wrong.', hint: 'Check both.' } });
    await page.reload();
    await page.getByLabel('Your name').fill('Ana');
    await page.getByLabel('Password', { exact: true }).fill('x');
    await page.getByRole('button', { name: 'Sign in' }).click();
    await page.getByRole('alert').waitFor();
    await check(page, 'login refused');
    store.answer('GET /api/v1/session', { status: 503 });
    await page.reload();
    await page.getByRole('heading', { name: 'The agent does not answer' }).waitFor();
    await check(page, 'unreachable');
  });

  describe('the desk', () => {
    async function openDesk(overview: StoreOverview): Promise<Page> {
      serveManager(store, () => overview);
      const page = await open('/#all');
      await page.locator('.decision-line').first().waitFor();
      return page;
    }

    it('on a good day, everything unfolded', SLOW, async () => {
      const page = await openDesk(sampleOverview());
      await page.locator('.plot canvas').waitFor();
      await page.locator('.decision-line').first().click();
      await page.getByText('How much each thing counted').click();
      for (const fold of await page.locator('#fairness summary').all()) await fold.click();
      await page.getByText('numbers that the score').click();
      await page.getByText('The same as a table').click();
      await check(page, 'a good day');
    });

    it('on a troubled day, with a shelf chosen and all sheets laid out', SLOW, async () => {
      const page = await openDesk({ ...troubledOverview(), offersPaused: true });
      await page.getByRole('radio', { name: /^Shelf 9/ }).press(' ');
      await page.getByLabel('For which place').selectOption('*');
      await check(page, 'a troubled day');
    });

    it('on its first morning', SLOW, async () => {
      await check(await openDesk(emptyOverview()), 'a first morning');
    });

    it('with the connection lost', SLOW, async () => {
      const page = await openDesk(sampleOverview());
      store.refuseStreams(true);
      store.cut();
      await page.getByRole('heading', { name: 'Connection to the agent lost' }).waitFor();
      await check(page, 'connection lost');
    });
  });
});
