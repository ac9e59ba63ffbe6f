import { createHash, randomBytes, timingSafeEqual } from 'node:crypto';

/**
 * Makes a secret for one device: 28 characters of Crockford's base 32 in groups of four, 140 random bits, with no letter that looks like a digit.
 * Shown once; only its hash is kept.
 */
export function generateDeviceSecret(random: (size: number) => Uint8Array = randomBytes): string {
  const symbols = [...random(SECRET_SYMBOLS)].map((byte) => ALPHABET[byte % 32]).join('');
  return symbols.match(/.{4}/g)?.join('-') ?? symbols;
}

/**
 * Hash of a device secret, `sha256:` and 64 hexadecimal digits. A fast hash is right here: there is nothing to guess in 140 random bits, and 500
 * devices that come back after a power cut must not each cost what a person's password costs. Never use it for a secret that a person chose.
 */
export function hashDeviceSecret(secret: string): string {
  return `${SCHEME}:${digest(secret).toString('hex')}`;
}

/** Whether a secret belongs to a hash. Takes the same time wherever they differ; false for a hash of a form we do not know. */
export function verifyDeviceSecret(secret: string, hash: string): boolean {
  const [scheme, hex] = hash.split(':', 2);
  const expected = Buffer.from(hex ?? '', 'hex');
  const given = digest(secret);
  return scheme === SCHEME && expected.length === given.length && timingSafeEqual(expected, given);
}

/** Case, spaces and dashes do not matter to who types it off a label, nor does O for 0 or I and L for 1. */
function digest(secret: string): Buffer {
  const tidy = secret.toUpperCase().replace(/[\s-]/g, '').replace(/O/g, '0').replace(/[IL]/g, '1');
  return createHash('sha256').update(tidy).digest();
}

const SCHEME = 'sha256';
const SECRET_SYMBOLS = 28;
const ALPHABET = '0123456789ABCDEFGHJKMNPQRSTVWXYZ';
