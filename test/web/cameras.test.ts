import type { Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { hasPeer } from '../support/peers.ts';
import { axeFindings, eventually, type Look, SIZES, type WatchedPage } from './support/browser.ts';
import { drawnShop, sampleCameras } from './support/camera-samples.ts';
import { type FakeStore, fakeStore } from './support/fake-store.ts';
import { serveManager } from './support/manager-samples.ts';
import { type Pages, preparePages } from './support/pages.ts';

const SAVE = 'POST /api/v1/store/cameras/cam-coffee';

describe.skipIf(!hasPeer('chromium'))('cameras on the manager page', { timeout: 60_000 }, () => {
  let pages: Pages;
  let store: FakeStore;
  let jpeg: Buffer;
  let opened: WatchedPage[];
  let looks: number;

  beforeAll(async () => {
    pages = await preparePages();
    jpeg = await drawnShop();
  });

  afterAll(() => pages?.[Symbol.asyncDispose]());

  beforeEach(async () => {
    store = await fakeStore(pages.publicDir);
    serveManager(store);
    opened = [];
    looks = 0;
  });

  afterEach(async () => {
    for (const { complaints } of opened) expect(complaints).toEqual([]);
    for (const { context } of opened) await context.close();
    await store[Symbol.asyncDispose]();
  });

  async function open(look: Look = SIZES.desk): Promise<Page> {
    const watched = await pages.browser.open(`${store.url}/shop`, look);
    opened.push(watched);
    await watched.page.route('**/picture', (route) => {
      looks += 1;
      return route.fulfill({ status: 200, contentType: 'image/jpeg', body: jpeg });
    });
    await watched.page.goto(`${store.url}/#all`);
    await watched.page.locator('#cameras').waitFor();
    return watched.page;
  }

  async function openEditor(look?: Look): Promise<Page> {
    const page = await open(look);
    await page.getByRole('button', { name: 'Set up Coffee camera' }).click();
    await page.locator('.camera-view image').waitFor();
    return page;
  }

  const bodies = () =>
    store.requests
      .filter(({ method, path }) => `${method} ${path}` === SAVE)
      .map(({ body }) => body as ReturnType<typeof sampleCameras>['cameras'][0]);

  it('points are dragged on the picture and on the plan, and saved as they lie', async () => {
    const page = await openEditor();
    const drag = async (view: string, name: RegExp, to: readonly [number, number]) => {
      await page.locator('.camera-panes').evaluate((panes) => panes.scrollIntoView({ block: 'center' }));
      const from = await page.getByRole('button', { name }).boundingBox();
      const box = await page.locator(view).boundingBox();
      if (from === null || box === null) throw new Error('There is nothing to drag');
      await page.mouse.move(from.x + from.width / 2, from.y + from.height / 2);
      await page.mouse.down();
      await page.mouse.move(box.x + to[0] * box.width, box.y + to[1] * box.height, { steps: 4 });
      await page.mouse.up();
    };
    await drag('.camera-view', /^Floor point 1 in the picture/, [0.3, 0.4]);
    await drag('.camera-plan', /^Floor point 2 on the plan/, [0.5, 0.2]);
    await page.getByRole('button', { name: 'Save and use' }).click();
    await eventually(() => bodies().length).toBe(1);
    const [saved] = bodies();
    expect(saved?.floor?.[0]?.picture[0]).toBeCloseTo(0.3, 1);
    expect(saved?.floor?.[0]?.picture[1]).toBeCloseTo(0.4, 1);
    // The middle of a plan of 20 m.
    expect(saved?.floor?.[1]?.plan[0]).toBeCloseTo(10, 0);
    expect(saved?.masks).toEqual(sampleCameras().cameras[0]?.masks);
    await page.getByText('Coffee camera is saved').waitFor();
  });

  it('everything can be done from the keyboard', async () => {
    const page = await openEditor();
    await page.getByRole('button', { name: /^Floor point 1 in the picture/ }).focus();
    for (const key of ['ArrowRight', 'ArrowRight', 'Shift+ArrowDown']) await page.keyboard.press(key);
    await page.getByRole('button', { name: 'Black out a part' }).press('Enter');
    await page.getByRole('button', { name: 'Save and use' }).press('Enter');
    await eventually(() => bodies().length).toBe(1);
    expect(bodies()[0]?.floor?.[0]?.picture).toEqual([0.354, 0.38]);
    expect(bodies()[0]?.masks).toHaveLength(2);
  });

  it('points on a line are told at once, and cannot be saved', async () => {
    const page = await openEditor();
    await page.getByRole('button', { name: /^Floor point 2 on the plan/ }).focus();
    for (let i = 0; i < 4; i++) await page.keyboard.press('Shift+ArrowLeft');
    await page.getByText('Three of the points lie on a line').waitFor();
    expect(await page.getByRole('button', { name: 'Save and use' }).isDisabled()).toBe(true);
  });

  it('no picture is asked for before the editor is open, nor after it is closed', async () => {
    const page = await open();
    await page.getByRole('button', { name: 'Set up Coffee camera' }).waitFor();
    expect(looks).toBe(0);
    await page.getByRole('button', { name: 'Set up Coffee camera' }).click();
    await page.locator('.camera-view image').waitFor();
    await eventually(() => looks).toBeGreaterThan(1);
    await page.getByRole('button', { name: 'Close' }).click();
    const after = looks;
    await page.waitForTimeout(2_500);
    expect(looks - after).toBeLessThanOrEqual(1);
    expect(await page.locator('image').count()).toBe(0);
  });

  it('lines to paste are shown where the file cannot be written', async () => {
    store.answer(SAVE, {
      status: 200,
      body: { kind: 'not-written', reason: 'store.yaml cannot be written', yaml: '  - id: cam-coffee\n' },
    });
    const page = await openEditor();
    await page.getByRole('button', { name: 'Save and use' }).click();
    await eventually(() => page.getByLabel('Lines for the configuration').inputValue()).toContain('id: cam-coffee');
  });

  it('the hours of the floor can be gone through, and the notice read in each language', async () => {
    const page = await open();
    await page.locator('.traffic-map').waitFor();
    const words = page.locator('.traffic-hour output');
    expect(await words.textContent()).toContain('(now)');
    await page.getByRole('slider', { name: 'Hour' }).press('ArrowLeft');
    expect(await words.textContent()).not.toContain('(now)');
    await page.getByText('Till 1').first().waitFor();
    await page.getByText('The notice to print').click();
    await page.getByText('They do not recognise anybody').waitFor();
    await page.getByLabel('Language').selectOption('de');
    await eventually(() => store.requests.some(({ path }) => path === '/api/v1/notice?lang=de')).toBe(true);
  });

  it.each([
    ['phone in the dark', { ...SIZES.phone, scheme: 'dark' as const }],
    ['desk', SIZES.desk],
  ])('WCAG 2.2 AA by axe: %s', { timeout: 120_000 }, async (_, look) => {
    const page = await openEditor(look);
    await page.locator('.traffic-map').waitFor();
    await page.getByText('The notice to print').click();
    await page.getByText('They do not recognise anybody').waitFor();
    expect(await axeFindings(page)).toEqual([]);
  });
});
