import { describe, expect, it } from 'vitest';
import { didYouMean } from '../../config/suggest.ts';

describe('didYouMean()', () => {
  it.each([
    ['prot', 'port'],
    ['Port', 'port'],
    ['hst', 'host'],
    ['allowed_hosts', 'allowedHosts'],
    ['publicURL', 'publicUrl'],
  ])('"%s" was meant as "%s"', (word, meant) => {
    expect(didYouMean(word, ['host', 'port', 'publicUrl', 'allowedHosts', 'tls'])).toBe(meant);
  });

  it.each(['colour', 'x', '', 'p'.repeat(1_000)])('"%s" was meant as nothing we know', (word) => {
    expect(didYouMean(word, ['host', 'port', 'publicUrl', 'allowedHosts'])).toBeUndefined();
  });
});
