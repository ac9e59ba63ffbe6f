import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { startTestServer, type TestServer } from '../support/http-server.ts';

let server: TestServer;

beforeEach(async () => {
  server = await startTestServer();
});

afterEach(() => server.stop());

const PLACEMENT = { id: 'scale-3', name: 'Tea scale', adapter: 'tasmota', knownAs: 'scale1', slot: '03-1' };
const place = (body: unknown) => server.call('POST', '/api/v1/store/devices', { session: server.session('manager'), body });

describe('placing a device', () => {
  it('hands on what was chosen and who chose it, and answers with the password', async () => {
    const { status, body } = await place(PLACEMENT);
    expect(status).toBe(200);
    expect(body).toMatchObject({ kind: 'done', access: { user: 'scale-3', password: 'secret' } });
    expect(server.fakes.devices.placed).toEqual([{ placement: PLACEMENT, by: expect.stringMatching(/\S/) }]);
  });

  it.each([
    ['no id', { ...PLACEMENT, id: undefined }],
    ['an id that is no MQTT name', { ...PLACEMENT, id: 'a/b#' }],
    ['a role that does not exist', { ...PLACEMENT, role: 'boss' }],
    ['fields of its own', { ...PLACEMENT, quietAfter: '1s' }],
    ['control characters in the name', { ...PLACEMENT, name: 'a\u0000b' }],
  ])('refuses %s', async (_what, body) => {
    expect((await place(body)).status).toBe(400);
    expect(server.fakes.devices.placed).toEqual([]);
  });

  it('says in words what the configuration would not take', async () => {
    server.fakes.devices.answer = { kind: 'invalid', problems: ['store.yaml: devices[3].slot: there is no slot "03-9"'] };
    const { status, body } = await place(PLACEMENT);
    expect(status).toBe(422);
    expect(body).toMatchObject({ detail: expect.stringContaining('there is no slot "03-9"') });
  });

  it('gives the line to write by hand where the file cannot be written', async () => {
    server.fakes.devices.answer = { kind: 'not-written', reason: 'EROFS: read-only file system', yaml: '- { id: scale-3 }' };
    expect(await place(PLACEMENT)).toMatchObject({ status: 200, body: { kind: 'not-written', yaml: '- { id: scale-3 }' } });
  });

  it('is refused to viewers and to other sites', async () => {
    const asked = { session: server.session('viewer'), body: PLACEMENT };
    expect((await server.call('POST', '/api/v1/store/devices', asked)).status).toBe(403);
    const foreign = { session: server.session('manager'), body: PLACEMENT, headers: { origin: 'https://elsewhere.example' } };
    expect((await server.call('POST', '/api/v1/store/devices', foreign)).status).toBe(403);
    expect(server.fakes.devices.placed).toEqual([]);
  });
});

describe('a device that is there', () => {
  it('gets a new password, and is removed', async () => {
    const session = server.session('manager');
    expect((await server.call('POST', '/api/v1/store/devices/scale-3/credentials', { session })).status).toBe(200);
    expect((await server.call('DELETE', '/api/v1/store/devices/scale-3', { session })).status).toBe(200);
    expect(server.fakes.devices.asked).toEqual([
      expect.stringMatching(/^reissue scale-3 by /),
      expect.stringMatching(/^remove scale-3 by /),
    ]);
  });

  it('that is not there is no device', async () => {
    server.fakes.devices.answer = { kind: 'unknown-device' };
    expect((await server.call('DELETE', '/api/v1/store/devices/nobody', { session: server.session('manager') })).status).toBe(404);
  });
});
