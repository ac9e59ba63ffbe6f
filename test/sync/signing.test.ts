import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Campaign } from '../../agent/core/store-map.ts';
import { openBundle, signBundle } from '../../sync/campaigns-bundle.ts';
import { type CampaignsPayload, campaignSchema } from '../../sync/protocol.ts';
import { canonicalJson, generateSigningKeys, signingKey, verifyingKey } from '../../sync/signing.ts';
import { sampleStore } from '../support/sample-store.ts';

const office = generateSigningKeys();
const stranger = generateSigningKeys();
const key = signingKey(office.privateKeyPem);
const keys = [verifyingKey(office.publicKeyPem)];
const campaigns: readonly Campaign[] = sampleStore().campaigns;

const payload = (changes: Partial<CampaignsPayload> = {}): CampaignsPayload => ({
  kind: 'campaigns',
  version: 5,
  audience: 'demo',
  issuedAtMs: 1,
  campaigns: campaigns.map((campaign) => campaignSchema.parse(campaign)),
  ...changes,
});

const open = (text: string, afterVersion = 4) => openBundle(text, { store: 'demo', keys, afterVersion });
const signed = (changes: Partial<CampaignsPayload> = {}) => JSON.stringify(signBundle(payload(changes), key));

describe('a campaigns bundle', () => {
  it('is opened by the store it is for', () => {
    expect(open(signed())).toEqual({ ok: true, value: { version: 5, campaigns } });
    expect(open(signed({ audience: '*' }))).toMatchObject({ ok: true });
  });

  it('may be written in another order and spacing', () => {
    const { payload: content, ...rest } = JSON.parse(signed());
    const { kind, version, audience, issuedAtMs, campaigns: list } = content;
    expect(open(JSON.stringify({ ...rest, payload: { version, campaigns: list, issuedAtMs, audience, kind } }, null, 2))).toMatchObject({
      ok: true,
    });
  });

  it.each([
    ['for another store', () => signed({ audience: 'other' }), 'other-store'],
    ['older than the one in force', () => signed({ version: 3 }), 'rolled-back'],
    ['the one in force', () => signed({ version: 4 }), 'old'],
    ['signed by a stranger', () => JSON.stringify(signBundle(payload(), signingKey(stranger.privateKeyPem))), 'unknown-key'],
    [
      'signed by a stranger in our name',
      () => JSON.stringify({ ...signBundle(payload(), signingKey(stranger.privateKeyPem)), keyId: key.id }),
      'forged',
    ],
    ['changed after signing', () => signed().replace('"percent":', '"percent":9'), 'forged'],
    ['given a higher version after signing', () => signed().replace('"version":5', '"version":50'), 'forged'],
    [
      'signed for another purpose',
      () => JSON.stringify({ ...signBundle(payload(), key), signature: key.sign('endcap.batch.v1', canonicalJson(payload())) }),
      'forged',
    ],
    ['without a signature', () => JSON.stringify({ ...signBundle(payload(), key), signature: '' }), 'forged'],
    ['not a bundle', () => '{"hello":1}', 'malformed'],
    ['not JSON', () => '<html>', 'malformed'],
    ['nested without end', () => `{"payload":${'['.repeat(5_000)}${']'.repeat(5_000)},"keyId":"${key.id}","signature":""}`, 'malformed'],
  ])('that is %s is refused', (_, text, reason) => {
    expect(open(text())).toEqual({ ok: false, error: reason });
  });

  it('with a signed but senseless campaign is refused', () => {
    const text = JSON.stringify(signBundle({ ...payload(), campaigns: [{ ...payload().campaigns[0]!, maxIntent: 7 }] }, key));
    expect(open(text)).toEqual({ ok: false, error: 'malformed' });
  });

  it('is refused when any character of it is changed', () => {
    const text = signed();
    void fc.assert(
      fc.property(fc.nat(text.length - 1), fc.constantFrom('0', '1', 'a', '"', ' ', '}'), (at, character) => {
        const changed = text.slice(0, at) + character + text.slice(at + 1);
        const opened = open(changed);
        // Base64 has a few spare bits in its last digit, and a space may stand between tokens: the content is then the same.
        if (opened.ok) expect(opened.value).toEqual({ version: 5, campaigns });
      }),
      { numRuns: 500 },
    );
  });
});

describe('canonical JSON', () => {
  it('does not depend on the order of keys, and says the same', () => {
    void fc.assert(
      fc.property(fc.jsonValue({ maxDepth: 4 }), (value) => {
        const text = canonicalJson(value);
        expect(JSON.parse(text)).toEqual(JSON.parse(JSON.stringify(value)));
        expect(canonicalJson(reversed(value))).toBe(text);
      }),
    );
  });

  it.each([[Number.NaN], [Number.POSITIVE_INFINITY], [() => 1], [1n], [undefined]])('refuses %s', (value) => {
    expect(() => canonicalJson(value)).toThrow(TypeError);
  });

  it('leaves undefined entries out', () => {
    expect(canonicalJson({ b: 1, a: undefined })).toBe('{"b":1}');
  });
});

it('a key of another kind is refused', () => {
  expect(() => verifyingKey('nonsense')).toThrow();
  expect(() => signingKey(office.publicKeyPem)).toThrow();
});

function reversed(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(reversed);
  if (typeof value !== 'object' || value === null) return value;
  const copy = Object.create(null) as Record<string, unknown>;
  for (const [name, item] of Object.entries(value).reverse()) copy[name] = reversed(item);
  return copy;
}
