/** Name of the session cookie; the `__Host-` prefix makes browsers insist on Secure, on `/` and on no other host. */
export function sessionCookieName(isTls: boolean): string {
  return isTls ? '__Host-endcap' : 'endcap_session';
}

/** A Set-Cookie value that signs a browser in, or out with an empty `value`. */
export function sessionCookie(value: string, options: { readonly isTls: boolean; readonly maxAgeMs: number }): string {
  const maxAgeS = value === '' ? 0 : Math.floor(options.maxAgeMs / 1_000);
  const flags = `Path=/; Max-Age=${maxAgeS}; HttpOnly; SameSite=Strict${options.isTls ? '; Secure' : ''}`;
  return `${sessionCookieName(options.isTls)}=${value}; ${flags}`;
}

/** The value of a cookie in a Cookie header; of two with the same name the first counts, as in RFC 6265. */
export function cookieOf(header: string | undefined, name: string): string | undefined {
  for (const pair of header?.split(';') ?? []) {
    const at = pair.indexOf('=');
    if (at !== -1 && pair.slice(0, at).trim() === name) return pair.slice(at + 1).trim();
  }
  return undefined;
}
