import { fail, ok, type Result } from '../agent/core/result.ts';

/** Where the hub is and who is asking. */
export interface HubAccess {
  /** Base URL, e.g. `https://hub.example.com`. Plain `http:` only to this machine, unless `allowInsecure`. */
  readonly url: string;
  readonly store: string;
  readonly apiKey: string;
  /** Lets the key and the figures travel unencrypted. Default false. */
  readonly allowInsecure?: boolean;
}

/** The hub's base URL without a trailing slash, or a sentence that says why it may not be used. */
export function hubAddress({ url, allowInsecure }: Pick<HubAccess, 'url' | 'allowInsecure'>): Result<string, string> {
  const parsed = URL.canParse(url) ? new URL(url) : undefined;
  if (parsed === undefined) return fail(`Cannot reach the cloud: "${url}" is not a URL`);
  if (parsed.username !== '' || parsed.password !== '')
    return fail('Cannot reach the cloud: its URL holds a password; use the API key setting');
  const isPlain = parsed.protocol === 'http:';
  if (!isPlain && parsed.protocol !== 'https:') return fail(`Cannot reach the cloud: "${parsed.protocol}" is not http or https`);
  if (isPlain && allowInsecure !== true && !isLoopback(parsed.hostname)) {
    return fail(`Cannot send to "${parsed.origin}": the connection would not be encrypted; use https`);
  }
  return ok(`${parsed.origin}${parsed.pathname.replace(/\/+$/, '')}`);
}

function isLoopback(host: string): boolean {
  return host === 'localhost' || host === '[::1]' || /^127(\.\d{1,3}){3}$/.test(host);
}
