import { generateKeyPairSync } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';

/**
 * The store's Ed25519 key for offer codes, PEM: read from a file, made on first use with mode 0600. It lies outside the database, so that a
 * copied backup cannot sign. Throws what the file system throws.
 */
export function offerKeyFrom(path: string): string {
  if (existsSync(path)) return readFileSync(path, 'utf8');
  mkdirSync(dirname(path), { recursive: true, mode: 0o700 });
  const { privateKey } = generateKeyPairSync('ed25519');
  const pem = privateKey.export({ type: 'pkcs8', format: 'pem' }).toString();
  writeFileSync(path, pem, { mode: 0o600, flag: 'wx' });
  return pem;
}

/** A secret of the store: read from a file, made on first use with mode 0600. Throws what the file system throws. */
export function secretFrom(path: string, make: () => Buffer): Buffer {
  if (existsSync(path)) return readFileSync(path);
  mkdirSync(dirname(path), { recursive: true, mode: 0o700 });
  const secret = make();
  writeFileSync(path, secret, { mode: 0o600, flag: 'wx' });
  return secret;
}
