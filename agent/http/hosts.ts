import { isIP } from 'node:net';
import { isLoopbackAddress, isWildcardHost } from './addresses.ts';
import type { HttpSettings } from './settings.ts';

/** The host of a Host header without its port, lower case; `undefined` for what is no host. IPv6 comes without brackets. */
export function hostNameOf(header: string | undefined): string | undefined {
  const match = header === undefined ? null : /^(?:\[([0-9a-f:.]{2,45})\]|([a-z0-9._-]{1,253}))(?::\d{1,5})?$/i.exec(header);
  const name = match?.[1] ?? match?.[2];
  return name?.toLowerCase().replace(/\.$/, '');
}

/**
 * Whether a request may name this host. A page elsewhere can make its own name resolve to the agent's address (DNS rebinding) and would then
 * be "same origin"; its name is not on the list.
 */
export function isAllowedHost(header: string | undefined, settings: Pick<HttpSettings, 'host' | 'allowedHosts'>): boolean {
  const name = hostNameOf(header);
  if (name === undefined) return false;
  if (name === 'localhost' || isLoopbackAddress(name)) return true;
  const named = [...settings.allowedHosts, settings.host];
  if (named.some((known) => known.toLowerCase() === name)) return true;
  return isIP(name) !== 0 && isWildcardHost(settings.host);
}

export interface OriginHeaders {
  readonly host: string | undefined;
  readonly origin: string | undefined;
  readonly secFetchSite: string | undefined;
}

/**
 * Who sent a request that changes something: the agent's own page, another site through a visitor's browser, or (neither header) a program.
 * The scheme is not compared, so that a TLS proxy in front does no harm.
 */
export function originOf(headers: OriginHeaders): 'same' | 'other-site' | 'program' {
  const { host, origin, secFetchSite } = headers;
  if (secFetchSite !== undefined && secFetchSite !== 'same-origin' && secFetchSite !== 'none') return 'other-site';
  if (origin === undefined) return secFetchSite === undefined ? 'program' : 'same';
  // A same-origin form under `Referrer-Policy: no-referrer` says `null`; only a browser that vouches for it is believed.
  if (origin === 'null') return secFetchSite === 'same-origin' ? 'same' : 'other-site';
  if (host === undefined || !URL.canParse(origin)) return 'other-site';
  const { protocol, host: originHost } = new URL(origin);
  const own = `${protocol}//${host}`;
  return URL.canParse(own) && new URL(own).host === originHost ? 'same' : 'other-site';
}
