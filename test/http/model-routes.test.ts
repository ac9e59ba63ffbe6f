import { afterEach, beforeEach, describe, expect, expectTypeOf, it } from 'vitest';
import type { z } from 'zod';
import type { ModelsOverview } from '../../agent/core/models-overview.ts';
import type { ModelState } from '../../agent/http/schemas/models.ts';
import { ModelUploads } from '../../agent/runtime/model-uploads.ts';
import { smallArtifact } from '../models/onnx-fixture.ts';
import { tempDir } from '../store/support.ts';
import { FakeStore } from '../support/http-fakes.ts';
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

describe('a model that is handed in through the API', () => {
  const artifact = smallArtifact();
  const manifest = Buffer.from(JSON.stringify(artifact.manifest));
  const uploadsPath = '/api/v1/store/model/uploads';

  beforeEach(async () => {
    await server.stop();
    const fakes = new FakeStore();
    const signatures = { trustedKeys: [], required: false };
    const uploads = new ModelUploads({ dir: tempDir(), signatures, newId: () => 'c'.repeat(32) });
    const models = { ...fakes.ports.models, upload: uploads.begin.bind(uploads), part: uploads.part.bind(uploads) };
    Object.assign(fakes.ports, { models });
    server = await startTestServer({ fakes });
  });

  const post = (path: string, body: unknown, headers: Readonly<Record<string, string>> = {}) =>
    server.call('POST', path, { session: server.session('manager'), body, headers });

  async function begin(sizes = { manifestBytes: manifest.length, modelBytes: artifact.onnx.length }): Promise<string> {
    const { status, body } = await post(uploadsPath, sizes);
    expect(status).toBe(201);
    return `${uploadsPath}/${String(body['upload'])}`;
  }

  it('arrives in pieces below the limit of a body, and is complete with the last', async () => {
    const path = await begin();
    expect((await post(path, { file: 'manifest', at: 0, base64: manifest.toString('base64') })).body).toEqual({ isComplete: false });
    const model = Buffer.from(artifact.onnx);
    for (let at = 0; at < model.length; at += 20_000) {
      const taken = await post(path, { file: 'model', at, base64: model.subarray(at, at + 20_000).toString('base64') });
      expect(taken.body).toEqual({ isComplete: at + 20_000 >= model.length });
    }
  });

  it('too large is refused before it is sent, and the refusal names the limit', async () => {
    const { status, body } = await post(uploadsPath, { manifestBytes: 10, modelBytes: 2_000_000_000 });
    expect([status, body['detail']]).toEqual([413, 'The model has 2000.0 MB, and at most 67.1 MB are taken.']);
    expect((await post(uploadsPath, { manifestBytes: -1, modelBytes: 1 })).status).toBe(400);
  });

  it('a piece that is larger than a body may be gets 413', async () => {
    const path = await begin();
    const piece = { file: 'manifest', at: 0, base64: 'A'.repeat(300_000) };
    expect((await post(path, piece)).status).toBe(413);
  });

  it.each([
    ['no base64', { file: 'manifest', at: 0, base64: '*** \u0000' }],
    ['another file', { file: '../../etc/passwd', at: 0, base64: 'AAAA' }],
    ['a field more', { file: 'manifest', at: 0, base64: 'AAAA', path: '/etc' }],
    ['a place before the beginning', { file: 'manifest', at: -1, base64: 'AAAA' }],
  ])('%s is not understood', async (_, piece) => {
    expect((await post(await begin(), piece)).status).toBe(400);
  });

  it('a hostile manifest is refused with a sentence and what to do, and the upload is gone', async () => {
    const bytes = Buffer.from('{"format":1,"file":"../../../etc/cron.d/x"}');
    const path = await begin({ manifestBytes: bytes.length, modelBytes: 1 });
    const { status, body } = await post(path, { file: 'manifest', at: 0, base64: bytes.toString('base64') });
    expect([status, body['type']]).toEqual([422, 'urn:endcap:problem:model-refused']);
    expect(body['detail']).toMatch(/^Cannot read the model's manifest: .*\.$/);
    expect(body['hint']).toBe('Copy the manifest again from where the model came from.');
    expect((await post(path, { file: 'manifest', at: 0, base64: 'AAAA' })).status).toBe(404);
  });

  it('is taken from the page of the agent only, and from no viewer', async () => {
    const sizes = { manifestBytes: 1, modelBytes: 1 };
    expect((await post(uploadsPath, sizes, { origin: 'https://elsewhere.example' })).status).toBe(403);
    expect((await post('/api/v1/store/model/work', { kind: 'learn' }, { origin: 'https://elsewhere.example' })).status).toBe(403);
    const viewer = server.session('viewer');
    expect((await server.call('POST', uploadsPath, { session: viewer, body: sizes })).status).toBe(403);
    expect((await server.call('POST', '/api/v1/store/model/work', { session: viewer, body: { kind: 'learn' } })).status).toBe(403);
  });

  it.each([
    { kind: 'try', upload: 'c'.repeat(32) },
    { kind: 'hand-in', upload: 'c'.repeat(32) },
    { kind: 'learn' },
    { kind: 'hand-in-learnt' },
    { kind: 'stop' },
  ])('work of a manager is answered with what came of it: $kind', async (work) => {
    const { status, body } = await post('/api/v1/store/model/work', work);
    expect(status).toBe(200);
    expect(body['sentence']).toMatch(new RegExp(`^${work.kind} by `));
  });

  it.each([
    [{ kind: 'busy', sentence: 'A model is being learnt' }, 409, 'A model is being learnt.'],
    [{ kind: 'refused', sentence: 'Only 31 visits have a known outcome', hint: 'Wait' }, 422, 'Only 31 visits have a known outcome.'],
    [{ kind: 'unknown-upload' }, 404, undefined],
  ] as const)('what cannot be done is a problem with a sentence: %o', async (refused, status, detail) => {
    Object.assign(server.fakes.ports.models, { work: async () => refused });
    const answer = await post('/api/v1/store/model/work', { kind: 'learn' });
    expect([answer.status, answer.body['detail']]).toEqual([status, detail]);
  });

  it('is in the description of the API', async () => {
    const { body } = await server.call('GET', '/api/openapi.json');
    const paths: object = body['paths'] ?? {};
    for (const path of [uploadsPath, `${uploadsPath}/{upload}`, '/api/v1/store/model/work']) expect(Object.keys(paths)).toContain(path);
  });
});
