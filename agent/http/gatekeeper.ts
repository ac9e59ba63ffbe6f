import type { IncomingHttpHeaders } from 'node:http';
import { isLoopbackAddress, isLoopbackHost } from './addresses.ts';
import { cookieOf, sessionCookieName } from './cookies.ts';
import { originOf } from './hosts.ts';
import { type Caller, includesRole, type Policy } from './policy.ts';
import type { ShopQueries } from './ports.ts';
import { type Problem, problem } from './problem.ts';
import type { Sessions } from './sessions.ts';
import type { HttpSettings } from './settings.ts';
import { bearerOf, isSameSecret, sha256Hex } from './tokens.ts';

/** What the gatekeeper looks at. */
export interface Arrival {
  readonly method: string;
  readonly headers: IncomingHttpHeaders;
  readonly remoteAddress: string | undefined;
}

const ANYONE: Caller = { kind: 'anyone' };

/** Decides whether a request may enter a route, by the route's policy. */
export class Gatekeeper {
  readonly #settings: HttpSettings;
  readonly #shop: Pick<ShopQueries, 'visitByToken'>;
  readonly #sessions: Sessions;

  constructor(settings: HttpSettings, parts: { readonly shop: Pick<ShopQueries, 'visitByToken'>; readonly sessions: Sessions }) {
    this.#settings = settings;
    this.#shop = parts.shop;
    this.#sessions = parts.sessions;
  }

  /** The caller, or the problem to answer with. */
  admit(policy: Policy, arrival: Arrival): Caller | Problem {
    switch (policy) {
      case 'public':
        return ANYONE;
      case 'shopper':
        return this.#shopper(arrival);
      case 'shopper-or-anyone':
        return arrival.headers.authorization === undefined ? ANYONE : this.#shopper(arrival);
      case 'till':
        return this.#till(arrival);
      case 'viewer':
      case 'manager':
      case 'admin':
        return this.#signedIn(policy, arrival);
      case 'monitoring':
        return this.#monitoring(arrival);
    }
  }

  /** True while tills need no key: none is configured and only this machine can call. */
  get isTillOpen(): boolean {
    return this.#settings.tillKeys.length === 0 && isLoopbackHost(this.#settings.host);
  }

  /** The session of a request, if it has one. */
  session(headers: IncomingHttpHeaders) {
    return this.#sessions.find(cookieOf(headers.cookie, sessionCookieName(this.#settings.tls !== undefined)));
  }

  #shopper(arrival: Arrival): Caller | Problem {
    const token = bearerOf(arrival.headers.authorization);
    if (token === undefined) return problem('visit-ended');
    const tokenHash = sha256Hex(token);
    const visit = this.#shop.visitByToken(tokenHash);
    return visit === undefined ? problem('visit-ended') : { kind: 'shopper', visit, tokenHash };
  }

  #till(arrival: Arrival): Caller | Problem {
    if (this.isTillOpen && isLoopbackAddress(arrival.remoteAddress)) return { kind: 'till', name: 'local' };
    const key = bearerOf(arrival.headers.authorization);
    const hash = key === undefined ? undefined : sha256Hex(key);
    const till = hash === undefined ? undefined : this.#settings.tillKeys.find(({ sha256 }) => isSameSecret(sha256.toLowerCase(), hash));
    return till === undefined ? problem('till-key-needed') : { kind: 'till', name: till.name };
  }

  #signedIn(policy: 'viewer' | 'manager' | 'admin', arrival: Arrival): Caller | Problem {
    const session = this.session(arrival.headers);
    if (session === undefined) return problem('sign-in-first');
    if (!includesRole(session.role, policy)) return problem('not-your-role', { detail: `It needs the role "${policy}".` });
    // A cookie travels by itself, so a change that it authorises must come from the agent's own page.
    if (arrival.method !== 'GET' && origin(arrival) !== 'same') return problem('other-site');
    return session;
  }

  #monitoring(arrival: Arrival): Caller | Problem {
    const { openOnLoopback, keySha256s } = this.#settings.metrics;
    if (openOnLoopback && isLoopbackAddress(arrival.remoteAddress)) return ANYONE;
    const key = bearerOf(arrival.headers.authorization);
    if (key !== undefined) {
      const hash = sha256Hex(key);
      if (keySha256s.some((known) => isSameSecret(known.toLowerCase(), hash))) return ANYONE;
    }
    return this.session(arrival.headers) === undefined ? problem('monitoring-key-needed') : ANYONE;
  }
}

/** Where a request comes from; see `originOf`. */
export function origin(arrival: Arrival): 'same' | 'other-site' | 'program' {
  const { host, origin: from } = arrival.headers;
  const site = arrival.headers['sec-fetch-site'];
  return originOf({ host, origin: from, secFetchSite: typeof site === 'string' ? site : undefined });
}
