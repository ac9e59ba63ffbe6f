import { createHash, createPrivateKey, createPublicKey, type KeyObject, sign, verify } from 'node:crypto';
import type { Offer } from '../core/decision.ts';
import type { OfferId, StoreId } from '../core/ids.ts';
import type { TimestampMs } from '../core/units.ts';

/** Characters that people do not mix up when reading aloud or typing (Crockford's base 32 without I, L, O, U). */
const ALPHABET = '0123456789ABCDEFGHJKMNPQRSTVWXYZ';
const SHORT_LENGTH = 8;
const PREFIX = 'E1.';

/** What a code was found to be. */
export type ResolvedCode =
  | { readonly kind: 'offer'; readonly offer: OfferId }
  | { readonly kind: 'unknown' | 'forged' | 'other-store' | 'expired' };

export interface OfferCodesOptions {
  readonly storeId: StoreId;
  /** Ed25519 private key, PEM. */
  readonly privateKeyPem: string;
  /** Finds an offer by its short code among those that can still be asked about. */
  readonly offers: () => Iterable<Offer>;
}

/**
 * Codes of offers. The long form `E1.<payload>.<signature>` can be verified by anybody who has the store's public key, without a
 * connection: payload is JSON `[store, offer, createdAtMs, expiresAtMs, discountCents, sku]`. The short form is eight typable characters,
 * derived from the signature (so it cannot be guessed from the offer) and good only where the offer is known. Single use is the core's business.
 */
export class OfferCodes {
  readonly #options: OfferCodesOptions;
  readonly #privateKey: KeyObject;
  readonly #publicKey: KeyObject;
  readonly #shortByOffer = new Map<OfferId, { readonly long: string; readonly short: string }>();

  constructor(options: OfferCodesOptions) {
    this.#options = options;
    this.#privateKey = createPrivateKey(options.privateKeyPem);
    this.#publicKey = createPublicKey(this.#privateKey);
  }

  /** The key a till or the head office needs to verify codes, PEM. */
  get publicKeyPem(): string {
    return this.#publicKey.export({ type: 'spki', format: 'pem' }).toString();
  }

  /** Both forms of an offer's code; always the same for the same offer (Ed25519 signatures are deterministic). */
  codeFor(offer: Offer): { readonly long: string; readonly short: string } {
    const known = this.#shortByOffer.get(offer.id);
    if (known !== undefined) return known;
    const payload = Buffer.from(
      JSON.stringify([this.#options.storeId, offer.id, offer.createdAtMs, offer.expiresAtMs, offer.discountCents, offer.sku]),
    ).toString('base64url');
    const signature = sign(null, Buffer.from(payload), this.#privateKey);
    const codes = { long: `${PREFIX}${payload}.${signature.toString('base64url')}`, short: shortOf(signature) };
    if (this.#shortByOffer.size >= 10_000) this.#shortByOffer.clear();
    this.#shortByOffer.set(offer.id, codes);
    return codes;
  }

  /** Which offer a code names, in either form. Short codes are read forgivingly: case, spaces, dashes, O for 0, I and L for 1. */
  resolve(code: string, nowMs: TimestampMs): ResolvedCode {
    const text = code.trim();
    return text.startsWith(PREFIX) ? this.#resolveLong(text, nowMs) : this.#resolveShort(text);
  }

  #resolveLong(code: string, nowMs: TimestampMs): ResolvedCode {
    const [payload, signature] = code.slice(PREFIX.length).split('.');
    if (payload === undefined || signature === undefined) return { kind: 'unknown' };
    if (!verify(null, Buffer.from(payload), this.#publicKey, Buffer.from(signature, 'base64url'))) {
      return { kind: storeOf(payload) === this.#options.storeId ? 'forged' : 'other-store' };
    }
    // The signature is ours, so the payload is what `codeFor` wrote.
    const [store, offer, createdAtMs, expiresAtMs] = JSON.parse(Buffer.from(payload, 'base64url').toString()) as [
      string,
      string,
      number,
      number,
    ];
    if (store !== this.#options.storeId) return { kind: 'other-store' };
    // After a lost database offer ids start again: the moment of creation tells an old code from a new offer of the same id.
    for (const known of this.#options.offers())
      if (known.id === offer) return known.createdAtMs === createdAtMs ? { kind: 'offer', offer } : { kind: 'expired' };
    return { kind: nowMs >= expiresAtMs ? 'expired' : 'unknown' };
  }

  #resolveShort(text: string): ResolvedCode {
    const wanted = text.toUpperCase().replace(/[\s-]/g, '').replace(/O/g, '0').replace(/[IL]/g, '1');
    if (wanted.length !== SHORT_LENGTH) return { kind: 'unknown' };
    for (const offer of this.#options.offers()) if (this.codeFor(offer).short === wanted) return { kind: 'offer', offer: offer.id };
    return { kind: 'unknown' };
  }
}

function shortOf(signature: Buffer): string {
  const digest = createHash('sha256').update(signature).digest();
  let short = '';
  for (let index = 0; index < SHORT_LENGTH; index++) short += ALPHABET[(digest[index] ?? 0) % 32];
  return short;
}

/** The store a payload claims, without believing it; undefined when it is not one of ours at all. */
function storeOf(payload: string): string | undefined {
  try {
    const parsed: unknown = JSON.parse(Buffer.from(payload, 'base64url').toString());
    return Array.isArray(parsed) && typeof parsed[0] === 'string' ? parsed[0] : undefined;
  } catch {
    return undefined;
  }
}
