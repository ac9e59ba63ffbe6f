import { describe, expect, it } from 'vitest';
import { RateLimiter } from '../../../sync/hub/rate-limit.ts';

describe('a rate limiter', () => {
  it('allows the burst, then the rate', () => {
    const limiter = new RateLimiter({ perSecond: 2, burst: 3 });
    expect([1, 2, 3].map(() => limiter.take('a', 0))).toEqual([0, 0, 0]);
    expect(limiter.take('a', 0)).toBe(500);
    expect(limiter.take('a', 500)).toBe(0);
    expect(limiter.take('b', 0)).toBe(0);
  });

  it('tells a crowd to come back one after the other', () => {
    const limiter = new RateLimiter({ perSecond: 2, burst: 1 });
    expect([1, 2, 3, 4].map(() => limiter.take('a', 0))).toEqual([0, 500, 1_000, 1_500]);
    expect([500, 1_000, 1_500].map((nowMs) => limiter.take('a', nowMs))).toEqual([0, 0, 0]);
  });

  it('never asks for more than five minutes', () => {
    const limiter = new RateLimiter({ perSecond: 0.001, burst: 1 });
    limiter.take('a', 0);
    expect(limiter.take('a', 0)).toBe(300_000);
  });

  it('does not mind a clock that goes back', () => {
    const limiter = new RateLimiter({ perSecond: 1, burst: 1 });
    limiter.take('a', 10_000);
    expect(limiter.take('a', 5_000)).toBe(1_000);
    expect(limiter.take('a', 6_000)).toBe(0);
  });

  it('remembers only so many callers', () => {
    const limiter = new RateLimiter({ perSecond: 0.001, burst: 1 });
    for (let caller = 0; caller < 30_000; caller++) limiter.take(`${caller}`, 0);
    expect(limiter.check('29999', 0)).toBeGreaterThan(0);
    expect(limiter.check('0', 0)).toBe(0);
  });
});
