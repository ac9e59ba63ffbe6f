import { describe, expect, it } from 'vitest';
import { Dedupe } from '../../agent/runtime/dedupe.ts';

describe('Dedupe', () => {
  it('recognises an id the second time, on the same device only', () => {
    const dedupe = new Dedupe();
    expect(dedupe.seenBefore('shelf-01', 'a')).toBe(false);
    expect(dedupe.seenBefore('shelf-01', 'a')).toBe(true);
    expect(dedupe.seenBefore('shelf-02', 'a')).toBe(false);
  });

  it('remembers at least the latest 512 ids of a device, and forgets those before the latest 1,024', () => {
    const dedupe = new Dedupe();
    const ids = Array.from({ length: 3_000 }, (_, index) => `m-${index}`);
    for (const id of ids) expect(dedupe.seenBefore('shelf-01', id)).toBe(false);
    for (const id of ids.slice(-512)) expect(dedupe.seenBefore('shelf-01', id)).toBe(true);
    expect(dedupe.seenBefore('shelf-01', 'm-1900')).toBe(false);
  });

  it('takes an id back whose message could not be stored', () => {
    const dedupe = new Dedupe();
    dedupe.seenBefore('shelf-01', 'a');
    for (let index = 0; index < 600; index++) dedupe.seenBefore('shelf-01', `m-${index}`);
    dedupe.forget('shelf-01', 'a');
    dedupe.forget('shelf-01', 'm-599');
    expect(dedupe.seenBefore('shelf-01', 'a')).toBe(false);
    expect(dedupe.seenBefore('shelf-01', 'm-599')).toBe(false);
  });
});
