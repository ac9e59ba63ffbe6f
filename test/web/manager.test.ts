import type { Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { Lift, StoreOverview } from '../../agent/core/overview.ts';
import { VIEWS } from '../../agent/web/manager/views.ts';
import { hasPeer } from '../support/peers.ts';
import { eventually, SIZES, type WatchedPage } from './support/browser.ts';
import { type FakeStore, fakeStore } from './support/fake-store.ts';
import { sampleDecisions } from './support/insight-samples.ts';
import { bigOverview, OVERVIEW_STREAM, sampleOverview, serveManager, troubledOverview } from './support/manager-samples.ts';
import { type Pages, preparePages } from './support/pages.ts';

const MEASURED: Lift = {
  kind: 'measured',
  treatedVisits: 900,
  holdoutVisits: 100,
  profitPerVisitCents: 21,
  lowCents: 11,
  highCents: 31,
  treatedConversion: 0.3,
  holdoutConversion: 0.2,
  sentence: 'Offers earn money',
};

describe.skipIf(!hasPeer('chromium'))('the manager page', () => {
  let pages: Pages;
  let store: FakeStore;
  let overview: StoreOverview;
  let opened: WatchedPage[];

  beforeAll(async () => {
    pages = await preparePages();
  });

  afterAll(() => pages?.[Symbol.asyncDispose]());

  beforeEach(async () => {
    store = await fakeStore(pages.publicDir);
    overview = sampleOverview();
    serveManager(store, () => overview);
    opened = [];
  });

  afterEach(async () => {
    for (const { complaints } of opened) expect(complaints).toEqual([]);
    for (const { context } of opened) await context.close();
    await store[Symbol.asyncDispose]();
  });

  /** All views at once, unless an address says otherwise: what a card does is the same wherever it stands. */
  async function open(look: Parameters<Pages['browser']['open']>[1] = SIZES.desk, address = '/#all'): Promise<Page> {
    const watched = await pages.browser.open(`${store.url}${address}`, look);
    opened.push(watched);
    return watched.page;
  }

  async function openDesk(look?: Parameters<Pages['browser']['open']>[1], address?: string): Promise<Page> {
    const page = await open(look, address);
    await page.locator('.desk').waitFor();
    return page;
  }

  const sendOverview = (next: StoreOverview) => {
    overview = next;
    store.send(OVERVIEW_STREAM, { name: 'overview', data: next });
  };
  const bodiesOf = (route: string) => store.requests.filter(({ method, path }) => `${method} ${path}` === route).map(({ body }) => body);

  describe('the first run and signing in', () => {
    beforeEach(() => {
      store.answer('GET /api/v1/session', { status: 200, body: { account: null, setupNeeded: true } });
    });

    it('the code from the console makes the first account and opens the desk', async () => {
      store.answer('POST /api/v1/setup', { status: 201, body: { name: 'Ana', role: 'admin' } });
      const page = await open();
      await page.getByLabel('Setup code').fill(' 7F3K-99QA ');
      await page.getByLabel('Your name').fill('Ana');
      await page.getByLabel('Password', { exact: true }).fill('four random words here');
      await page.getByRole('button', { name: 'Create account' }).click();
      await page.getByRole('heading', { name: 'Store is working' }).waitFor();
      expect(bodiesOf('POST /api/v1/setup')).toEqual([{ code: '7F3K-99QA', name: 'Ana', password: 'four random words here' }]);
    });

    it('an empty field is named beside it, and nothing is sent', async () => {
      const page = await open();
      await page.getByLabel('Setup code').fill('7F3K');
      await page.getByRole('button', { name: 'Create account' }).click();
      const name = page.getByLabel('Your name');
      expect(await name.getAttribute('aria-invalid')).toBe('true');
      expect(await page.locator(`#${await name.getAttribute('aria-describedby')}`).innerText()).toBe('Fill in: your name.');
      expect(await page.evaluate(() => document.activeElement?.id)).toBe('name');
      expect(bodiesOf('POST /api/v1/setup')).toEqual([]);
    });

    it('a refusal is told in the store’s own words', async () => {
      store.answer('POST /api/v1/setup', {
        status: 422,
        body: { title: 'This password is too easy to guess.', detail: 'It holds no letters.', hint: 'Use at least 12 characters.' },
      });
      const page = await open();
      for (const label of ['Setup code', 'Your name']) await page.getByLabel(label).fill('x');
      await page.getByLabel('Password', { exact: true }).fill('123456789012');
      await page.getByRole('button', { name: 'Create account' }).click();
      await page.getByRole('alert').getByText('This password is too easy to guess. It holds no letters.').waitFor();
    });

    it('signs in and out', async () => {
      store.answer('GET /api/v1/session', { status: 200, body: { account: null, setupNeeded: false } });
      store.answer('POST /api/v1/login', { status: 200, body: { name: 'Ana', role: 'manager' } });
      const page = await open();
      await page.getByLabel('Your name').fill('Ana');
      await page.getByLabel('Password', { exact: true }).fill('secret');
      await page.keyboard.press('Enter');
      await page.getByRole('heading', { name: 'Store is working' }).waitFor();
      await page.getByRole('button', { name: 'Sign out' }).click();
      await page.getByRole('heading', { name: 'Sign in' }).waitFor();
      await eventually(() => store.openStreams(OVERVIEW_STREAM)).toBe(0);
    });

    it('a session that ended leads back to the form, and says so', async () => {
      store.answer('GET /api/v1/session', { status: 200, body: { account: { name: 'Ana', role: 'admin' }, setupNeeded: false } });
      const page = await openDesk();
      store.answer(`GET ${OVERVIEW_STREAM}`, { status: 401 });
      store.cut();
      await page.getByText('You were signed out.').waitFor();
    });

    it('an agent that does not answer is called that, with a way to try again', async () => {
      store.answer('GET /api/v1/session', { status: 503 });
      const page = await open();
      await page.getByRole('heading', { name: 'The agent does not answer' }).waitFor();
      store.answer('GET /api/v1/session', { status: 200, body: { account: null, setupNeeded: false } });
      await page.getByRole('button', { name: 'Try again' }).click();
      await page.getByRole('heading', { name: 'Sign in' }).waitFor();
    });
  });

  it('says first whether the store works, and what to do when it does not, without a reload', async () => {
    const page = await openDesk();
    await page.getByRole('heading', { level: 1, name: 'Store is working' }).waitFor();
    sendOverview(troubledOverview());
    await page.getByRole('heading', { level: 1, name: 'Needs attention' }).waitFor();
    await page.getByText('Next: Check its power and its Wi-Fi').waitFor();
    await page.getByText('No connection to the cloud for 3 hours').waitFor();
    expect(await page.title()).toContain('(!)');
  });

  describe('one view at a time', () => {
    it('begins with today: the answer, the figures and what offers earn, and little else', async () => {
      const page = await openDesk(SIZES.phone, '/');
      await page.getByRole('heading', { level: 1, name: 'Store is working' }).waitFor();
      const earned = page.locator('.figure').filter({ hasText: 'Offers earn' });
      expect(await earned.innerText()).toMatch(/Too early\s+\d+ more visits without offers needed/);
      sendOverview({ ...sampleOverview(), money: { ...sampleOverview().money, lift: MEASURED } });
      await earned.getByText('profit a visit, 95% sure: +€0.11 to +€0.31').waitFor();
      expect(
        await page.locator('.banner, .figures').evaluateAll((all) => all.every((one) => one.getBoundingClientRect().bottom < 812)),
      ).toBe(true);
      expect(await page.locator('#devices, #decisions, #campaigns, #posters').count()).toBe(0);
    });

    it.each(VIEWS.map(({ id, name, cards }) => ({ id, name, cards })))(
      '$name is reached by its link, which says so, and by the address of each of its cards',
      async ({ id, name, cards }) => {
        const page = await openDesk(SIZES.desk, '/');
        const link = page.getByRole('navigation').getByRole('link', { name, exact: true });
        await link.press('Enter');
        await eventually(() => link.getAttribute('aria-current')).toBe('page');
        expect(await page.locator('nav [aria-current]').count()).toBe(1);
        expect(await page.locator('.view:not([hidden])').count()).toBe(1);
        await page.getByRole('heading', { level: 1, name: 'Store is working' }).waitFor();
        expect(new URL(page.url()).hash).toBe(`#${id}`);
        for (const card of cards) await page.locator(`#${card}`).waitFor();
      },
    );

    it('an address of a card begins at the card', async () => {
      const page = await openDesk({ width: 1280, height: 500 }, '/#quarantine');
      await eventually(() => page.locator('#quarantine').evaluate((card) => card.getBoundingClientRect().top < 400)).toBe(true);
    });

    it('every card stands in a view that its address leads to', async () => {
      const page = await openDesk();
      const known = new Set<string>(VIEWS.flatMap(({ id, cards }) => [id, ...cards]));
      const cards = await page.locator('.card').evaluateAll((all) => all.map(({ id }) => id));
      expect(cards.filter((id) => !known.has(id))).toEqual([]);
    });

    it('what was typed is still there on the way back', async () => {
      const page = await openDesk(SIZES.desk, '/#devices');
      await page.getByLabel('Search devices').fill('scanner');
      await page.getByRole('link', { name: 'Offers', exact: true }).click();
      await page.getByRole('heading', { name: 'Campaigns' }).waitFor();
      expect(await page.getByLabel('Search devices').isVisible()).toBe(false);
      await page.goBack();
      expect(await page.getByLabel('Search devices').inputValue()).toBe('scanner');
      await page.getByLabel('Search devices').waitFor();
    });
  });

  it('numbers follow the store as they change', async () => {
    const page = await openDesk();
    const redeemed = page.locator('.figure').filter({ hasText: 'Redeemed' }).locator('.figure-value');
    expect(await redeemed.innerText()).toBe('14');
    sendOverview({ ...sampleOverview(), money: { ...sampleOverview().money, redemptions: 15 } });
    await eventually(() => redeemed.innerText()).toBe('15');
  });

  it('says honestly when it lost the agent, and from when its picture is', async () => {
    const page = await openDesk();
    store.refuseStreams(true);
    store.cut();
    await page.getByText(/Connection lost, retrying in \d+ s/).waitFor();
    await page.getByRole('heading', { name: 'Connection to the agent lost' }).waitFor();
    await page.getByText('What you see is how the store was at').waitFor();
    store.refuseStreams(false);
    await page.getByRole('heading', { name: 'Store is working' }).waitFor({ timeout: 15_000 });
  });

  it('pauses all offers, resumes one campaign, and shows what the store says next', async () => {
    const page = await openDesk();
    await page.getByRole('button', { name: 'Resume Body care days' }).click();
    await eventually(() => bodiesOf('POST /api/v1/store/pause')).toEqual([{ paused: false, campaign: 'care-15' }]);
    await page.getByRole('button', { name: 'Pause all offers' }).click();
    await eventually(() => bodiesOf('POST /api/v1/store/pause').at(-1)).toEqual({ paused: true });
    sendOverview({ ...sampleOverview(), offersPaused: true });
    await page.getByText('All offers are paused.').waitFor();
    await page.getByRole('button', { name: 'Resume all offers' }).waitFor();
  });

  it('a pause that failed is told', async () => {
    store.answer('POST /api/v1/store/pause', { status: 503, body: { title: 'The store is very busy.', hint: 'Try again in a moment.' } });
    const page = await openDesk();
    await page.getByRole('button', { name: 'Pause Coffee weeks' }).click();
    await page.getByText('The store is very busy. Try again in a moment.').waitFor();
  });

  it('a viewer gets no switches and asks for nothing that a viewer may not see', async () => {
    store.answer('GET /api/v1/session', { status: 200, body: { account: { name: 'Vic', role: 'viewer' }, setupNeeded: false } });
    const page = await openDesk();
    await page.getByRole('heading', { name: 'Campaigns' }).waitFor();
    expect(await page.getByRole('button', { name: /Pause|Resume/ }).count()).toBe(0);
    expect(store.requests.filter(({ path }) => path.includes('quarantine'))).toEqual([]);
  });

  it('a decision opened gives its reasons, score and alternatives', async () => {
    const page = await openDesk();
    await page.getByRole('button', { name: /Offer Organic beans/ }).click();
    await page.getByText('A shopper picked up Organic beans 500 g at Shelf 3').waitFor();
    await page.getByText('“Coffee weeks” was offered: it promised the most, €0.96 of profit.').waitFor();
    await page.getByText('the discount would leave too little margin').waitFor();
    await page.getByText('6 numbers that the score was computed from').click();
    await page.getByRole('rowheader', { name: 'feature 1' }).waitFor();
  });

  it('decisions can be narrowed to those held back', async () => {
    const page = await openDesk();
    await page.getByRole('button', { name: /Offer Organic beans/ }).waitFor();
    await page.getByRole('radio', { name: 'Held back' }).check();
    await eventually(() => page.locator('.decision').count()).toBe(2);
    expect(store.requests.at(-1)?.path).toContain('kind=hold');
  });

  it('older decisions come on demand, none twice', async () => {
    const [first, second, third] = sampleDecisions();
    store.answer('GET /api/v1/store/decisions', ({ path }) =>
      path.includes('beforeMs')
        ? { status: 200, body: { decisions: [second, third], nextBeforeMs: null } }
        : { status: 200, body: { decisions: [first, second], nextBeforeMs: second?.atMs } },
    );
    const page = await openDesk();
    await page.getByRole('button', { name: 'Show older' }).click();
    await eventually(() => page.locator('.decision').count()).toBe(3);
    expect(await page.getByRole('button', { name: 'Show older' }).count()).toBe(0);
  });

  it('the plan is walked with the arrow keys and explains what is chosen', async () => {
    const page = await openDesk();
    const plan = page.getByRole('radiogroup', { name: 'Floor plan' });
    expect(await plan.locator('[tabindex="0"]').count()).toBe(1);
    await plan.locator('[tabindex="0"]').focus();
    await page.keyboard.press('ArrowRight');
    await page.getByRole('complementary', { name: 'Details: Entrance' }).waitFor();
    await page.keyboard.press('ArrowRight');
    await page.getByRole('complementary', { name: 'Details: Shelf 1' }).waitFor();
    expect(await page.evaluate(() => document.activeElement?.getAttribute('aria-label'))).toContain('Shelf 1');
    await plan.getByRole('radio', { name: /^Coffee and tea/ }).press(' ');
    await page.getByRole('complementary', { name: 'Details: Coffee and tea' }).getByText('1 min 24 s').waitFor();
  });

  it('five hundred devices stay quick to draw, to search and to page', async () => {
    overview = bigOverview(500);
    const page = await openDesk();
    expect(await page.locator('#devices tbody tr').count()).toBe(20);
    await page.getByText('500 devices, page 1 of 25').waitFor();
    await page.getByLabel('Search devices').fill('sensor-0123');
    await page.getByText('1 device', { exact: true }).waitFor();
    await page.getByLabel('Search devices').fill('');
    await page.getByLabel('State').selectOption('trouble');
    await page.getByText('55 devices, page 1 of 3').waitFor();
    // Nodes, not milliseconds: what keeps a redraw cheap on any machine is that there is little to draw.
    expect(await page.evaluate(() => document.querySelectorAll('*').length)).toBeLessThan(2_500);
  });

  it('what is typed and chosen survives the next overview', async () => {
    const page = await openDesk();
    await page.getByLabel('Search devices').fill('scanner');
    await page.getByText('4 devices').waitFor();
    sendOverview({ ...sampleOverview(), visitsNow: 99 });
    await page.getByText('99 visits now, ').waitFor();
    expect(await page.getByLabel('Search devices').inputValue()).toBe('scanner');
    expect(await page.evaluate(() => document.activeElement?.id)).toBe('device-search');
  });

  it('the hour is drawn, and told as a table', async () => {
    const page = await openDesk();
    await page.locator('.plot canvas').waitFor();
    await page.getByText('The same as a table').click();
    expect(await page.locator('#hour tbody tr').count()).toBeGreaterThan(30);
  });

  it('the code of a shelf leads to the shop page at that shelf, and only sheets are printed', async () => {
    const page = await openDesk();
    await page.getByLabel('For which place').selectOption('shelf-07');
    await page.getByText(`${store.url}/shop?at=shelf-07`).waitFor();
    await page.getByLabel('For which place').selectOption('*');
    expect(await page.locator('.sheet').count()).toBe(12);
    await page.emulateMedia({ media: 'print' });
    expect(await page.locator('.sheet').first().isVisible()).toBe(true);
    expect(await page.locator('.banner, .top, #devices, #poster-place').filter({ visible: true }).count()).toBe(0);
  });

  it('warns before printing codes that no phone can reach', async () => {
    const page = await openDesk();
    await page.getByText('Phones cannot reach this address').waitFor();
    sendOverview({ ...sampleOverview(), shopUrl: 'https://store.example/shop' });
    await page.getByText('https://store.example/shop', { exact: true }).waitFor();
    expect(await page.getByText('Phones cannot reach this address').count()).toBe(0);
  });

  it('relative times go on ticking between two overviews', async () => {
    const now = Date.now();
    overview = { ...sampleOverview(), recent: [{ atMs: now - 20_000, sentence: 'Something small' }] };
    const page = await openDesk();
    const time = page.locator('.recent time');
    const first = await time.innerText();
    await eventually(() => time.innerText()).not.toBe(first);
  });

  it('shows hostile names as text', async () => {
    const hostile = '<img src=x onerror="document.title=1"><script>document.title=2</script>';
    const base = troubledOverview();
    overview = {
      ...base,
      store: { ...base.store, name: hostile },
      problems: base.problems.map((problem) => ({ ...problem, sentence: hostile, hint: hostile })),
      zones: base.zones.map((zone) => ({ ...zone, name: hostile })),
      fixtures: base.fixtures.map((fixture) => ({ ...fixture, name: hostile })),
      devices: base.devices.map((device) => ({ ...device, name: hostile, sentence: hostile })),
      campaigns: base.campaigns.map((campaign) => ({ ...campaign, name: hostile })),
      recent: [{ atMs: base.atMs, sentence: hostile }],
    };
    store.answer('GET /api/v1/store/quarantine', {
      status: 200,
      body: { messages: [{ atMs: base.atMs, topic: hostile, client: hostile, reason: hostile, detail: hostile, excerpt: hostile }] },
    });
    const page = await openDesk();
    await page.locator('#quarantine').getByText('<img src=x').first().waitFor();
    expect(await page.locator('img, main script').count()).toBe(0);
    expect(await page.title()).toContain('<img src=x');
  });

  it('is usable with the keyboard alone, in the order it is read', async () => {
    const page = await openDesk();
    await page.locator('.decision-line').first().waitFor();
    const stops: string[] = [];
    for (let stop = 0; stop < 160; stop += 1) {
      await page.keyboard.press('Tab');
      const name = await page.evaluate(() => {
        const element = document.activeElement;
        return element?.getAttribute('aria-label') ?? (element instanceof HTMLInputElement ? element.id : (element?.textContent ?? ''));
      });
      stops.push(name.trim());
    }
    const order = ['Skip to content', 'Today', 'Sign out', 'Entrance: 2 visits now, working', 'Pause all offers', 'device-search', 'Next'];
    const places = order.map((name) => stops.indexOf(name));
    expect(places, stops.slice(0, 30).join(' | ').slice(0, 1_500)).not.toContain(-1);
    expect([...places].sort((a, b) => a - b)).toEqual(places);
  });

  it.each([320, 375, 1280])('never scrolls sideways at %i pixels', async (width) => {
    overview = troubledOverview();
    const page = await openDesk({ width, height: 800 });
    await page.locator('.decision-line').first().click();
    await page.locator('.plot canvas').waitFor();
    expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBe(width);
  });
});
