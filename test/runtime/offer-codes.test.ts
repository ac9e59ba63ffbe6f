import { createPublicKey, generateKeyPairSync, verify } from 'node:crypto';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Offer } from '../../agent/core/decision.ts';
import { OfferCodes } from '../../agent/runtime/offer-codes.ts';

const KEY = generateKeyPairSync('ed25519').privateKey.export({ type: 'pkcs8', format: 'pem' }).toString();
const NOW_MS = 1_780_000_000_000;

function offer(changes: Partial<Offer> = {}): Offer {
  return {
    id: 'o12-1',
    decision: 'd12-0',
    visit: 'v_1',
    campaign: 'c',
    sku: 'coffee-02',
    productName: 'Espresso',
    headline: '',
    why: '',
    priceCents: 899,
    discountCents: 180,
    currency: 'EUR',
    createdAtMs: NOW_MS,
    confirmByMs: NOW_MS + 30_000,
    expiresAtMs: NOW_MS + 1_800_000,
    state: 'open',
    ...changes,
  };
}

function codesOf(offers: readonly Offer[], storeId = 'demo', privateKeyPem = KEY): OfferCodes {
  return new OfferCodes({ storeId, privateKeyPem, offers: () => offers });
}

describe('an offer code', () => {
  const known = offer();
  const codes = codesOf([known]);

  it('names its offer in both forms, and is the same every time', () => {
    const { long, short } = codes.codeFor(known);
    expect(codes.resolve(long, NOW_MS)).toEqual({ kind: 'offer', offer: known.id });
    expect(codes.resolve(short, NOW_MS)).toEqual({ kind: 'offer', offer: known.id });
    expect(codesOf([known]).codeFor(known)).toEqual({ long, short });
  });

  it('in its short form forgives how people type', () => {
    const { short } = codes.codeFor(known);
    const typed = ` ${short.slice(0, 4).toLowerCase()}-${short.slice(4).replace(/0/g, 'O').replace(/1/g, 'l')} `;
    expect(codes.resolve(typed, NOW_MS)).toEqual({ kind: 'offer', offer: known.id });
  });

  it('can be verified offline by whoever has the public key', () => {
    const [, payload = '', signature = ''] = codes.codeFor(known).long.split('.');
    expect(verify(null, Buffer.from(payload), createPublicKey(codes.publicKeyPem), Buffer.from(signature, 'base64url'))).toBe(true);
    expect(JSON.parse(Buffer.from(payload, 'base64url').toString())).toEqual([
      'demo',
      'o12-1',
      NOW_MS,
      NOW_MS + 1_800_000,
      180,
      'coffee-02',
    ]);
  });

  it('with any character changed is never accepted', () => {
    const { long } = codes.codeFor(known);
    fc.assert(
      fc.property(fc.integer({ min: 3, max: long.length - 2 }), fc.constantFrom(...'ABCDEFGHabcdefgh0123456789-_.'), (at, character) => {
        fc.pre(long[at] !== character);
        expect(codes.resolve(long.slice(0, at) + character + long.slice(at + 1), NOW_MS).kind).not.toBe('offer');
      }),
    );
  });

  it('of another store is told apart from a forgery', () => {
    const elsewhere = generateKeyPairSync('ed25519').privateKey.export({ type: 'pkcs8', format: 'pem' }).toString();
    expect(codes.resolve(codesOf([known], 'other', elsewhere).codeFor(known).long, NOW_MS).kind).toBe('other-store');
    expect(codes.resolve(codesOf([known], 'demo', elsewhere).codeFor(known).long, NOW_MS).kind).toBe('forged');
  });

  it('of an offer that is gone is expired after its time and unknown before', () => {
    const { long } = codes.codeFor(known);
    expect(codesOf([]).resolve(long, NOW_MS).kind).toBe('unknown');
    expect(codesOf([]).resolve(long, known.expiresAtMs).kind).toBe('expired');
  });

  it('from before a lost database does not open a new offer that got the same id', () => {
    const { long } = codes.codeFor(known);
    expect(codesOf([offer({ createdAtMs: NOW_MS + 1 })]).resolve(long, NOW_MS).kind).toBe('expired');
  });

  it('is never found in arbitrary text', () => {
    fc.assert(fc.property(fc.string(), (text) => codes.resolve(text, NOW_MS).kind !== 'offer'));
    for (const text of ['E1.', 'E1..', 'E1.e30.e30', '', 'E1.bnVsbA.AAAA']) expect(codes.resolve(text, NOW_MS).kind).not.toBe('offer');
  });
});
