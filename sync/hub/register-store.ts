import { fail, ok, type Result } from '../../agent/core/result.ts';
import { idSchema } from '../protocol.ts';
import { verifyingKey } from '../signing.ts';
import type { HubStore } from './hub-store.ts';
import { hashKey, newApiKey } from './keys.ts';

export interface StoreRegistration {
  readonly store: string;
  readonly name: string;
  /** ISO 4217. */
  readonly currency: string;
  /** When given, the store must sign its uploads with the other half. */
  readonly publicKeyPem?: string;
  readonly nowMs: number;
}

/** Registers a store and gives its API key, which is shown this once: the hub keeps only a hash. The error is a sentence. */
export async function registerStore(hub: HubStore, registration: StoreRegistration): Promise<Result<{ readonly apiKey: string }, string>> {
  const { store, name, currency, publicKeyPem, nowMs } = registration;
  if (!idSchema.safeParse(store).success)
    return fail(`Cannot add the store: "${store}" is not an id (letters, digits, "_", ".", ":", "-", at most 64)`);
  if (!/^[A-Z]{3}$/.test(currency)) return fail(`Cannot add the store: "${currency}" is not a currency code such as EUR`);
  if (name.length === 0 || name.length > 120 || /\p{Cc}/u.test(name))
    return fail('Cannot add the store: its name must have 1 to 120 printable characters');
  if (publicKeyPem !== undefined && !isPublicKey(publicKeyPem))
    return fail('Cannot add the store: its public key is not an Ed25519 key in PEM');
  const apiKey = newApiKey();
  const outcome = await hub.addStore({ store, name, currency, publicKeyPem, keyHash: hashKey(apiKey), nowMs });
  return outcome === 'added' ? ok({ apiKey }) : fail(`Cannot add the store: "${store}" is registered already; ask for a new key instead`);
}

/**
 * Gives a store a new key. The old ones go on working until `revokeOld` is asked for, so that the store can be changed without a gap.
 * The error is a sentence.
 */
export async function renewStoreKey(
  hub: HubStore,
  { store, revokeOld, nowMs }: { readonly store: string; readonly revokeOld: boolean; readonly nowMs: number },
): Promise<Result<{ readonly apiKey: string; readonly revoked: number }, string>> {
  const apiKey = newApiKey();
  const keyHash = hashKey(apiKey);
  if ((await hub.addKey({ store, keyHash, nowMs })) === 'unknown') return fail(`Cannot renew the key: there is no store "${store}"`);
  const revoked = revokeOld ? await hub.revokeKeys({ store, exceptHash: keyHash, nowMs }) : 0;
  return ok({ apiKey, revoked });
}

function isPublicKey(pem: string): boolean {
  try {
    verifyingKey(pem);
    return true;
  } catch {
    return false;
  }
}
