import { describe, expect, it } from 'vitest';
import { backoffMs, parseRetryAfter, retryAfterMs } from '../../sync/backoff.ts';
import { hubAddress } from '../../sync/hub-address.ts';

const settings = { firstMs: 1_000, capMs: 60_000 };

describe('backing off', () => {
  it.each([
    [1, 1_000],
    [2, 2_000],
    [6, 32_000],
    [7, 60_000],
    [500, 60_000],
  ])('after %i failures waits up to %i ms', (failures, limit) => {
    expect(backoffMs(failures, { settings, random: 0.999999 })).toBeCloseTo(limit, -1);
    expect(backoffMs(failures, { settings, random: 0.5 })).toBe(limit / 2);
    expect(backoffMs(failures, { settings, random: 0 })).toBe(50);
  });

  it('waits at least what was asked for, at most twice an hour', () => {
    expect(retryAfterMs(10_000, 0)).toBe(10_000);
    expect(retryAfterMs(10_000, 0.5)).toBe(15_000);
    expect(retryAfterMs(Number.MAX_SAFE_INTEGER, 0)).toBe(3_600_000);
    expect(retryAfterMs(0, 0.5)).toBe(500);
  });

  it.each([
    ['7', 7_000],
    [' 0 ', 0],
    ['Thu, 01 Jan 1970 00:01:00 GMT', 60_000],
    ['Thu, 01 Jan 1970 00:00:00 GMT', 0],
    ['-3', undefined],
    ['soon', undefined],
    [null, undefined],
  ])('reads Retry-After %j', (header, expected) => {
    expect(parseRetryAfter(header, 0)).toBe(expected);
  });
});

describe('the address of the hub', () => {
  it.each([
    ['https://hub.example.com/', 'https://hub.example.com'],
    ['https://example.com/endcap//', 'https://example.com/endcap'],
    ['http://localhost:8090', 'http://localhost:8090'],
    ['http://127.0.0.1:1', 'http://127.0.0.1:1'],
    ['http://[::1]:1', 'http://[::1]:1'],
  ])('%s is fine', (url, expected) => {
    expect(hubAddress({ url })).toEqual({ ok: true, value: expected });
  });

  it.each([
    ['http://hub.example.com'],
    ['http://127.0.0.1.example.com'],
    ['http://10.0.0.5:8090'],
    ['ftp://hub.example.com'],
    ['https://user:secret@hub.example.com'],
    ['hub'],
  ])('%s is refused in a sentence', (url) => {
    const address = hubAddress({ url });
    expect(address).toMatchObject({ ok: false, error: expect.stringMatching(/^Cannot /) });
    expect(JSON.stringify(address)).not.toContain('secret@');
  });

  it('may be plain http elsewhere when that was asked for', () => {
    expect(hubAddress({ url: 'http://10.0.0.5:8090', allowInsecure: true })).toMatchObject({ ok: true });
  });
});
