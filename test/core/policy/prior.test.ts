import { describe, expect, it } from 'vitest';
import type { Score } from '../../../agent/core/decision.ts';
import type { Campaign } from '../../../agent/core/store-map.ts';
import { CoreDriver, visitIn } from '../../support/core-driver.ts';
import { samplePolicy, sampleStore } from '../../support/sample-store.ts';

const TREATED = visitIn('treated');

/** The value of the coffee offer that a fresh store sees in a pick. */
function valueWith(known: {
  readonly response?: number;
  readonly prior?: Campaign['prior'];
  readonly learnt?: number;
}): number | undefined {
  const store = sampleStore({ policy: samplePolicy(known.response === undefined ? {} : { response: known.response }) });
  const campaigns = store.campaigns.map((campaign) => ({ ...campaign, ...(known.prior === undefined ? {} : { prior: known.prior }) }));
  const driver = new CoreDriver({ ...store, campaigns });
  const plain = driver.scoreOf.bind(driver);
  driver.scoreOf = (sku): Score => ({ ...plain(sku), ...(known.learnt === undefined ? {} : { response: known.learnt }) });
  driver.open(TREATED, { fixture: 'shelf-03' });
  driver.pick('03-2');
  return driver.decisions().at(-1)?.alternatives[0]?.valueCents;
}

describe('before anything was learnt', () => {
  it('a discount is expected to do what the store says, else what the fleet found, else what a model says of this visit', () => {
    const usual = valueWith({});
    expect(valueWith({ response: 2.5 })).toBe(usual);
    expect(valueWith({ response: 1 })).toBeLessThan(usual!);
    expect(valueWith({ response: 1, prior: { response: 3.5, deviation: 0.3 } })).toBeGreaterThan(usual!);
    expect(valueWith({ response: 1, prior: { response: 3.5, deviation: 0.3 }, learnt: 0 })).toBeLessThan(0);
  });

  it('a discount that keeps people from buying is believed too', () => {
    expect(valueWith({ learnt: -1 })).toBeLessThan(valueWith({ learnt: 0 })!);
  });
});
