import { randomBytes } from 'node:crypto';
import type { Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { ModelsOverview } from '../../agent/core/models-overview.ts';
import { ModelState } from '../../agent/http/schemas/models.ts';
import { hasPeer } from '../support/peers.ts';
import { axeFindings, eventually, type Look, SIZES } from './support/browser.ts';
import { type FakeStore, fakeStore } from './support/fake-store.ts';
import { serveManager } from './support/manager-samples.ts';
import { sampleLesson, sampleModels, sampleTrial } from './support/model-samples.ts';
import { type Pages, preparePages } from './support/pages.ts';

const SLOW = { timeout: 60_000 };
const UPLOAD = 'ab'.repeat(16);
const MODEL = { name: 'purchase-intent.onnx', mimeType: 'application/octet-stream', buffer: randomBytes(4_500) };
const MANIFEST = { name: 'purchase-intent.manifest.json', mimeType: 'application/json', buffer: Buffer.from('{"format":1}') };

describe('the samples of the models', () => {
  it.each([
    ['nothing under way', sampleModels()],
    ['a trial', sampleModels({ trial: sampleTrial() })],
    ['a lesson', sampleModels({ lesson: sampleLesson('worse') })],
  ])('%s is what the API promises', (_, sample) => {
    expect(ModelState.safeParse(JSON.parse(JSON.stringify(sample))).error?.issues ?? []).toEqual([]);
  });
});

describe.skipIf(!hasPeer('chromium'))('the model that decides, on the manager page', () => {
  let pages: Pages;
  let store: FakeStore;
  let page: Page;
  let close: () => Promise<void>;
  let models: ModelsOverview;

  beforeAll(async () => {
    pages = await preparePages();
  });

  afterAll(() => pages?.[Symbol.asyncDispose]());

  beforeEach(async () => {
    store = await fakeStore(pages.publicDir);
    serveManager(store);
    models = sampleModels();
    store.answer('GET /api/v1/store/model', () => ({ status: 200, body: models }));
    store.answer('POST /api/v1/store/model/uploads', { status: 201, body: { upload: UPLOAD, partBytes: 3_000 } });
    store.answer(`POST /api/v1/store/model/uploads/${UPLOAD}`, { status: 200, body: { isComplete: false } });
    store.answer('POST /api/v1/store/model/work', { status: 200, body: { sentence: 'It is done' } });
  });

  afterEach(async () => {
    await close();
    await store[Symbol.asyncDispose]();
  });

  async function open(look: Look = SIZES.desk): Promise<void> {
    const watched = await pages.browser.open(`${store.url}/#decisions`, look);
    page = watched.page;
    close = () => watched.context.close();
    await page.getByText('What a new model must show before it decides').waitFor();
  }

  const card = () => page.locator('#model');
  const asked = () => store.requests.filter(({ path }) => path === '/api/v1/store/model/work').map(({ body }) => body);

  async function choose(...files: readonly (typeof MODEL)[]): Promise<void> {
    await card().getByText('Hand in a model', { exact: true }).click();
    await page.getByLabel('Manifest and model, both files together').setInputFiles([...files]);
  }

  it('a model is sent in pieces, the manifest first, is tried, and handed in without sending it again', SLOW, async () => {
    await open();
    await choose(MODEL, MANIFEST);
    await page.getByRole('button', { name: "Try it on this store's log" }).click();
    await eventually(asked).toEqual([{ kind: 'try', upload: UPLOAD }]);
    models = sampleModels({ trial: sampleTrial() });
    const parts = store.requests.filter(({ path }) => path.endsWith(UPLOAD)).map(({ body }) => body as Record<string, string>);
    expect(parts.map(({ file, at }) => [file, at])).toEqual([
      ['manifest', 0],
      ['model', 0],
      ['model', 3_000],
    ]);
    const sent = parts.filter(({ file }) => file === 'model').map(({ base64 }) => Buffer.from(base64 ?? '', 'base64'));
    expect(Buffer.concat(sent).equals(MODEL.buffer)).toBe(true);
    await page.getByText('33 % of 1871 decisions would have been others').waitFor({ timeout: 20_000 });
    await page.getByRole('button', { name: 'Hand it in' }).click();
    await eventually(asked).toEqual([
      { kind: 'try', upload: UPLOAD },
      { kind: 'hand-in', upload: UPLOAD },
    ]);
    expect(store.requests.filter(({ path }) => path.endsWith(UPLOAD))).toHaveLength(3);
    await page.getByText('It is done.').waitFor();
  });

  it('files that are no model and its manifest are not sent, and a refusal is said in words with what to do', SLOW, async () => {
    await open();
    await choose(MODEL);
    await page.getByRole('button', { name: 'Hand it in' }).click();
    await page.getByText('Choose two files together').waitFor();
    expect(store.requests.some(({ path }) => path.includes('uploads'))).toBe(false);
    const body = { title: 'This is not taken.', detail: 'Cannot use the model: it is not signed.', hint: 'Ask whoever sent it.' };
    store.answer(`POST /api/v1/store/model/uploads/${UPLOAD}`, { status: 422, body });
    await page.getByLabel('Manifest and model, both files together').setInputFiles([MODEL, MANIFEST]);
    await page.getByRole('button', { name: 'Hand it in' }).click();
    await page.getByText('This is not taken. Cannot use the model: it is not signed. Ask whoever sent it.').waitFor();
    expect(asked()).toEqual([]);
  });

  it('files that the agent no longer has are sent once more', SLOW, async () => {
    await open();
    await choose(MODEL, MANIFEST);
    let turn = 0;
    store.answer('POST /api/v1/store/model/work', () =>
      turn++ === 0 ? { status: 404, body: { title: 'Not here' } } : { status: 200, body: { sentence: 'It is done' } },
    );
    await page.getByRole('button', { name: 'Hand it in' }).click();
    await page.getByText('It is done.').waitFor();
    expect(store.requests.filter(({ path }) => path.endsWith('/uploads'))).toHaveLength(2);
  });

  it('learning shows its steps, what came of it beside what is in use, and is stopped with a press', SLOW, async () => {
    await open();
    await card().getByText("Learn from this store's own days").click();
    store.answer('POST /api/v1/store/model/work', ({ body }) => {
      const kind = (body as { readonly kind: string }).kind;
      const lesson = { sinceMs: Date.now(), sentence: '40,000 entries read', hint: '', learnt: null };
      models = sampleModels({ lesson: { ...lesson, state: kind === 'learn' ? 'collecting' : 'stopped' } });
      return { status: 200, body: { sentence: 'ok' } };
    });
    await page.getByRole('button', { name: 'Begin', exact: true }).click();
    await page.getByText('Step 1 of 2: reading what happened here').waitFor();
    await page.getByText('40,000 entries read').waitFor();
    await page.getByRole('button', { name: 'Stop', exact: true }).click();
    await page.getByRole('button', { name: 'Begin again' }).waitFor();
    expect(asked()).toEqual([{ kind: 'learn' }, { kind: 'stop' }]);
  });

  it('what was learnt and is better is handed in with one press', SLOW, async () => {
    models = sampleModels({ lesson: sampleLesson('better') });
    await open();
    await card().getByText("Learn from this store's own days").click();
    const text = (await card().textContent()) ?? '';
    expect(text).toContain('it predicts purchases better than what is in use.');
    expect(text).toContain('86 of 100');
    expect(text).toContain('Judged by the 111 visits after that');
    await page.getByRole('button', { name: 'Hand it in', exact: true }).last().click();
    await eventually(asked).toEqual([{ kind: 'hand-in-learnt' }]);
  });

  it.each(['worse', 'perhaps-worse'] as const)('what is %s is not offered without saying so, twice', SLOW, async (verdict) => {
    models = sampleModels({ lesson: sampleLesson(verdict) });
    await open();
    await card().getByText("Learn from this store's own days").click();
    await card().locator('.strip.tone-warn').getByText(sampleLesson(verdict).sentence).waitFor();
    await page.getByRole('button', { name: 'Hand it in although it is not better' }).click();
    expect(asked()).toEqual([]);
    await page.getByRole('button', { name: 'Yes: Hand it in although it is not better' }).click();
    await eventually(asked).toEqual([{ kind: 'hand-in-learnt' }]);
  });

  it('who only looks sees where the models stand, and nothing to press', SLOW, async () => {
    store.answer('GET /api/v1/session', { status: 200, body: { account: { name: 'Bo', role: 'viewer' }, setupNeeded: false } });
    await open();
    expect(await card().getByText('Hand in a model').count()).toBe(0);
    expect(await card().getByRole('button').count()).toBe(0);
  });

  it.each([
    ['phone', SIZES.phone],
    ['desk in the dark', { ...SIZES.desk, scheme: 'dark' }],
  ] as const)('breaks no accessibility rule: %s', SLOW, async (name, look) => {
    models = sampleModels({ trial: sampleTrial(), lesson: sampleLesson('worse') });
    await open(look);
    await choose(MODEL);
    await page.getByRole('button', { name: 'Hand it in', exact: true }).first().click();
    await card().getByText("Learn from this store's own days").click();
    expect(await axeFindings(page), name).toEqual([]);
    expect(await page.evaluate(() => document.documentElement.scrollWidth <= innerWidth)).toBe(true);
  });
});
