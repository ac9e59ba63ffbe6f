import { createHash, createPrivateKey, createPublicKey, generateKeyPairSync, type KeyObject, sign, verify } from 'node:crypto';

/** A key that only says what it may sign; the PEM stays inside. */
export interface SigningKey {
  readonly id: string;
  /** Base64 Ed25519 signature of the text, for this purpose only. */
  sign(purpose: SigningPurpose, text: string): string;
}

/** The other half: recognises what a `SigningKey` signed. */
export interface VerifyingKey {
  readonly id: string;
  verify(purpose: SigningPurpose, signed: { readonly text: string; readonly signature: string }): boolean;
}

/** Goes into what is signed, so that a signature for one purpose is worthless for another. */
export type SigningPurpose = 'endcap.campaigns.v1' | 'endcap.batch.v1';

/** A new Ed25519 pair as PEM (PKCS 8 and SPKI). */
export function generateSigningKeys(): { readonly privateKeyPem: string; readonly publicKeyPem: string } {
  const { privateKey, publicKey } = generateKeyPairSync('ed25519');
  return {
    privateKeyPem: privateKey.export({ type: 'pkcs8', format: 'pem' }).toString(),
    publicKeyPem: publicKey.export({ type: 'spki', format: 'pem' }).toString(),
  };
}

/** Reads a private key in PEM. Throws when it is not an Ed25519 key: config has named the file by then. */
export function signingKey(privateKeyPem: string): SigningKey {
  const key = ed25519(createPrivateKey(privateKeyPem));
  return {
    id: keyId(createPublicKey(privateKeyPem)),
    sign: (purpose, text) => sign(null, message(purpose, text), key).toString('base64'),
  };
}

/** Reads a public key in PEM. Throws when it is not an Ed25519 key. */
export function verifyingKey(publicKeyPem: string): VerifyingKey {
  const key = ed25519(createPublicKey(publicKeyPem));
  return {
    id: keyId(key),
    verify(purpose, { text, signature }) {
      const bytes = Buffer.from(signature, 'base64');
      return bytes.length === 64 && verify(null, message(purpose, text), key, bytes);
    },
  };
}

/**
 * The one way to write a JSON value: keys sorted by UTF-16 code unit, no spaces, entries that are `undefined` left out (RFC 8785 for
 * the values JSON can hold). Throws a TypeError for NaN, infinities, functions and values nested deeper than 32.
 */
export function canonicalJson(value: unknown, depth = 0): string {
  if (depth > 32) throw new TypeError('Cannot write canonical JSON: the value is nested deeper than 32 levels');
  if (value === null || typeof value === 'boolean' || typeof value === 'string') return JSON.stringify(value);
  if (typeof value === 'number') {
    if (!Number.isFinite(value)) throw new TypeError(`Cannot write canonical JSON: ${value} is not a JSON number`);
    return JSON.stringify(value);
  }
  if (Array.isArray(value)) return `[${value.map((item) => canonicalJson(item, depth + 1)).join(',')}]`;
  if (typeof value !== 'object') throw new TypeError(`Cannot write canonical JSON: a ${typeof value} is not a JSON value`);
  const entries = Object.entries(value)
    .filter(([, item]) => item !== undefined)
    .sort(([left], [right]) => (left < right ? -1 : 1));
  return `{${entries.map(([name, item]) => `${JSON.stringify(name)}:${canonicalJson(item, depth + 1)}`).join(',')}}`;
}

function message(purpose: SigningPurpose, text: string): Buffer {
  return Buffer.from(`${purpose}\n${text}`, 'utf8');
}

function ed25519(key: KeyObject): KeyObject {
  if (key.asymmetricKeyType !== 'ed25519') {
    throw new TypeError(`Cannot use the signing key: it is of type "${key.asymmetricKeyType}", wanted "ed25519"`);
  }
  return key;
}

/** Short name of a public key: the first 16 hex digits of the SHA-256 of its DER form. */
function keyId(publicKey: KeyObject): string {
  const der = publicKey.export({ type: 'spki', format: 'der' });
  return createHash('sha256').update(der).digest('hex').slice(0, 16);
}
