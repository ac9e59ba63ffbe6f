import { hash } from '@node-rs/argon2';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { sha256Hex } from '../../agent/http/tokens.ts';
import { type Called, startTestServer, type TestServer } from '../support/http-server.ts';

let server: TestServer;
const PASSWORD = 'violet tractor hums quietly';
const CODE = 'K7QX-92MT-4HWP';

beforeEach(async () => {
  server = await startTestServer();
});

afterEach(async () => {
  await server.stop();
});

function setUp(changes: object = {}): Promise<Called> {
  return server.call('POST', '/api/v1/setup', { body: { code: CODE, name: 'Maria', password: PASSWORD, ...changes } });
}

function logIn(changes: object = {}, headers: Readonly<Record<string, string>> = {}): Promise<Called> {
  return server.call('POST', '/api/v1/login', { body: { name: 'Maria', password: PASSWORD, ...changes }, headers });
}

function cookieOf(called: Called): string {
  return /^endcap_session=([^;]*)/.exec(called.headers.get('set-cookie') ?? '')?.[1] ?? '';
}

describe('the first run', () => {
  it('asks for setup, and everything of the manager is closed until then', async () => {
    expect((await server.call('GET', '/api/v1/setup')).body).toEqual({ needed: true });
    expect((await server.call('GET', '/api/v1/session')).body).toEqual({ account: null, setupNeeded: true });
    expect((await server.call('GET', '/api/v1/store/overview')).status).toBe(401);
    expect((await logIn()).status).toBe(401);
  });

  it('makes the first account an admin, signs it in, and works once', async () => {
    const answer = await setUp();
    expect(answer).toMatchObject({ status: 201, body: { name: 'Maria', role: 'admin' } });
    expect((await server.call('GET', '/api/v1/store/overview', { session: cookieOf(answer) })).status).toBe(200);
    expect((await server.call('GET', '/api/v1/setup')).body).toEqual({ needed: false });
    expect(await setUp({ name: 'Mallory' })).toMatchObject({ status: 409, body: { type: 'urn:endcap:problem:already-set-up' } });
    expect([...server.fakes.accounts.accounts.keys()]).toEqual(['Maria']);
    expect(server.fakes.accounts.entries).toEqual([
      { atMs: expect.any(Number), action: 'account.first', detail: 'Maria set the store up' },
    ]);
  });

  it('makes one account of two that race with the right code', async () => {
    const answers = await Promise.all([setUp({ name: 'One' }), setUp({ name: 'Two' })]);
    expect(answers.map(({ status }) => status).sort()).toEqual([201, 409]);
    expect(server.fakes.accounts.accounts.size).toBe(1);
  });

  it('keeps only an argon2id hash of the password, and only a hash of the session', async () => {
    const session = cookieOf(await setUp());
    expect(server.fakes.accounts.find('Maria')?.passwordHash).toMatch(/^\$argon2id\$v=19\$m=19456,t=2,p=1\$/);
    expect([...server.fakes.accounts.sessions.keys()]).toEqual([sha256Hex(session)]);
    expect(session).toMatch(/^[\w-]{43}$/);
  });

  it('slows down guesses of the code, then locks until a restart', async () => {
    const statuses: number[] = [];
    for (let n = 0; n < 5; n += 1) statuses.push((await setUp({ code: `GUESS-${n}` })).status);
    expect(statuses).toEqual([403, 403, 403, 429, 429]);
    expect((await setUp()).status).toBe(429);
    for (let n = 0; n < 17; n += 1) {
      server.fakes.clock.advance(300_000);
      expect((await setUp({ code: `GUESS-${n}` })).status).toBe(403);
    }
    server.fakes.clock.advance(300_000);
    expect(await setUp()).toMatchObject({ status: 403, body: { type: 'urn:endcap:problem:setup-locked' } });
    expect(server.fakes.accounts.accounts.size).toBe(0);
  });

  it('has no setup where there is no code', async () => {
    server.fakes.setupCode = undefined;
    expect((await setUp({ code: 'undefined' })).status).toBe(403);
  });

  it.each(['short', 'password1234', 'P@ssw0rd!2345', 'aaaaaaaaaaaa', '123456789012', 'maria maria maria', 'Sample store 2026'])(
    'refuses the password %j with a reason',
    async (password) => {
      const answer = await setUp({ password });
      expect(answer).toMatchObject({ status: 422, body: { type: 'urn:endcap:problem:weak-password', detail: expect.any(String) } });
      expect(answer.text).not.toContain(password);
      expect(server.fakes.accounts.accounts.size).toBe(0);
    },
  );
});

describe('signing in', () => {
  beforeEach(async () => {
    server.fakes.accounts.create({ name: 'Maria', passwordHash: await hash(PASSWORD), role: 'manager' });
  });

  it('sets an opaque cookie that scripts and other sites do not get', async () => {
    const answer = await logIn();
    expect(answer).toMatchObject({ status: 200, body: { name: 'Maria', role: 'manager' } });
    const cookie = answer.headers.get('set-cookie') ?? '';
    expect(cookie).toMatch(/^endcap_session=[\w-]{43}; Path=\/; Max-Age=86400; HttpOnly; SameSite=Strict$/);
    expect((await server.call('GET', '/api/v1/session', { session: cookieOf(answer) })).body).toEqual({
      account: { name: 'Maria', role: 'manager' },
      setupNeeded: false,
    });
  });

  it('gives a fresh session each time and ends the one it was called with', async () => {
    const first = cookieOf(await logIn());
    const second = cookieOf(await logIn({}, { cookie: `endcap_session=${first}` }));
    expect(second).not.toBe(first);
    expect((await server.call('GET', '/api/v1/store/overview', { session: first })).status).toBe(401);
    expect((await server.call('GET', '/api/v1/store/overview', { session: second })).status).toBe(200);
  });

  it('never takes over a session id that the caller chose', async () => {
    const planted = 'A'.repeat(43);
    expect(cookieOf(await logIn({}, { cookie: `endcap_session=${planted}` }))).not.toBe(planted);
    expect((await server.call('GET', '/api/v1/store/overview', { session: planted })).status).toBe(401);
  });

  it('says the same about a wrong name as about a wrong password', async () => {
    const [name, password] = [await logIn({ name: 'Nobody' }), await logIn({ password: 'violet tractor hums loudly' })];
    expect(name.status).toBe(401);
    expect(name.text).toBe(password.text);
    expect(server.fakes.countOf('endcap_http_logins_total{result=refused}')).toBe(2);
  });

  it('takes longer and longer after wrong passwords, for parallel guesses too, and a right one ends that', async () => {
    const wrong = () => logIn({ password: 'violet tractor hums loudly' });
    const first = await Promise.all(Array.from({ length: 9 }, wrong));
    expect(first.filter(({ status }) => status === 401)).toHaveLength(5);
    const delayed = first.filter(({ status }) => status === 429);
    expect(delayed).toHaveLength(4);
    expect(delayed[0]?.headers.get('retry-after')).toBe('1');
    expect((await logIn()).status).toBe(429);
    server.fakes.clock.advance(1_000);
    expect((await wrong()).status).toBe(401);
    server.fakes.clock.advance(1_000);
    expect((await wrong()).headers.get('retry-after')).toBe('1');
    server.fakes.clock.advance(1_000);
    expect((await logIn()).status).toBe(200);
    expect((await wrong()).status).toBe(401);
  });

  it('ends with the logout, on the server too', async () => {
    const session = cookieOf(await logIn());
    const answer = await server.call('POST', '/api/v1/logout', { session });
    expect(answer.status).toBe(204);
    expect(answer.headers.get('set-cookie')).toMatch(/^endcap_session=; Path=\/; Max-Age=0/);
    expect(server.fakes.accounts.sessions.size).toBe(0);
    expect((await server.call('GET', '/api/v1/store/overview', { session })).status).toBe(401);
  });
});

describe('a session', () => {
  it('ends when unused for two hours, and use keeps it alive', async () => {
    const session = server.session('viewer');
    const look = async () => (await server.call('GET', '/api/v1/store/overview', { session })).status;
    expect(await look()).toBe(200);
    for (let n = 0; n < 5; n += 1) {
      server.fakes.clock.advance(3_600_000);
      expect(await look()).toBe(200);
    }
    server.fakes.clock.advance(7_200_000);
    expect(await look()).toBe(401);
  });

  it('ends a day after its login however much it is used', async () => {
    const session = server.session('viewer');
    for (let hour = 0; hour < 23; hour += 1) {
      expect((await server.call('GET', '/api/v1/store/overview', { session })).status).toBe(200);
      server.fakes.clock.advance(3_600_000);
    }
    expect((await server.call('GET', '/api/v1/store/overview', { session })).status).toBe(200);
    server.fakes.clock.advance(3_600_000);
    expect((await server.call('GET', '/api/v1/store/overview', { session })).status).toBe(401);
  });

  it('is not kept alive by a store that says it lasts longer', async () => {
    const session = server.session('viewer');
    for (const held of server.fakes.accounts.sessions.values()) held.expiresAtMs = Number.POSITIVE_INFINITY;
    server.fakes.clock.advance(86_400_000);
    expect((await server.call('GET', '/api/v1/store/overview', { session })).status).toBe(401);
    expect(server.fakes.accounts.sessions.size).toBe(0);
  });

  it('does not go to disk for every look', async () => {
    const session = server.session('viewer');
    for (let n = 0; n < 10; n += 1) await server.call('GET', '/api/v1/store/overview', { session });
    expect(server.fakes.accounts.touches).toBe(1);
  });
});

describe('further accounts', () => {
  it('are created by an admin, with a password that holds and a name that is free', async () => {
    const session = server.session('admin');
    const create = (body: object) => server.call('POST', '/api/v1/store/accounts', { session, body });
    expect((await create({ name: 'Tom', password: PASSWORD, role: 'viewer' })).body).toEqual({ name: 'Tom', role: 'viewer' });
    expect((await create({ name: 'Tom', password: PASSWORD, role: 'admin' })).status).toBe(409);
    expect((await create({ name: 'Ada', password: 'adaadaadaada', role: 'viewer' })).status).toBe(422);
    expect((await create({ name: 'Ada', password: PASSWORD, role: 'owner' })).status).toBe(400);
    expect(server.fakes.accounts.find('Tom')?.role).toBe('viewer');
    expect(await logIn({ name: 'Tom' })).toMatchObject({ status: 200, body: { role: 'viewer' } });
  });
});
