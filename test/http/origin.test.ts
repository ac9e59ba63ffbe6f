import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { isAllowedHost, originOf } from '../../agent/http/hosts.ts';
import { startTestServer, type TestServer } from '../support/http-server.ts';

let server: TestServer;

beforeAll(async () => {
  server = await startTestServer({ settings: { allowedHosts: ['store-17.example'] } });
});

afterAll(async () => {
  await server.stop();
});

describe('the Host header', () => {
  it.each([
    ['localhost:8080', true],
    ['LOCALHOST', true],
    ['127.0.0.1:8080', true],
    ['[::1]:8080', true],
    ['store-17.example', true],
    ['Store-17.Example.:8080', true],
    ['192.0.2.7', false],
    ['evil.example', false],
    ['localhost.evil.example', false],
    ['store-17.example.evil.example', false],
    ['127.0.0.1.evil.example', false],
    ['localhost@evil.example', false],
    ['localhost:80:80', false],
    ['', false],
    [undefined, false],
  ])('%j on a loopback listener is allowed: %s', (host, isAllowed) => {
    expect(isAllowedHost(host, { host: '127.0.0.1', allowedHosts: ['store-17.example'] })).toBe(isAllowed);
  });

  it.each([
    ['0.0.0.0', '192.0.2.7:80', true],
    ['0.0.0.0', '[2001:db8::1]:80', true],
    ['0.0.0.0', 'evil.example', false],
    ['192.0.2.7', '192.0.2.7', true],
    ['192.0.2.7', '192.0.2.8', false],
  ])('listening on %s, %s is allowed: %s', (host, header, isAllowed) => {
    expect(isAllowedHost(header, { host, allowedHosts: [] })).toBe(isAllowed);
  });

  it('that is forged gets 403 on every kind of address', async () => {
    for (const path of ['/', '/healthz', '/metrics', '/api/v1/store', '/nothing']) {
      const answer = await server.raw('GET', path, { host: 'rebound.example' });
      expect(answer.status).toBe(403);
      expect(JSON.parse(answer.text)).toMatchObject({ type: 'urn:endcap:problem:host-not-allowed' });
    }
    expect((await server.raw('GET', '/healthz', { host: 'store-17.example' })).status).toBe(200);
    expect((await server.raw('GET', '/healthz', {})).status).toBe(400);
  });
});

describe('who sent a change', () => {
  const host = 'localhost:8080';
  it.each([
    ['a program', {}, 'program'],
    ['the own page', { origin: 'http://localhost:8080' }, 'same'],
    ['the own page behind a TLS proxy', { origin: 'https://localhost:8080' }, 'same'],
    ['the own page, vouched for', { origin: 'http://localhost:8080', secFetchSite: 'same-origin' }, 'same'],
    ['a form of the own page without referrer', { origin: 'null', secFetchSite: 'same-origin' }, 'same'],
    ['the address bar', { secFetchSite: 'none' }, 'same'],
    ['another port', { origin: 'http://localhost:9090' }, 'other-site'],
    ['another site', { origin: 'https://evil.example' }, 'other-site'],
    ['a sandboxed frame', { origin: 'null' }, 'other-site'],
    ['a sibling site', { origin: 'http://localhost:8080', secFetchSite: 'same-site' }, 'other-site'],
    ['another site without Origin', { secFetchSite: 'cross-site' }, 'other-site'],
    ['nonsense', { origin: 'http://' }, 'other-site'],
  ])('%s', (_who, headers: { origin?: string; secFetchSite?: string }, expected) => {
    expect(originOf({ host, origin: headers.origin, secFetchSite: headers.secFetchSite })).toBe(expected);
  });

  it('another site can change nothing, with a cookie or without', async () => {
    const session = server.session('manager');
    const evil = { origin: 'https://evil.example' };
    const before = server.fakes.inputs.length;
    for (const headers of [evil, { 'sec-fetch-site': 'cross-site' }, { origin: 'null' }]) {
      expect((await server.call('POST', '/api/v1/store/pause', { session, headers, body: { paused: true } })).status).toBe(403);
      expect((await server.call('POST', '/api/v1/visits', { headers, body: { consents: {} } })).status).toBe(403);
      expect((await server.call('POST', '/api/v1/redemptions', { headers, body: { code: 'x', receipt: 'y' } })).status).toBe(403);
      expect((await server.call('POST', '/api/v1/login', { headers, body: { name: 'x', password: 'y' } })).status).toBe(403);
    }
    expect(server.fakes.inputs).toHaveLength(before);
    expect((await server.call('POST', '/api/v1/store/pause', { session, body: { paused: true } })).status).toBe(200);
  });

  it('a cookie alone changes nothing: the request must come from the page', async () => {
    const session = server.session('manager');
    const response = await fetch(`${server.url}/api/v1/store/pause`, {
      method: 'POST',
      headers: { cookie: `endcap_session=${session}`, 'content-type': 'application/json' },
      body: '{"paused":true}',
    });
    expect(response.status).toBe(403);
  });

  it('forms and plain text, which other sites may send unasked, are not read', async () => {
    for (const type of ['text/plain', 'application/x-www-form-urlencoded', 'multipart/form-data; boundary=x', 'application/xml']) {
      const answer = await server.call('POST', '/api/v1/visits', { raw: '{"consents":{}}', headers: { 'content-type': type } });
      expect(answer).toMatchObject({ status: 415, body: { type: 'urn:endcap:problem:not-json' } });
    }
  });
});
