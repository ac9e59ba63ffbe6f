import { createPrivateKey, createPublicKey, type KeyObject, sign, verify } from 'node:crypto';
import type { ModelManifest, ModelProblem } from './manifest.ts';

/** Whose models are taken. */
export interface SignaturePolicy {
  /** Ed25519 public keys, 32 bytes in base64; two while one replaces the other. */
  readonly trustedKeys: readonly string[];
  /** Whether a model without a signature of theirs is refused. */
  readonly required: boolean;
}

/** Takes every model; the default of a store that names no key. */
export const ANY_SIGNATURE: SignaturePolicy = { trustedKeys: [], required: false };

/** Beginning of every Ed25519 public key in DER (RFC 8410); the key's 32 bytes follow. */
const SPKI_PREFIX = Buffer.from('302a300506032b6570032100', 'hex');

/** The manifest with a signature over all the rest of it, the model's hash included. Throws where the key is not an Ed25519 key in PEM. */
export function signManifest(manifest: ModelManifest, privateKeyPem: string): ModelManifest {
  const privateKey = createPrivateKey(privateKeyPem);
  if (privateKey.asymmetricKeyType !== 'ed25519') throw new Error('Cannot sign the manifest: the key is not an Ed25519 key');
  const der = createPublicKey(privateKey).export({ format: 'der', type: 'spki' });
  const key = der.subarray(SPKI_PREFIX.length).toString('base64');
  return { ...manifest, signature: { key, value: sign(null, signedText(manifest), privateKey).toString('base64') } };
}

/** What is wrong with a manifest's signature, by the store's policy; `undefined` where nothing is. */
export function signatureProblem(manifest: ModelManifest, { trustedKeys, required }: SignaturePolicy): ModelProblem | undefined {
  const { signature } = manifest;
  if (signature === undefined) return required ? refused('it is not signed, and this store takes signed models only') : undefined;
  if (!trustedKeys.some((key) => sameKey(key, signature.key))) {
    return required ? refused('it is signed with a key that this store does not trust') : undefined;
  }
  const value = Buffer.from(signature.value, 'base64');
  if (verify(null, signedText(manifest), publicKey(signature.key), value)) return undefined;
  return refused('its signature is wrong: the manifest was changed after it was signed');
}

function publicKey(base64: string): KeyObject {
  return createPublicKey({ key: Buffer.concat([SPKI_PREFIX, Buffer.from(base64, 'base64')]), format: 'der', type: 'spki' });
}

function sameKey(a: string, b: string): boolean {
  return Buffer.from(a, 'base64').equals(Buffer.from(b, 'base64'));
}

/** The same text whatever the order of the fields in the file. */
function signedText(manifest: ModelManifest): Buffer {
  const { signature: _, ...rest } = manifest;
  return Buffer.from(`endcap model manifest\n${JSON.stringify(rest, inOrder)}`, 'utf8');
}

function inOrder(_key: string, value: unknown): unknown {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return value;
  return Object.fromEntries(Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1)));
}

function refused(fact: string): ModelProblem {
  return {
    kind: 'signature',
    sentence: `Cannot use the model: ${fact}`,
    hint: 'Ask whoever sent the model to sign it with a key of model.trustedKeys',
  };
}
