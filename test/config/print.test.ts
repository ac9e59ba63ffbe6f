import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { stringify } from 'yaml';
import { printConfig, printRedacted } from '../../config/print.ts';
import { loaded, SMALL_STORE } from './small-store.ts';

const DURATION = fc.integer({ min: 10_000, max: 3_600_000 }).map((ms) => `${ms}ms`);
const NAME = fc.string({ minLength: 1, maxLength: 40, unit: 'grapheme' }).filter((text) => text.trim() !== '' && text.trim().length <= 100);

/** Anything that the small store may be extended by. */
const EXTENSION = fc.record(
  {
    policy: fc.record(
      {
        holdoutShare: fc.oneof(
          fc.double({ min: 0, max: 1, noNaN: true }),
          fc.integer({ min: 0, max: 100 }).map((percent) => `${percent}%`),
        ),
        visitIdle: DURATION,
        offerTtl: DURATION,
        zoneHysteresisDb: fc.integer({ min: 0, max: 40 }),
        quietHours: fc.constant([{ from: '20:00', to: '08:00' }]),
        holdoutSeed: fc.string({ minLength: 1, maxLength: 64, unit: 'binary-ascii' }),
      },
      { requiredKeys: [] },
    ),
    http: fc.record(
      { port: fc.integer({ min: 0, max: 65_535 }), allowedHosts: fc.array(fc.domain(), { maxLength: 3 }) },
      { requiredKeys: [] },
    ),
    data: fc.record(
      { dir: fc.constant('x'), quota: fc.integer({ min: 256, max: 5_000 }).map((size) => `${size}MiB`) },
      { requiredKeys: ['dir'] },
    ),
    simulator: fc.record({ enabled: fc.boolean(), speed: fc.double({ min: 1, max: 100, noNaN: true }) }, { requiredKeys: [] }),
    tags: fc.uniqueArray(fc.record({ id: fc.stringMatching(/^[A-Za-z0-9][A-Za-z0-9_.:-]{0,63}$/), name: NAME }), {
      maxLength: 4,
      selector: (tag) => tag.id,
    }),
  },
  { requiredKeys: ['data'] },
);

describe('a printed configuration', () => {
  it('loads again to the same configuration, whatever it holds', () => {
    fc.assert(
      fc.property(EXTENSION, (extension) => {
        const base = 'tags' in extension ? SMALL_STORE.replace(/tags:\n.*\n/, '') : SMALL_STORE;
        const { config, store } = loaded(`${base}${stringify(extension)}`);
        const again = loaded(printConfig(config));
        expect(again.config).toEqual(config);
        expect(again.store).toEqual(store);
      }),
    );
  });

  it('loads again to the same configuration for the sample store', () => {
    const { config } = loaded(readFileSync('config/store.example.yaml', 'utf8'));
    expect(loaded(printConfig(config)).config).toEqual(config);
  });

  it('is written as people write it', () => {
    const printed = printConfig(loaded(SMALL_STORE).config);
    expect(printed).toMatch(/price: ("2.99"|2.99)\n/);
    expect(printed).toContain('visitIdle: 15m\n');
    expect(printed).toContain('discount: 10%\n');
  });

  it('redacted, it tells no account, no hash and no place of a secret', () => {
    const hash = 'ab'.repeat(32);
    const { config } = loaded(
      `${SMALL_STORE}mqtt: { url: "mqtts://user@broker" , username: canary-user }\nhttp: { tillKeys: [{ till: a, keyHash: "sha256:${hash}" }] }\n`,
    );
    const redacted = printRedacted(config);
    expect(printConfig(config)).toContain(hash);
    for (const secret of ['canary-user', hash, 'user@']) expect(redacted).not.toContain(secret);
    expect(redacted).toContain('mqtts://(redacted)@broker');
  });
});
