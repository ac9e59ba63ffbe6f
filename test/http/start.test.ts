import { get } from 'node:https';
import { createServer } from 'node:net';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { createHttpServer } from '../../agent/http/server.ts';
import { DEFAULT_HTTP_SETTINGS, type HttpSettings } from '../../agent/http/settings.ts';
import { FakeStore } from '../support/http-fakes.ts';
import { startTestServer } from '../support/http-server.ts';
import { selfSigned } from '../support/self-signed.ts';
import { SseClient } from '../support/sse-client.ts';

const closing: (() => Promise<unknown> | unknown)[] = [];

afterEach(async () => {
  for (const close of closing.splice(0).reverse()) await close();
});

function server(settings: Partial<HttpSettings>) {
  const created = createHttpServer({
    settings: { ...DEFAULT_HTTP_SETTINGS, port: 0, publicDir: '/nonexistent', ...settings },
    ports: new FakeStore().ports,
  });
  closing.push(() => created.stop());
  return created;
}

describe('starting', () => {
  it('on a taken port is an error that names the setting', async () => {
    const blocker = createServer();
    await new Promise<void>((resolve) => blocker.listen(0, '127.0.0.1', resolve));
    closing.push(() => new Promise((resolve) => blocker.close(resolve)));
    const address = blocker.address();
    const port = typeof address === 'object' && address !== null ? address.port : 0;
    const started = await server({ port }).start();
    expect(started).toEqual({
      ok: false,
      error: {
        kind: 'port-taken',
        setting: 'http.port',
        env: 'ENDCAP_HTTP_PORT',
        message: `Cannot listen on 127.0.0.1:${port}: the port is taken`,
        hint: expect.stringContaining('ENDCAP_HTTP_PORT'),
      },
    });
  });

  it('on "localhost" answers there, and stops there', async () => {
    const local = await startTestServer({ settings: { host: 'localhost' } });
    expect((await fetch(`http://localhost:${local.port}/healthz`)).status).toBe(200);
    expect((await fetch(`http://127.0.0.1:${local.port}/healthz`)).status).toBe(200);
    await local.stop();
    await expect(fetch(`http://127.0.0.1:${local.port}/healthz`)).rejects.toThrow();
  });

  it('can be tried again after it failed', async () => {
    const blocker = createServer();
    await new Promise<void>((resolve) => blocker.listen(0, '127.0.0.1', resolve));
    const address = blocker.address();
    const tried = server({ port: typeof address === 'object' && address !== null ? address.port : 0 });
    expect((await tried.start()).ok).toBe(false);
    await new Promise((resolve) => blocker.close(resolve));
    expect((await tried.start()).ok).toBe(true);
  });

  it('on an address that this machine does not have names http.host', async () => {
    expect(await server({ host: '192.0.2.1' }).start()).toMatchObject({
      ok: false,
      error: { kind: 'address-unavailable', setting: 'http.host' },
    });
  });

  it.each([
    ['nonsense', { cert: 'no certificate', key: 'no key' }],
    ['a key of another certificate', { cert: selfSigned().cert, key: selfSigned().key }],
  ])('with %s as certificate names http.tls and shows nothing of it', async (_what, tls) => {
    const started = await server({ tls }).start();
    expect(started).toMatchObject({ ok: false, error: { kind: 'bad-certificate', setting: 'http.tls' } });
    expect(JSON.stringify(started)).not.toMatch(/BEGIN|no key/);
  });
});

describe('with a certificate', () => {
  it('speaks TLS 1.2 or newer and sets a __Host- cookie with Secure', async () => {
    const tls = selfSigned();
    const fakes = new FakeStore();
    const started = await startTestServer({ settings: { tls }, fakes });
    closing.push(() => started.stop());
    expect(started.url).toMatch(/^https:/);
    const session = started.session('viewer');
    const headers = { cookie: `__Host-endcap=${session}` };
    const answer = await new Promise<{ status: number; protocol: string | null; text: string }>((resolve, reject) => {
      get(`${started.url}/api/v1/session`, { ca: tls.cert, headers, agent: false }, (response) => {
        let text = '';
        response.on('data', (chunk) => {
          text += chunk;
        });
        const { socket } = response;
        const protocol = 'getProtocol' in socket && typeof socket.getProtocol === 'function' ? String(socket.getProtocol()) : null;
        response.on('end', () => resolve({ status: response.statusCode ?? 0, protocol, text }));
      }).on('error', reject);
    });
    expect(answer.protocol).toMatch(/^TLSv1\.[23]$/);
    expect(JSON.parse(answer.text)).toMatchObject({ account: { name: 'viewer-1' } });
  });
});

describe('stopping', () => {
  it('ends the streams, lets an answer under way finish, and frees the port', async () => {
    const started = await startTestServer();
    const { token } = await started.visit();
    const client = await SseClient.open(`${started.url}/api/v1/visit/stream`, { authorization: `Bearer ${token}` });
    let finish: (text: string) => void = () => undefined;
    started.fakes.ports.metrics.text = () => new Promise((resolve) => (finish = resolve));
    const slow = fetch(`${started.url}/metrics`).then((response) => response.text());
    await vi.waitFor(() => expect(finish.name).not.toBe('finish'));
    const stopped = started.stop();
    await vi.waitFor(() => expect(client.isEnded).toBe(true));
    finish('endcap_up 1\n');
    expect(await slow).toBe('endcap_up 1\n');
    await stopped;
    await expect(fetch(`${started.url}/healthz`)).rejects.toThrow();
    await started.stop();
  });

  it('does not wait longer than its grace for an answer that never comes', async () => {
    const started = await startTestServer({ limits: { stopGraceMs: 50 } });
    let isAsked = false;
    started.fakes.ports.metrics.text = () => {
      isAsked = true;
      return new Promise(() => undefined);
    };
    const stuck = fetch(`${started.url}/metrics`);
    const outcome = expect(stuck).rejects.toThrow();
    await vi.waitFor(() => expect(isAsked).toBe(true));
    await started.stop();
    await outcome;
  });
});
