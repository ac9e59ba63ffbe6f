import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { HOLD_REASONS } from '../agent/core/decision.ts';
import { DIMENSIONS } from '../agent/core/fairness/audit-row.ts';
import type { Campaign } from '../agent/core/store-map.ts';
import { conditions } from '../config/sections/conditions.ts';
import { deniedWord } from '../models/denied-outputs.ts';
import { FEATURE_GROUPS } from '../models/explain/feature-words.ts';
import { SHOPPER_ACTS } from '../models/explain/shopper-act.ts';
import { VISIT_SPEC } from '../models/visit-spec.ts';
import { readSources } from './source-tree.ts';
import { CoreDriver, visitIn } from './support/core-driver.ts';
import { sampleStore } from './support/sample-store.ts';

/** Files whose business is to say no to such words. */
const SAYS_NO = ['models/denied-outputs.ts', 'models/manifest.ts'];
/** When what was learnt was last faded: about memory, not about a person. */
const HARMLESS = ['agedAtMs'];

describe('who somebody is', () => {
  it('is in no feature, no group of them, no act, no reason and no dimension of the audit', () => {
    const names = [
      ...VISIT_SPEC.features.flatMap(({ name, meaning }) => [name, meaning]),
      ...FEATURE_GROUPS,
      ...SHOPPER_ACTS,
      ...HOLD_REASONS,
      ...DIMENSIONS,
      ...Object.keys(conditions.shape),
    ];
    expect(names.filter((name) => deniedWord(name) !== undefined)).toEqual([]);
  });

  it('is in no manifest of a model that is shipped', () => {
    for (const path of ['models/artifacts/purchase-intent.manifest.json']) {
      const manifest = JSON.parse(readFileSync(path, 'utf8'));
      const words = [
        manifest.name,
        manifest.purpose,
        manifest.output.name,
        manifest.output.meaning,
        ...manifest.columns.map((column: { name: string }) => column.name),
      ];
      expect(words.filter((word: string) => deniedWord(word) !== undefined)).toEqual([]);
    }
  });

  it('is no name of a property anywhere in the core, the models or the API', () => {
    const found = readSources()
      .filter(({ path }) => /^(agent\/(core|http|store)|models|sync)\//.test(path) && !SAYS_NO.includes(path))
      .flatMap(({ path, text }) =>
        [...text.matchAll(/^\s*(?:readonly\s+)?([A-Za-z_]\w*)\??:/gm)].flatMap(([, name = '']) =>
          deniedWord(name) === undefined || HARMLESS.includes(name) ? [] : [`${path} ${name}`],
        ),
      );
    expect(found).toEqual([]);
  });

  it('and the language of a page never reaches a score, a condition or a choice', () => {
    const users = readSources()
      .filter(({ path }) => /^(agent\/core|models)\//.test(path))
      .filter(({ text }) => /\.language\b/.test(text))
      .map(({ path }) => path);
    expect(users.sort()).toEqual(['agent/core/fairness/audit-row.ts', 'agent/core/journeys/situation.ts', 'agent/core/shop.ts']);
  });
});

describe('the shelf price', () => {
  const visits = [visitIn('treated'), visitIn('holdout')];

  it('is the same for everybody: what a screen shows does not depend on who stands there', () => {
    const shown = [undefined, ...visits].map((visit) => {
      const driver = new CoreDriver();
      if (visit !== undefined) driver.open(visit, { fixture: 'shelf-03' });
      driver.pick('03-2');
      return driver.effects.flatMap((effect) => (effect.kind === 'act.display' ? [effect.show] : []));
    });
    expect(shown[0]).toHaveLength(1);
    expect(shown[1]).toEqual(shown[0]);
    expect(shown[2]).toEqual(shown[0]);
  });

  it('a campaign for some shoppers only is on no screen', () => {
    const personal: readonly NonNullable<Campaign['when']>[] = [{ stages: ['deciding'] }, { followUp: true }, { member: {} }];
    for (const when of personal) {
      const store = sampleStore();
      const driver = new CoreDriver({ ...store, campaigns: store.campaigns.map((campaign) => ({ ...campaign, when })) });
      driver.open(visits[0] ?? '', { fixture: 'shelf-03' });
      driver.pick('03-2');
      expect(driver.effects.filter(({ kind }) => kind === 'act.display')).toEqual([]);
    }
  });

  it('a discount leaves the store only by an offer that needs a consent', () => {
    const driver = new CoreDriver();
    driver.open(visits[0] ?? '', { fixture: 'shelf-03' });
    driver.pick('03-2');
    const carriers = driver.effects.filter((effect) => effect.kind.startsWith('act.') && JSON.stringify(effect).includes('discountCents'));
    expect(carriers.map(({ kind }) => kind)).toEqual(['act.deliver']);
    expect(carriers.every((effect) => effect.kind === 'act.deliver' && effect.consent.purpose === 'offers')).toBe(true);
  });
});
