import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { NOTICE_WORDS } from '../../agent/http/notice/notice-words.ts';
import { CATALOGUES } from '../../agent/web/shop/i18n.ts';
import { startTestServer, type TestServer } from '../support/http-server.ts';

let server: TestServer;

beforeEach(async () => {
  server = await startTestServer();
});

afterEach(() => server.stop());

const PICTURE = '/api/v1/store/cameras/cam/picture';
const CHANGE = { floor: undefined, zone: 'coffee', entrances: [], queues: [], shelves: [], masks: [] };

describe('the live picture', () => {
  it('is for signed-in managers only', async () => {
    expect((await server.call('GET', PICTURE)).status).toBe(401);
    expect((await server.call('GET', PICTURE, { session: server.session('viewer') })).status).toBe(403);
    expect((await server.call('GET', PICTURE, { token: 'of-a-till' })).status).toBe(401);
    const shopper = await server.visit();
    expect((await server.call('GET', PICTURE, { token: shopper.token })).status).toBe(401);
    const { status, headers } = await server.call('GET', PICTURE, { session: server.session('manager') });
    expect([status, headers.get('content-type')]).toEqual([200, 'image/jpeg']);
  });

  it('may be kept by nobody on the way', async () => {
    const { headers } = await server.call('GET', PICTURE, { session: server.session('manager') });
    expect(headers.get('cache-control')).toContain('no-store');
    expect(headers.get('x-content-type-options')).toBe('nosniff');
    expect(headers.get('cross-origin-resource-policy')).toBe('same-origin');
    expect(headers.get('etag')).toBeNull();
  });

  it.each([
    ['unknown-camera', 404],
    ['no-picture', 503],
    ['quiet-hours', 409],
    ['too-soon', 429],
  ] as const)('that is not there (%s) is a problem in words', async (answer, status) => {
    server.fakes.cameras.pictureNow = answer;
    const called = await server.call('GET', PICTURE, { session: server.session('manager') });
    expect(called.status).toBe(status);
    expect(String(called.body['title'])).toMatch(/\.$/);
  });
});

describe('the settings of a camera', () => {
  it('are read and changed by managers, and it is noted who did', async () => {
    const session = server.session('manager');
    const { body } = await server.call('GET', '/api/v1/store/cameras', { session });
    expect(body).toMatchObject({ isWritable: true, cameras: [{ id: 'cam', zone: 'coffee' }] });
    expect(JSON.stringify(body)).not.toContain('source');
    const mask = [
      [0, 0],
      [0.2, 0],
      [0.2, 0.2],
    ];
    const saved = await server.call('POST', '/api/v1/store/cameras/cam', { session, body: { ...CHANGE, masks: [mask] } });
    expect(saved.body).toEqual({ kind: 'saved' });
    expect(server.fakes.cameras.saved).toMatchObject([{ id: 'cam', by: expect.any(String), change: { zone: 'coffee', masks: [mask] } }]);
    expect((await server.call('POST', '/api/v1/store/cameras/cam', { session: server.session('viewer'), body: CHANGE })).status).toBe(403);
  });

  it('outside of the picture are refused before anybody looks at them', async () => {
    const session = server.session('manager');
    const call = (body: object) => server.call('POST', '/api/v1/store/cameras/cam', { session, body });
    expect(
      (
        await call({
          ...CHANGE,
          masks: [
            [
              [0, 0],
              [2, 0],
              [1, 1],
            ],
          ],
        })
      ).status,
    ).toBe(400);
    expect((await call({ ...CHANGE, floor: [{ picture: [0, 0], plan: [0, 0] }] })).status).toBe(400);
    expect((await call({ ...CHANGE, source: 'file:/etc/passwd' })).status).toBe(400);
    expect(server.fakes.cameras.saved).toEqual([]);
  });

  it('that would not be right are told line by line, and what cannot be written is given to paste', async () => {
    const session = server.session('manager');
    server.fakes.cameras.answer = { kind: 'invalid', problems: ['store.yaml:3:4 there is no zone "x"'] };
    const refused = await server.call('POST', '/api/v1/store/cameras/cam', { session, body: CHANGE });
    expect([refused.status, JSON.stringify(refused.body)]).toEqual([422, expect.stringContaining('there is no zone')]);
    server.fakes.cameras.answer = { kind: 'not-written', reason: 'it cannot be written', yaml: '  - id: cam\n' };
    expect((await server.call('POST', '/api/v1/store/cameras/cam', { session, body: CHANGE })).body).toMatchObject({ kind: 'not-written' });
  });
});

describe('the notice for shoppers', () => {
  it('speaks every language of the shop page, chosen by the phone or by hand', async () => {
    expect(Object.keys(NOTICE_WORDS).sort()).toEqual(Object.keys(CATALOGUES).sort());
    const page = (path: string, language = '') => server.call('GET', path, { headers: { 'accept-language': language } });
    expect((await page('/shop/privacy', 'de-AT,de;q=0.9,en;q=0.5')).text).toContain('Kameras in');
    expect((await page('/shop/privacy?lang=fr', 'de')).text).toContain('<html lang="fr">');
    expect((await page('/shop/privacy', 'pl')).text).toContain('Cameras in');
    expect((await page('/shop/privacy.css')).headers.get('content-type')).toContain('text/css');
  });

  it('says what these cameras count, what is never kept, for how long, and whom to ask', async () => {
    const { text } = await server.call('GET', '/shop/privacy');
    expect(text).toContain('come in and go out');
    expect(text).not.toContain('reaches into a shelf');
    expect(text).toContain('No picture and no film');
    expect(text).toContain('7 days');
    expect(text).toContain('ask the staff');
    server.fakes.cameras.facts = { ...server.fakes.cameras.facts, seesReaches: true, contact: 'Ana <ana@market.example>' };
    const more = (await server.call('GET', '/shop/privacy')).text;
    expect(more).toContain('reaches into a shelf');
    expect(more).toContain('Ana &#60;ana@market.example&#62;');
    expect(more).not.toContain('<Market>');
  });

  it('of a store without cameras says that', async () => {
    server.fakes.cameras.facts = { ...server.fakes.cameras.facts, cameras: 0 };
    const { body } = await server.call('GET', '/api/v1/notice?lang=en');
    expect(body).toMatchObject({
      lead: 'There are no counting cameras in this store.',
      languages: expect.arrayContaining([{ code: 'de', name: 'Deutsch' }]),
    });
  });
});

describe('people on the floor', () => {
  it('are for everybody who may see the manager page', async () => {
    expect((await server.call('GET', '/api/v1/store/traffic')).status).toBe(401);
    expect((await server.call('GET', '/api/v1/store/traffic', { session: server.session('viewer') })).body).toMatchObject({ minPeople: 3 });
  });
});
