import { afterEach, beforeEach, describe, expect, expectTypeOf, it } from 'vitest';
import type { z } from 'zod';
import type { ModelsOverview } from '../../agent/core/models-overview.ts';
import type { ModelState } from '../../agent/http/schemas/models.ts';
import { startTestServer, type TestServer } from '../support/http-server.ts';

let server: TestServer;

beforeEach(async () => {
  server = await startTestServer();
});

afterEach(() => server.stop());

describe('the models of the store', () => {
  it('are shown to everybody who is signed in', async () => {
    expectTypeOf<ModelsOverview>().toExtend<z.input<typeof ModelState>>();
    const { status, body } = await server.call('GET', '/api/v1/store/model', { session: server.session('viewer') });
    expect(status).toBe(200);
    expect(body).toEqual(JSON.parse(JSON.stringify(server.fakes.ports.models.view())));
    expect((await server.call('GET', '/api/v1/store/model')).status).toBe(401);
  });

  it.each(['return', 'promote', 'withdraw', 'end-apprentice'])(
    '%s is a press of a manager, and the answer says what came of it',
    async (action) => {
      const called = await server.call('POST', '/api/v1/store/model', { session: server.session('manager'), body: { action } });
      expect(called.status).toBe(200);
      expect(called.body['sentence']).toMatch(new RegExp(`^${action} by `));
      const viewer = await server.call('POST', '/api/v1/store/model', { session: server.session('viewer'), body: { action } });
      expect(viewer.status).toBe(403);
    },
  );

  it('are not touched by what is not known', async () => {
    const { status } = await server.call('POST', '/api/v1/store/model', { session: server.session('manager'), body: { action: 'delete' } });
    expect(status).toBe(400);
  });
});
