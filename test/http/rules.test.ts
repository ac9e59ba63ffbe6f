import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { addressKey, isLoopbackAddress } from '../../agent/http/addresses.ts';
import { AttemptDelays } from '../../agent/http/attempts.ts';
import { weaknessOf } from '../../agent/http/common-passwords.ts';
import { cookieOf } from '../../agent/http/cookies.ts';
import { isUnseen } from '../../agent/http/offer-view.ts';
import { PROBLEMS } from '../../agent/http/problem.ts';
import { TokenBuckets } from '../../agent/http/token-buckets.ts';
import { fakeOffer } from '../support/fake-views.ts';

describe('TokenBuckets', () => {
  it('never lets more through than the burst and what came back', () => {
    const steps = fc.array(fc.tuple(fc.nat(2_000), fc.nat(5)), { minLength: 1, maxLength: 60 });
    fc.assert(
      fc.property(steps, fc.integer({ min: 1, max: 20 }), fc.integer({ min: 1, max: 20 }), (moves, capacity, refillPerSecond) => {
        const buckets = new TokenBuckets({ capacity, refillPerSecond });
        let nowMs = 0;
        let taken = 0;
        for (const [waitMs, tries] of moves) {
          nowMs += waitMs;
          for (let n = 0; n < tries; n += 1) if (buckets.take('key', nowMs) === 0) taken += 1;
        }
        return taken <= capacity + (nowMs / 1_000) * refillPerSecond + 1e-6;
      }),
    );
  });

  it('says exactly how long to wait', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 5 }), fc.double({ min: 0.01, max: 50, noNaN: true }), (capacity, refillPerSecond) => {
        const buckets = new TokenBuckets({ capacity, refillPerSecond });
        for (let n = 0; n < capacity; n += 1) buckets.take('key', 0);
        const waitMs = buckets.take('key', 0);
        return waitMs > 0 && buckets.wait('key', waitMs) === 0;
      }),
    );
  });

  it('keeps keys apart and forgets the one unused longest', () => {
    const buckets = new TokenBuckets({ capacity: 1, refillPerSecond: 0.001, maxKeys: 2 });
    expect([buckets.take('a', 0), buckets.take('b', 0)]).toEqual([0, 0]);
    expect(buckets.take('a', 1)).toBeGreaterThan(0);
    buckets.take('c', 2);
    expect(buckets.take('a', 3)).toBeGreaterThan(0);
    expect(buckets.take('b', 4)).toBe(0);
  });

  it('gives nothing back when a clock goes backwards', () => {
    const buckets = new TokenBuckets({ capacity: 1, refillPerSecond: 1 });
    buckets.take('a', 10_000);
    expect(buckets.take('a', 0)).toBeGreaterThan(0);
  });
});

describe('AttemptDelays', () => {
  const limits = { free: 3, firstDelayMs: 1_000, maxDelayMs: 60_000, forgetAfterMs: 900_000 };

  it('doubles from the first delay to the longest', () => {
    const delays = new AttemptDelays(limits);
    let nowMs = 0;
    const waits: number[] = [];
    for (let n = 0; n < 12; n += 1) {
      expect(delays.begin('key', nowMs)).toBe(0);
      const waitMs = delays.begin('key', nowMs);
      if (waitMs > 0) waits.push(waitMs);
      nowMs += waitMs;
      if (waitMs === 0) n += 1;
    }
    expect(waits).toEqual([1_000, 2_000, 4_000, 8_000, 16_000, 32_000, 60_000, 60_000, 60_000, 60_000].slice(0, waits.length));
    expect(waits.length).toBeGreaterThan(6);
  });

  it('starts afresh after a right attempt and after a long pause', () => {
    const delays = new AttemptDelays(limits);
    for (let n = 0; n < 3; n += 1) delays.begin('key', 0);
    expect(delays.begin('key', 0)).toBe(1_000);
    delays.succeed('key');
    expect(delays.begin('key', 0)).toBe(0);
    for (let n = 0; n < 2; n += 1) delays.begin('key', 0);
    expect(delays.begin('key', 0)).toBeGreaterThan(0);
    expect(delays.begin('key', 900_001)).toBe(0);
    expect(delays.begin('key', 900_001)).toBe(0);
  });
});

describe('addresses', () => {
  it.each([
    ['192.0.2.7', '192.0.2.7'],
    ['::ffff:192.0.2.7', '192.0.2.7'],
    ['::1', '::1'],
    ['2001:db8:1:2:3:4:5:6', '2001:db8:1:2::/64'],
    ['2001:db8:1:2::6', '2001:db8:1:2::/64'],
    ['2001:db8::6', '2001:db8:0:0::/64'],
    ['fe80::1%eth0', 'fe80:0:0:0::/64'],
    [undefined, 'unknown'],
  ])('%s counts as %s', (address, key) => {
    expect(addressKey(address)).toBe(key);
  });

  it.each([
    ['127.0.0.1', true],
    ['127.8.8.8', true],
    ['::ffff:127.0.0.1', true],
    ['::1', true],
    ['128.0.0.1', false],
    ['127.evil.example', false],
    ['10.0.0.1', false],
    [undefined, false],
  ])('%s is this machine: %s', (address, isLoopback) => {
    expect(isLoopbackAddress(address)).toBe(isLoopback);
  });
});

describe('passwords', () => {
  it.each([
    'violet tractor hums quietly',
    'kA9$mmTq2!xv',
    'Straßenbahnhaltestelle am See',
    '正しい馬の電池のホチキスです',
    'gb7 wal rost 12 pim',
  ])('%j will do', (password) => {
    expect(weaknessOf(password, ['Maria', 'Sample store'])).toBeUndefined();
  });

  it.each([
    '',
    'elevenchars',
    'passwordpassword',
    'Password!2026',
    'PASSWORT12345',
    'qwertyuiop[]12',
    'abcdefghijklm',
    '998877665544',
    '482913774021',
    'Maria-2026-2026',
    'W3lc0me!!!!!!',
    'ｐａｓｓｗｏｒｄ１２３４',
  ])('%j will not', (password) => {
    expect(weaknessOf(password, ['Maria', 'Sample store'])).toEqual(expect.any(String));
  });

  it('are judged whatever they are', () => {
    fc.assert(
      fc.property(
        fc.string({ unit: 'binary', maxLength: 256 }),
        fc.string({ unit: 'binary' }),
        (password, name) => (weaknessOf(password, [name]) ?? '').length >= 0,
      ),
    );
  });
});

describe('cookies', () => {
  it.each([
    ['a=1; endcap_session=x; b=2', 'x'],
    ['endcap_session=x=y', 'x=y'],
    ['endcap_session=first; endcap_session=second', 'first'],
    ['xendcap_session=x', undefined],
    ['endcap_session', undefined],
    ['', undefined],
    [undefined, undefined],
  ])('%j holds %j', (header, value) => {
    expect(cookieOf(header, 'endcap_session')).toBe(value);
  });
});

describe('resuming', () => {
  it('skips exactly what came up to the event named', () => {
    const offer = fakeOffer({ id: 'o-2', visit: 'v', createdAtMs: 100 });
    expect([isUnseen(offer, '99.o-1'), isUnseen(offer, '100.o-1'), isUnseen(offer, '100.o-2'), isUnseen(offer, '101.o-3')]).toEqual([
      true,
      true,
      false,
      false,
    ]);
  });
});

describe('problems', () => {
  it('all have a plain sentence and a hint', () => {
    for (const [kind, { title, hint, status }] of Object.entries(PROBLEMS)) {
      expect(kind).toMatch(/^[a-z-]+$/);
      expect(title).toMatch(/^[A-Z].*\.$/);
      expect(hint).toMatch(/^[A-Z].*\.$/);
      expect(status).toBeGreaterThanOrEqual(400);
    }
  });
});
