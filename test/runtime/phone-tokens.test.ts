import { randomBytes } from 'node:crypto';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { PhoneTokens, phoneToken, TOKEN_PERIOD_MS, TOKENS_A_PERIOD } from '../../agent/runtime/phone-tokens.ts';

const KEY = Buffer.alloc(32, 7);

function table(options: { readonly key?: Buffer } = {}) {
  const open = new Set<string>();
  let shed = 0;
  const tokens = new PhoneTokens({
    key: options.key ?? KEY,
    isBroadcasting: (visit) => open.has(visit),
    broadcasting: () => open,
    onShed: () => {
      shed++;
    },
  });
  return { tokens, open, shed: () => shed };
}

describe('rotating tokens of phones', () => {
  it('lead to their visit in their period, the one before and the next, and at no other time', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 10, max: 6_000_000 }),
        fc.integer({ min: -4, max: 4 }),
        fc.integer({ min: 0, max: TOKENS_A_PERIOD - 1 }),
        fc.integer({ min: 0, max: TOKEN_PERIOD_MS - 1 }),
        (period, skew, n, restMs) => {
          const { tokens, open } = table();
          open.add('v_1');
          const nowMs = period * TOKEN_PERIOD_MS + restMs;
          const { seed } = tokens.grant('v_1', nowMs);
          const found = tokens.visitOf(phoneToken(seed, { period: period + skew, n }), nowMs);
          expect(found).toBe(Math.abs(skew) <= 1 ? 'v_1' : undefined);
        },
      ),
    );
  });

  it('go on from period to period, over any pause, without asking again', () => {
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 0, max: 5 }), { minLength: 1, maxLength: 20 }), (steps) => {
        const { tokens, open } = table();
        open.add('v_1');
        let period = 1_000;
        const { seed } = tokens.grant('v_1', period * TOKEN_PERIOD_MS);
        for (const step of steps) {
          period += step;
          expect(tokens.visitOf(phoneToken(seed, { period, n: 1 }), period * TOKEN_PERIOD_MS)).toBe('v_1');
          expect(tokens.size).toBe(3 * TOKENS_A_PERIOD);
        }
      }),
    );
  });

  it('are known by their first half, which is all that an Eddystone EID carries, and by no other part', () => {
    const { tokens, open } = table();
    open.add('v_1');
    const token = phoneToken(tokens.grant('v_1', 0).seed, { period: 0, n: 1 });
    expect(tokens.visitOf(token.slice(0, 16), 0)).toBe('v_1');
    expect(tokens.visitOf(token.toUpperCase(), 0)).toBe('v_1');
    for (const wrong of [token.slice(0, 14), token.slice(0, 20), token.slice(16), `${token.slice(0, 30)}zz`, `${token}00`, ''])
      expect(tokens.visitOf(wrong, 0)).toBeUndefined();
  });

  it('of strangers lead nowhere and leave the table as it was', () => {
    const { tokens, open } = table();
    open.add('v_1');
    tokens.grant('v_1', 0);
    const before = tokens.size;
    for (let n = 0; n < 10_000; n++) expect(tokens.visitOf(randomBytes(16).toString('hex'), 0)).toBeUndefined();
    expect(tokens.size).toBe(before);
  });

  it('mean nothing any more once the visit has ended or no longer wants it', () => {
    const { tokens, open } = table();
    open.add('v_1');
    open.add('v_2');
    const { seed } = tokens.grant('v_1', 0);
    tokens.grant('v_2', 0);
    open.delete('v_1');
    expect(tokens.visitOf(phoneToken(seed, { period: 0, n: 0 }), 0)).toBeUndefined();
    expect(tokens.size).toBe(3 * TOKENS_A_PERIOD);
    open.delete('v_2');
    tokens.visitOf('00', TOKEN_PERIOD_MS);
    expect(tokens.size).toBe(0);
  });

  it('are the same after a restart with the same key, and others with another', () => {
    const [first, again, other] = [table(), table(), table({ key: Buffer.alloc(32, 8) })];
    for (const { open } of [first, again, other]) open.add('v_1');
    const { seed } = first.tokens.grant('v_1', 0);
    const token = phoneToken(seed, { period: 0, n: 3 });
    // Nobody asked the new process for a grant: the phone just goes on.
    expect(again.tokens.visitOf(token, 0)).toBe('v_1');
    expect(other.tokens.visitOf(token, 0)).toBeUndefined();
  });

  it('of too many phones at once give way to newer ones, and are counted', () => {
    const { tokens, open, shed } = table();
    for (let n = 0; n < 5_010; n++) {
      open.add(`v_${n}`);
      tokens.grant(`v_${n}`, 0);
    }
    expect([tokens.size, shed()]).toEqual([5_000 * 3 * TOKENS_A_PERIOD, 10]);
  });
});
