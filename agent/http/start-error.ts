import type { HttpSettings } from './settings.ts';

/** Why the listener did not start, with the setting that a person has to change. */
export interface HttpStartError {
  readonly kind: 'port-taken' | 'port-forbidden' | 'address-unavailable' | 'bad-certificate';
  /** Path in the config. */
  readonly setting: 'http.port' | 'http.host' | 'http.tls';
  /** Environment variable that overrides it. */
  readonly env: 'ENDCAP_HTTP_PORT' | 'ENDCAP_HTTP_HOST' | 'ENDCAP_HTTP_TLS';
  readonly message: string;
  readonly hint: string;
}

/** Reads an error of listening or of TLS; `undefined` for a defect. */
export function startErrorOf(error: unknown, settings: Pick<HttpSettings, 'host' | 'port' | 'tls'>): HttpStartError | undefined {
  const code = error instanceof Error && 'code' in error ? String(error.code) : '';
  const isFile = error instanceof Error && 'path' in error;
  if (isFile) return undefined;
  const where = `${settings.host}:${settings.port}`;
  switch (code) {
    case 'EADDRINUSE':
      return {
        kind: 'port-taken',
        setting: 'http.port',
        env: 'ENDCAP_HTTP_PORT',
        message: `Cannot listen on ${where}: the port is taken`,
        hint: 'Stop the program that uses it, or set http.port (ENDCAP_HTTP_PORT) to a free one.',
      };
    case 'EACCES':
    case 'EPERM':
      return {
        kind: 'port-forbidden',
        setting: 'http.port',
        env: 'ENDCAP_HTTP_PORT',
        message: `Cannot listen on ${where}: this user may not use the port`,
        hint: 'Set http.port (ENDCAP_HTTP_PORT) to 1024 or above.',
      };
    case 'EADDRNOTAVAIL':
    case 'ENOTFOUND':
    case 'EAFNOSUPPORT':
    case 'EAI_AGAIN':
      return {
        kind: 'address-unavailable',
        setting: 'http.host',
        env: 'ENDCAP_HTTP_HOST',
        message: `Cannot listen on ${where}: this machine has no such address`,
        hint: 'Set http.host (ENDCAP_HTTP_HOST) to an address of this machine, or to 0.0.0.0 for all.',
      };
    default:
      if (settings.tls === undefined || !/^ERR_(OSSL|SSL|TLS|CRYPTO)/.test(code)) return undefined;
      return {
        kind: 'bad-certificate',
        setting: 'http.tls',
        env: 'ENDCAP_HTTP_TLS',
        message: `Cannot listen on ${where} with TLS: the certificate or its key cannot be used`,
        hint: 'Check that http.tls names a PEM certificate and the PEM key that belongs to it.',
      };
  }
}
