import type { StoreId } from '../agent/core/ids.ts';
import { fail, ok, type Result } from '../agent/core/result.ts';
import type { Campaign } from '../agent/core/store-map.ts';
import { type CampaignsPayload, campaignsPayloadSchema, type SignedBundle, signedBundleSchema } from './protocol.ts';
import { canonicalJson, type SigningKey, type VerifyingKey } from './signing.ts';

/** Campaigns from the cloud that may be handed to the core. */
export interface ReceivedCampaigns {
  readonly version: number;
  readonly campaigns: readonly Campaign[];
}

/** Why a bundle is not taken. `old` is the version in force, sent again; everything else is a fault or an attack. */
export type BundleRejection = 'malformed' | 'unknown-key' | 'forged' | 'other-store' | 'rolled-back' | 'old';

/** Signs a publication. The payload must already satisfy the schema. */
export function signBundle(payload: CampaignsPayload, key: SigningKey): SignedBundle {
  return { payload, keyId: key.id, signature: key.sign('endcap.campaigns.v1', canonicalJson(payload)) };
}

/**
 * Opens a bundle for a store: right shape, signed by one of `keys`, meant for this store, newer than `afterVersion` (0: none yet).
 * The signature is checked before the payload is read.
 */
export function openBundle(
  text: string,
  expected: { readonly store: StoreId; readonly keys: readonly VerifyingKey[]; readonly afterVersion: number },
): Result<ReceivedCampaigns, BundleRejection> {
  const verified = verifyBundle(text, expected.keys);
  if (!verified.ok) return verified;
  const { audience, version, campaigns } = verified.value;
  if (audience !== '*' && audience !== expected.store) return fail('other-store');
  if (version < expected.afterVersion) return fail('rolled-back');
  if (version === expected.afterVersion) return fail('old');
  return ok({ version, campaigns });
}

/** The payload of a bundle that one of the keys signed, whoever it is for. */
export function verifyBundle(
  text: string,
  keys: readonly VerifyingKey[],
): Result<CampaignsPayload, 'malformed' | 'unknown-key' | 'forged'> {
  const bundle = signedBundleSchema.safeParse(parseJson(text));
  if (!bundle.success) return fail('malformed');
  const key = keys.find((candidate) => candidate.id === bundle.data.keyId);
  if (key === undefined) return fail('unknown-key');
  const canonical = canonicalOrUndefined(bundle.data.payload);
  if (canonical === undefined) return fail('malformed');
  if (!key.verify('endcap.campaigns.v1', { text: canonical, signature: bundle.data.signature })) return fail('forged');
  const payload = campaignsPayloadSchema.safeParse(bundle.data.payload);
  return payload.success ? ok(payload.data) : fail('malformed');
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function canonicalOrUndefined(value: unknown): string | undefined {
  try {
    return canonicalJson(value);
  } catch {
    return undefined;
  }
}
