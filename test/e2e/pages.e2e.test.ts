import { readFile } from 'node:fs/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { DeviceClient } from '../support/device-client.ts';
import { type EndcapProcess, LiveStore } from '../support/live-store.ts';
import { hasPeer } from '../support/peers.ts';
import { call, redeem } from '../support/till-and-phone.ts';
import { until } from '../support/until.ts';
import { axeFindings, SIZES, startBrowser, type TestBrowser, type WatchedPage } from '../web/support/browser.ts';

describe.skipIf(!hasPeer('chromium'))('both pages in a browser, served by the agent', { timeout: 90_000 }, () => {
  let store: LiveStore;
  let agent: EndcapProcess;
  let shelf: DeviceClient;
  let browser: TestBrowser;
  let phone: WatchedPage;
  let desk: WatchedPage;

  beforeAll(async () => {
    store = await LiveStore.create();
    [agent, browser] = await Promise.all([store.start(), startBrowser()]);
    const secrets = await store.addDevices('shelf-1');
    shelf = await DeviceClient.connect(store.mqttPort, { device: 'shelf-1', password: secrets.get('shelf-1')! });
  });

  afterAll(async () => {
    shelf?.close();
    await browser?.[Symbol.asyncDispose]();
    await store?.[Symbol.asyncDispose]();
  });

  const pick = (id: string, slot = '1-1') => shelf.publish({ id, kind: 'shelf.pick', slot, count: 1 });
  const figure = (name: string) => desk.page.locator('.figure').filter({ hasText: name }).locator('.figure-value');
  const shortCode = async () => ((await phone.page.locator('.short-code').textContent()) ?? '').trim();

  it('the manager sets the store up with the code from the console', async () => {
    const [, code] = await agent.written(/one-time code (\S+)/);
    desk = await browser.open(`${store.url}/`, SIZES.desk);
    const { page } = desk;
    await page.getByLabel('Setup code').fill(code!);
    await page.getByLabel('Your name').fill('ana');
    await page.getByLabel('Password', { exact: true }).fill('four random words here');
    await page.getByRole('button', { name: 'Create account' }).click();
    await page.getByRole('heading', { level: 1, name: 'Store is working' }).waitFor();
    await expect.poll(() => figure('Offers made').textContent(), { timeout: 10_000 }).toBe('0');
  });

  it('a shopper says yes, and a publish of the shelf becomes an offer on the phone that is confirmed as shown', async () => {
    phone = await browser.open(`${store.url}/shop?at=shelf-1`, SIZES.phone);
    const { page } = phone;
    await page.getByRole('button', { name: 'Yes, show me offers' }).click();
    await page.getByText('You are at: Shelf 1').waitFor();
    await pick('p-1');
    await page.getByRole('article', { name: 'Black tea' }).waitFor();
    await page.getByText('You save €0.60').waitFor();
    await expect.poll(() => figure('Offers made').textContent(), { timeout: 10_000 }).toBe('1');
    await desk.page.locator('.figure').filter({ hasText: 'Offers made' }).getByText('1 seen').waitFor();
  });

  it('no accessibility rule is broken, at phone and desk width', async () => {
    for (const { page } of [phone, desk]) {
      for (const { width, height } of [SIZES.phone, SIZES.desk]) {
        await page.setViewportSize({ width, height });
        expect(await axeFindings(page)).toEqual([]);
      }
    }
    await phone.page.setViewportSize(SIZES.phone);
    await desk.page.setViewportSize(SIZES.desk);
  });

  it('the code on the screen is good at the till once, and both pages say so without a reload', async () => {
    const { page } = phone;
    await page.getByRole('button', { name: 'Save', exact: true }).click();
    await page.getByRole('button', { name: 'Saved' }).waitFor();
    const code = await shortCode();
    expect((await redeem(store.url, { code, receipt: 'r-1' })).status).toBe(200);
    await page.locator('.farewell').filter({ hasText: 'redeemed, you saved €0.60' }).waitFor();
    expect((await redeem(store.url, { code, receipt: 'r-2' })).status).toBe(409);
    await expect.poll(() => figure('Redeemed').textContent(), { timeout: 10_000 }).toBe('1');
  });

  it('an offer that is waved away is gone, and its code with it', async () => {
    const { page } = phone;
    await pick('p-2', '1-2');
    // On a slow machine the time spent at the shelf may have earned another offer beside it.
    const card = page.getByRole('article', { name: 'Coffee beans' });
    await card.waitFor();
    const code = ((await card.locator('.short-code').textContent()) ?? '').trim();
    await card.getByRole('button', { name: 'Not for me' }).click();
    await card.waitFor({ state: 'detached' });
    for (const other of await page.getByRole('button', { name: 'Not for me' }).elementHandles()) await other.click();
    await page.getByRole('heading', { name: 'Nothing for you just yet' }).waitFor();
    await until('the dismissal', async () => (await redeem(store.url, { code, receipt: 'r-3' })).status === 410);
  });

  it('shows everything held in words, gives it as a file, and erases it', async () => {
    const { page } = phone;
    await page.getByRole('link', { name: 'My data' }).click();
    await page.getByRole('heading', { name: 'My data' }).waitFor();
    await page.getByText('Permissions').waitFor();
    // Names of tables are ours; a shopper reads words.
    expect(await page.locator('main').textContent()).not.toMatch(/offer_states|inbox|forgets/);
    const download = page.waitForEvent('download');
    await page.getByRole('button', { name: 'Download as a file' }).click();
    const file = JSON.parse(await readFile(await (await download).path(), 'utf8')) as { readonly visitId: string; readonly held: object };
    expect(JSON.stringify(file.held)).toContain('COFFEE');
    expect(await axeFindings(page)).toEqual([]);
    await page.getByRole('button', { name: 'Erase everything' }).click();
    await page.getByRole('button', { name: 'Yes, erase now' }).click();
    await page.getByRole('heading', { name: 'All gone' }).waitFor();
    expect(await page.evaluate(() => localStorage.length + sessionStorage.length)).toBe(0);
    await expect.poll(() => figure('Visits now').textContent(), { timeout: 10_000 }).toBe('0');
    const decisions = await call(`${store.url}/api/v1/store/decisions`, { cookie: await cookieOf(desk) });
    expect(JSON.stringify(decisions.body)).not.toContain(file.visitId);
  });

  it('an agent that restarts finds its pages again', async () => {
    await agent.stop('SIGKILL');
    await desk.page.getByText('Connection lost').waitFor();
    agent = await store.start();
    await desk.page.getByText(/^\s*Live, /).waitFor();
    expect(await figure('Redeemed').textContent()).toBe('1');
  });

  it('nothing was asked of any other host and nothing went wrong on the pages', () => {
    expect(phone.complaints).toEqual([]);
    expect(desk.complaints).toEqual([]);
  });
});

async function cookieOf({ context }: WatchedPage): Promise<string> {
  return (await context.cookies()).map(({ name, value }) => `${name}=${value}`).join('; ');
}
