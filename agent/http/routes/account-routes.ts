import { AttemptDelays } from '../attempts.ts';
import { weaknessOf } from '../common-passwords.ts';
import type { HttpContext } from '../context.ts';
import { cookieOf, sessionCookie, sessionCookieName } from '../cookies.ts';
import { Passwords } from '../passwords.ts';
import type { Role } from '../policy.ts';
import { type ProblemKind, problem } from '../problem.ts';
import { type Answer, defineRoute, json, noContent, type Route } from '../route.ts';
import { Account, LoginBody, NewAccountBody, SessionNow, SetupBody, SetupStatus } from '../schemas/manager.ts';
import { isSameSecret, sha256Hex } from '../tokens.ts';

const MINUTE_MS = 60_000;
/** Guessing a name's password is slowed down; a minute at most, so that nobody can lock the manager out for long. */
const BY_NAME = { free: 5, firstDelayMs: 1_000, maxDelayMs: MINUTE_MS, forgetAfterMs: 15 * MINUTE_MS };
const BY_ADDRESS = { free: 10, firstDelayMs: 1_000, maxDelayMs: 15 * MINUTE_MS, forgetAfterMs: 60 * MINUTE_MS };
const SETUP = { free: 3, firstDelayMs: 1_000, maxDelayMs: 5 * MINUTE_MS, forgetAfterMs: 60 * MINUTE_MS };

/** First-run setup, accounts, signing in and out. */
export function accountRoutes({ ports, settings, sessions, streams }: HttpContext): readonly Route[] {
  const { accounts, clock, counters, setupCode, shop } = ports;
  const isTls = settings.tls !== undefined;
  const passwords = new Passwords();
  const byName = new AttemptDelays(BY_NAME);
  const byAddress = new AttemptDelays(BY_ADDRESS);
  const setupDelays = new AttemptDelays(SETUP);
  let wrongSetupCodes = 0;

  async function setUp(asked: { readonly code: string; readonly name: string; readonly password: string }): Promise<Answer> {
    if (accounts.isSetUp()) return problem('already-set-up');
    if (wrongSetupCodes >= settings.limits.maxSetupAttempts) return problem('setup-locked');
    const waitMs = setupDelays.begin('setup', clock.monotonicMs());
    if (waitMs > 0) return problem('too-many-attempts', { retryAfterMs: waitMs });
    const code = setupCode.current();
    if (code === undefined || !isSameSecret(asked.code.trim(), code)) {
      wrongSetupCodes += 1;
      counters.count('endcap_http_refused_total', { reason: 'setup-code' });
      return problem('setup-code-wrong');
    }
    setupDelays.succeed('setup');
    const { name, password } = asked;
    const refusal = await create({ name, password, role: 'admin' }, () => (accounts.isSetUp() ? 'already-set-up' : undefined));
    if (refusal !== undefined) return refusal;
    audit('account.first', `${name} set the store up`);
    return json(201, accountOf(name, 'admin'), signedIn(name));
  }

  /** Creates an account unless `obstacle` names one; gives a problem, or `undefined` when it was created. */
  async function create(
    account: { readonly name: string; readonly password: string; readonly role: Role },
    obstacle: () => ProblemKind | undefined,
  ): Promise<Answer | undefined> {
    const { name, password, role } = account;
    const weakness = weaknessOf(password, [name, shop.store().name, shop.store().storeId]);
    if (weakness !== undefined) return problem('weak-password', { detail: weakness });
    const passwordHash = await passwords.hash(password);
    if (passwordHash === undefined) return problem('overloaded', { retryAfterMs: 1_000 });
    // Somebody else may have been quicker while the password was being hashed.
    const found = obstacle();
    if (found !== undefined) return problem(found);
    accounts.create({ name, passwordHash, role, atMs: clock.wallMs() });
    return undefined;
  }

  async function logIn(asked: {
    readonly name: string;
    readonly password: string;
    readonly address: string;
    readonly old: string | undefined;
  }): Promise<Answer> {
    const { name } = asked;
    const nowMs = clock.monotonicMs();
    const waitMs = byAddress.begin(asked.address, nowMs) || byName.begin(name.toLowerCase(), nowMs);
    if (waitMs > 0) {
      counters.count('endcap_http_logins_total', { result: 'delayed' });
      return problem('too-many-attempts', { retryAfterMs: waitMs });
    }
    const account = accounts.find(name);
    const isRight = await passwords.verify(account?.passwordHash, asked.password);
    if (isRight === undefined) return problem('overloaded', { retryAfterMs: 1_000 });
    if (!isRight || account === undefined) {
      counters.count('endcap_http_logins_total', { result: 'refused' });
      audit('login.refused', `from ${asked.address}`);
      return problem('login-failed');
    }
    byName.succeed(name.toLowerCase());
    byAddress.succeed(asked.address);
    counters.count('endcap_http_logins_total', { result: 'signed-in' });
    audit('login', account.name);
    if (asked.old !== undefined) sessions.end(sha256Hex(asked.old));
    return json(200, accountOf(account.name, account.role), signedIn(account.name));
  }

  function signedIn(name: string): { readonly 'set-cookie': string } {
    return { 'set-cookie': sessionCookie(sessions.begin(name), { isTls, maxAgeMs: settings.sessions.absoluteMs }) };
  }

  function audit(action: string, detail: string): void {
    accounts.recordAudit({ atMs: clock.wallMs(), action, detail });
  }

  return [
    defineRoute({
      method: 'GET',
      path: '/api/v1/setup',
      policy: 'public',
      group: 'manager',
      summary: 'Whether the store still has to be set up',
      responses: { 200: { description: 'The state of the setup', schema: SetupStatus } },
      handle: () => json(200, { needed: !accounts.isSetUp() } satisfies SetupStatus),
    }),
    defineRoute({
      method: 'POST',
      path: '/api/v1/setup',
      policy: 'public',
      group: 'manager',
      limit: 'login',
      summary: 'Create the first account with the one-time code from the console, and sign it in',
      body: SetupBody,
      responses: { 201: { description: 'The first account, signed in', schema: Account } },
      handle: ({ body }) => setUp(body),
    }),
    defineRoute({
      method: 'POST',
      path: '/api/v1/login',
      policy: 'public',
      group: 'manager',
      limit: 'login',
      summary: 'Sign in',
      body: LoginBody,
      responses: { 200: { description: 'Who is signed in; the session is in the cookie', schema: Account } },
      handle: ({ body, address, header }) => logIn({ ...body, address, old: cookieOf(header('cookie'), sessionCookieName(isTls)) }),
    }),
    defineRoute({
      method: 'POST',
      path: '/api/v1/logout',
      policy: 'viewer',
      group: 'manager',
      summary: 'Sign out',
      responses: { 204: { description: 'Signed out' } },
      handle: ({ caller }) => {
        sessions.end(caller.session);
        streams.endOwner({ kind: 'store', key: caller.session }, 'session');
        audit('logout', caller.name);
        return noContent({ 'set-cookie': sessionCookie('', { isTls, maxAgeMs: 0 }) });
      },
    }),
    defineRoute({
      method: 'GET',
      path: '/api/v1/session',
      policy: 'public',
      group: 'manager',
      summary: 'Who is signed in, if anybody',
      responses: { 200: { description: 'The session', schema: SessionNow } },
      handle: ({ header }) => {
        const session = sessions.find(cookieOf(header('cookie'), sessionCookieName(isTls)));
        const account = session === undefined ? null : accountOf(session.name, session.role);
        return json(200, { account, setupNeeded: !accounts.isSetUp() } satisfies SessionNow);
      },
    }),
    defineRoute({
      method: 'POST',
      path: '/api/v1/store/accounts',
      policy: 'admin',
      group: 'manager',
      summary: 'Create an account',
      body: NewAccountBody,
      responses: { 201: { description: 'The new account', schema: Account } },
      handle: async ({ body, caller }) => {
        const { name } = body;
        const refusal = await create(body, () => (accounts.find(name) === undefined ? undefined : 'name-taken'));
        if (refusal !== undefined) return refusal;
        audit('account.created', `${name} (${body.role}) by ${caller.name}`);
        return json(201, accountOf(name, body.role));
      },
    }),
  ];
}

function accountOf(name: string, role: Role): Account {
  return { name, role };
}
