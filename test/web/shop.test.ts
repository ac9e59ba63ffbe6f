import { readFile } from 'node:fs/promises';
import type { Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { hasPeer } from '../support/peers.ts';
import { eventually, type WatchedPage } from './support/browser.ts';
import { type FakeStore, fakeStore, type SeenRequest } from './support/fake-store.ts';
import { type Pages, preparePages } from './support/pages.ts';
import { SHOP_STREAM, sampleOffer, serveShop } from './support/shop-samples.ts';

describe.skipIf(!hasPeer('chromium'))('the shopper page', () => {
  let pages: Pages;
  let store: FakeStore;
  let opened: WatchedPage[];

  beforeAll(async () => {
    pages = await preparePages();
  });

  afterAll(() => pages?.[Symbol.asyncDispose]());

  beforeEach(async () => {
    store = await fakeStore(pages.publicDir);
    serveShop(store);
    opened = [];
  });

  afterEach(async () => {
    for (const { complaints } of opened) expect(complaints).toEqual([]);
    for (const { context } of opened) await context.close();
    await store[Symbol.asyncDispose]();
  });

  async function open(path = '/shop?at=shelf-03', look: Parameters<Pages['browser']['open']>[1] = {}): Promise<Page> {
    const watched = await pages.browser.open(`${store.url}${path}`, look);
    opened.push(watched);
    return watched.page;
  }

  async function join(path?: string, look?: Parameters<Pages['browser']['open']>[1]): Promise<Page> {
    const page = await open(path, look);
    await page.getByRole('button', { name: 'Yes, show me offers' }).click();
    await page.getByRole('heading', { name: 'Your offers' }).waitFor();
    await eventually(() => store.openStreams(SHOP_STREAM)).toBeGreaterThan(0);
    return page;
  }

  const posted = (route: string): readonly SeenRequest[] => store.requests.filter(({ method, path }) => `${method} ${path}` === route);
  const receiptsOf = (id: string) => posted(`POST /api/v1/offers/${id}/receipts`).map(({ body }) => (body as { state: string }).state);
  const sendOffer = (offer = sampleOffer(), id = '1') => store.send(SHOP_STREAM, { name: 'offer', data: offer, id });

  describe('before a yes', () => {
    it('asks in one sentence, with two answers of the same size', async () => {
      const page = await open();
      const [yes, no] = [
        await page.getByRole('button', { name: 'Yes, show me offers' }).boundingBox(),
        await page.getByRole('button', { name: 'No thanks, just looking' }).boundingBox(),
      ];
      expect({ width: yes?.width, height: yes?.height }).toEqual({ width: no?.width, height: no?.height });
      expect(await page.locator('.lead').innerText()).toMatch(/^[^.]+\.$/);
      // Nothing is agreed to beforehand, and a number is asked for only where the store has a use for it.
      for (const box of await page.getByRole('checkbox').all()) expect(await box.isChecked()).toBe(false);
      expect(await page.getByRole('checkbox').count()).toBe(2);
      expect(await page.getByRole('textbox').count()).toBe(0);
    });

    it('a no sends nothing, stores nothing and can be taken back', async () => {
      const page = await open();
      await page.getByRole('button', { name: 'No thanks, just looking' }).click();
      await page.getByRole('heading', { name: 'No problem' }).waitFor();
      // Only what anybody may ask: no visit, no token, no stream, nothing about this phone.
      expect(store.requests.map(({ method, path }) => `${method} ${path}`)).toEqual(['GET /api/v1/store']);
      expect(store.requests.every(({ authorization }) => authorization === undefined)).toBe(true);
      expect(await page.evaluate(() => localStorage.length + sessionStorage.length)).toBe(0);
      expect(await page.evaluate(() => document.cookie)).toBe('');
      await page.getByRole('button', { name: 'I changed my mind' }).click();
      await page.getByRole('button', { name: 'Yes, show me offers' }).waitFor();
    });

    it('says when it is busy or broken, and that nothing was stored', async () => {
      const page = await open();
      store.answer('POST /api/v1/visits', { status: 503, body: { title: 'The store is very busy.' } });
      await page.getByRole('button', { name: 'Yes, show me offers' }).click();
      await page.getByText('The store is busy.').waitFor();
      store.answer('POST /api/v1/visits', { status: 500 });
      await page.getByRole('button', { name: 'Yes, show me offers' }).click();
      await page.getByText('Nothing was stored.').waitFor();
    });
  });

  describe('after a yes', () => {
    it('joins with the place, the wording and exactly what was agreed to', async () => {
      const page = await open('/shop?at=shelf-03&tag=cart-07');
      await page.getByLabel('Also link my purchase').check();
      await page.getByRole('button', { name: 'Yes, show me offers' }).click();
      await page.getByText('You are at: Shelf 3').waitFor();
      expect(posted('POST /api/v1/visits')[0]?.body).toEqual({
        consents: { offers: true, measurement: true, remember: false },
        textVersion: '1',
        language: 'en',
        at: 'shelf-03',
        tag: 'cart-07',
      });
    });

    it('keeps the token of “remember me” only after that yes, brings it along next time, and drops it with the erasure', async () => {
      store.answer('POST /api/v1/visits', {
        status: 201,
        body: { visitId: 'v_sample', token: 'T'.repeat(43), rememberToken: 'R'.repeat(43) },
      });
      const page = await open();
      await page.getByLabel('Remember me for 24 hours').check();
      await page.getByRole('button', { name: 'Yes, show me offers' }).click();
      await page.getByRole('heading', { name: 'Your offers' }).waitFor();
      expect(posted('POST /api/v1/visits')[0]?.body).toMatchObject({ consents: { remember: true } });
      expect(await page.evaluate(() => localStorage.getItem('endcap.remember'))).toContain('RRR');
      await page.evaluate(() => localStorage.removeItem('endcap.visit'));
      await page.reload();
      await page.getByRole('button', { name: 'Yes, show me offers' }).click();
      await page.getByRole('heading', { name: 'Your offers' }).waitFor();
      expect(posted('POST /api/v1/visits')[1]?.body).toMatchObject({ consents: { remember: false }, rememberToken: 'R'.repeat(43) });
    });

    it('shows what goes with what was picked up, at the normal price and without a button', async () => {
      store.answer('GET /api/v1/visit/suggestions', {
        status: 200,
        body: {
          products: [
            { sku: 'milk-01', name: 'Whole milk 1 l', priceCents: 129, currency: 'EUR', with: 'Oat biscuits', fixture: 'Shelf 6' },
          ],
        },
      });
      const page = await open('/shop?at=shelf-03');
      await page.getByRole('button', { name: 'Yes, show me offers' }).click();
      const panel = page.locator('section', { has: page.getByRole('heading', { name: 'Goes well with it' }) }).last();
      await panel.waitFor();
      expect(await panel.innerText()).toContain('Often bought together with Oat biscuits, at the normal price. You find it at Shelf 6.');
      expect(await panel.getByRole('button').count()).toBe(0);
    });

    it('ignores a place in the address that cannot be one', async () => {
      const page = await open('/shop?at=%3Cscript%3E&tag=');
      await page.getByRole('button', { name: 'Yes, show me offers' }).click();
      await page.getByRole('heading', { name: 'Your offers' }).waitFor();
      expect(posted('POST /api/v1/visits')[0]?.body).not.toHaveProperty('at');
    });

    it('shows an offer the moment it comes, announces it once and confirms that it was seen', async () => {
      const page = await join();
      sendOffer();
      await page.getByRole('article', { name: 'Organic beans 500 g' }).waitFor();
      await page.getByText('€8.79').first().waitFor();
      await page.getByText('You save €2.20').waitFor();
      await page.getByRole('img', { name: 'Code K7QM-4TXP for the till' }).waitFor();
      await eventually(() => receiptsOf('o-1')).toEqual(['shown']);
      expect(posted('POST /api/v1/offers/o-1/receipts')[0]?.authorization).toBe('Bearer token-of-the-visit');
      const announced = page.getByRole('status').filter({ hasText: 'New offer: Organic beans 500 g, €8.79 instead of €10.99' });
      expect(await announced.count()).toBe(1);
    });

    it('does not confirm an offer that waits below the screen until it is scrolled to', async () => {
      const page = await join(undefined, { height: 420 });
      sendOffer();
      await eventually(() => receiptsOf('o-1')).toEqual(['shown']);
      // Older, so it stands below the first, whose card alone is taller than this screen.
      sendOffer(sampleOffer({ id: 'o-2', createdAtMs: Date.now() - 10_000 }), '2');
      const price = page.locator('.offer').nth(1).locator('.offer-price');
      await price.waitFor();
      await page.evaluate(() => new Promise((resolve) => requestAnimationFrame(() => requestAnimationFrame(resolve))));
      expect(receiptsOf('o-2')).toEqual([]);
      await price.scrollIntoViewIfNeeded();
      await eventually(() => receiptsOf('o-2')).toEqual(['shown']);
    });

    it('counts down without announcing it', async () => {
      const page = await join();
      sendOffer();
      const left = page.getByText(/^\s*Valid for/);
      const first = await left.innerText();
      await eventually(() => left.innerText()).not.toBe(first);
      expect(await left.evaluate((element) => element.closest('[aria-live], [role=status], [role=alert]'))).toBeNull();
    });

    it('saves and waves away', async () => {
      const page = await join();
      sendOffer();
      await page.getByRole('button', { name: 'Save', exact: true }).click();
      expect(await page.getByRole('button', { name: 'Saved' }).getAttribute('aria-pressed')).toBe('true');
      await page.getByRole('button', { name: 'Not for me' }).click();
      await page.getByRole('heading', { name: 'Nothing for you just yet' }).waitFor();
      await eventually(() => receiptsOf('o-1')).toEqual(['shown', 'saved', 'dismissed']);
    });

    it('says so when an offer is taken back, redeemed or runs out', async () => {
      const page = await join();
      const goodbye = page.locator('.farewell');
      sendOffer();
      await page.getByRole('article').waitFor();
      store.send(SHOP_STREAM, { name: 'withdrawn', data: { id: 'o-1', reason: 'withdrawn' } });
      await goodbye.filter({ hasText: 'no longer available' }).waitFor();
      expect(await page.getByRole('article').count()).toBe(0);
      sendOffer(sampleOffer({ id: 'o-2' }), '2');
      await page.getByRole('article').waitFor();
      store.send(SHOP_STREAM, { name: 'withdrawn', data: { id: 'o-2', reason: 'redeemed' } });
      await goodbye.filter({ hasText: 'redeemed, you saved €2.20' }).waitFor();
      sendOffer(sampleOffer({ id: 'o-3', expiresAtMs: Date.now() + 2_500 }), '3');
      await goodbye.filter({ hasText: 'has run out' }).waitFor();
    });

    it('keeps the offers when the connection breaks, says so honestly, and takes up where it was', async () => {
      const page = await join();
      sendOffer();
      await page.getByRole('article').waitFor();
      store.greet(SHOP_STREAM, () => [{ name: 'open', data: { visitId: 'v_sample', usable: ['o-1'] } }]);
      store.refuseStreams(true);
      store.cut();
      await page.getByText('No connection to the store.').waitFor();
      expect(await page.getByRole('article').count()).toBe(1);
      store.refuseStreams(false);
      await eventually(() => page.getByText('No connection to the store.').count()).toBe(0);
      expect(store.requests.filter(({ path }) => path === SHOP_STREAM).at(-1)?.lastEventId).toBe('1');
      expect(await page.getByRole('article').count()).toBe(1);
    });

    it('drops what the store no longer names after a break', async () => {
      const page = await join();
      sendOffer();
      await page.getByRole('article').waitFor();
      store.cut();
      await page.getByText('no longer available').first().waitFor();
    });

    it('a reload keeps the visit and asks nothing again', async () => {
      const page = await join();
      await page.reload();
      await page.getByText('You are at: Shelf 3').waitFor();
      expect(posted('POST /api/v1/visits')).toHaveLength(1);
    });

    it('scanning the code of another shelf goes on with the same visit, at that shelf', async () => {
      const page = await join();
      const second = await open('/shop?at=shelf-07', { context: page.context() });
      await second.getByText('You are at: Shelf 7').waitFor();
      expect(posted('PATCH /api/v1/visit/place').at(-1)?.body).toEqual({ at: 'shelf-07' });
      expect(posted('POST /api/v1/visits')).toHaveLength(1);
    });

    it('the place can be changed by hand', async () => {
      const page = await join();
      await page.getByRole('link', { name: 'Change' }).click();
      await page.getByRole('heading', { name: 'Where are you?' }).waitFor();
      await page.getByRole('button', { name: 'Shelf 9' }).click();
      await page.getByText('You are at: Shelf 9').waitFor();
    });

    it('ends with the visit', async () => {
      const page = await join();
      store.send(SHOP_STREAM, { name: 'closed', data: {} });
      await page.getByRole('heading', { name: 'This visit has ended' }).waitFor();
      expect(await page.evaluate(() => localStorage.length)).toBe(0);
    });
  });

  describe('my data', () => {
    async function openData(): Promise<Page> {
      const page = await join();
      await page.getByRole('link', { name: 'My data' }).click();
      await page.getByRole('heading', { name: 'My data' }).waitFor();
      return page;
    }

    it('shows what is held, in words', async () => {
      const page = await openData();
      await page.getByText('Permissions').click();
      await page.getByText('granted').waitFor();
    });

    it('downloads everything as a file', async () => {
      const page = await openData();
      const download = page.waitForEvent('download');
      await page.getByRole('button', { name: 'Download as a file' }).click();
      const file = await download;
      expect(file.suggestedFilename()).toMatch(/^my-visit-\d{4}-\d\d-\d\d\.json$/);
      const held = JSON.parse(await readFile(await file.path(), 'utf8')) as { readonly held: object };
      expect(Object.keys(held.held)).toEqual(['inbox', 'visits', 'consents', 'offers']);
    });

    it('changes a consent, and shows what the store noted when that fails', async () => {
      const page = await openData();
      await page.getByLabel('Link my purchase today to the offer').check();
      await page.getByText('Your choice is stored.').waitFor();
      expect(posted('PATCH /api/v1/visit/consents')[0]?.body).toEqual({ consents: { measurement: true }, textVersion: '1' });
      store.answer('PATCH /api/v1/visit/consents', { status: 503 });
      await page.getByLabel('Offers during this visit').click();
      await page.getByText('Your choice could not be stored.').waitFor();
      expect(await page.getByLabel('Offers during this visit').isChecked()).toBe(true);
    });

    it('erases everything, here and there, after one question', async () => {
      const page = await openData();
      await page.getByRole('button', { name: 'Erase everything' }).click();
      await page.getByRole('button', { name: 'Keep it' }).click();
      expect(posted('DELETE /api/v1/visit')).toHaveLength(0);
      await page.getByRole('button', { name: 'Erase everything' }).click();
      await page.getByRole('button', { name: 'Yes, erase now' }).click();
      await page.getByRole('heading', { name: 'All gone' }).waitFor();
      expect(posted('DELETE /api/v1/visit')).toHaveLength(1);
      expect(await page.evaluate(() => localStorage.length + sessionStorage.length)).toBe(0);
      await eventually(() => store.openStreams(SHOP_STREAM)).toBe(0);
      await page.reload();
      await page.getByRole('button', { name: 'Yes, show me offers' }).waitFor();
    });

    it('does not claim an erasure that did not happen', async () => {
      store.answer('DELETE /api/v1/visit', { status: 503 });
      const page = await openData();
      await page.getByRole('button', { name: 'Erase everything' }).click();
      await page.getByRole('button', { name: 'Yes, erase now' }).click();
      await page.getByText('Nothing was erased').waitFor();
    });
  });

  it('speaks the language of the phone, money included', async () => {
    const page = await open('/shop', { locale: 'de-AT' });
    await page.getByRole('button', { name: 'Ja, Angebote zeigen' }).click();
    await page.getByRole('heading', { name: 'Ihre Angebote' }).waitFor();
    await eventually(() => store.openStreams(SHOP_STREAM)).toBe(1);
    sendOffer();
    await page.getByText(/Sie sparen €\s?2,20/).waitFor();
    expect(await page.evaluate(() => document.documentElement.lang)).toBe('de');
  });

  it('shows hostile names as text', async () => {
    const hostile = '<img src=x onerror="document.title=1"><script>document.title=2</script>{{7*7}} \u202e';
    const page = await join();
    sendOffer(sampleOffer({ productName: hostile, headline: hostile, why: hostile, code: { long: hostile, short: hostile } }));
    await page.getByRole('heading', { name: '<img src=x' }).waitFor();
    expect(await page.locator('.offer img, .offer script').count()).toBe(0);
    expect(await page.title()).toBe('Offers while you shop');
  });

  it('is usable with the keyboard alone', async () => {
    const page = await open();
    await page.getByRole('button', { name: 'Yes, show me offers' }).waitFor();
    const focused = () => page.evaluate(() => document.activeElement?.textContent ?? '');
    await page.keyboard.press('Tab');
    expect(await focused()).toBe('Skip to content');
    await page.keyboard.press('Tab');
    expect(await focused()).toBe('Yes, show me offers');
    await page.keyboard.press('Enter');
    // The new view takes the focus to its heading, so that the next Tab goes on from there.
    await eventually(focused).toBe('Your offers');
    await eventually(() => store.openStreams(SHOP_STREAM)).toBe(1);
    sendOffer();
    await page.getByRole('article').waitFor();
    const stops: string[] = [];
    for (let stop = 0; stop < 4; stop += 1) {
      await page.keyboard.press('Tab');
      stops.push(await focused());
    }
    expect(stops).toEqual(['Change', 'Why this?', 'Save', 'Not for me']);
  });

  it('never scrolls sideways at 320 pixels', async () => {
    const page = await join(undefined, { width: 320, height: 640 });
    sendOffer(sampleOffer({ productName: 'Donaudampfschifffahrtsgesellschaftskapitänsmützenhalter' }));
    await page.getByRole('article').waitFor();
    expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBe(320);
    await page.getByRole('link', { name: 'My data' }).click();
    await page.getByText('Permissions').click();
    expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBe(320);
  });
});
