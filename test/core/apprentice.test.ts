import { describe, expect, it } from 'vitest';
import { readState, writeState } from '../../agent/core/snapshot.ts';
import { CoreDriver, visitIn } from '../support/core-driver.ts';
import { samplePolicy, sampleStore } from '../support/sample-store.ts';

const TREATED = visitIn('treated');
const HELD_OUT = visitIn('holdout');

function silentStore() {
  return { ...sampleStore(), policy: { ...samplePolicy(), apprentice: true } };
}

describe('a store that begins silently', () => {
  it.each([TREATED, HELD_OUT])('offers %s nothing and writes down what it would have offered', (visit) => {
    const driver = new CoreDriver(silentStore());
    driver.open(visit, { fixture: 'shelf-03' });
    driver.pick('03-2');
    expect(driver.offers()).toEqual([]);
    const decision = driver.decisions().at(-1);
    expect(decision).toMatchObject({ kind: 'hold', reason: 'apprentice', propensity: 1 });
    expect(decision?.alternatives.some(({ excluded, campaign }) => excluded === undefined && campaign === 'coffee-20')).toBe(true);
    // Neither arm counts: nobody could have been made an offer.
    expect(driver.state.visits.get(visit)?.eligibleAtMs).toBeUndefined();
  });

  it('makes offers once it is told to, also after its state was written and read', () => {
    const driver = new CoreDriver(silentStore());
    driver.input({ kind: 'apprentice.ended', reason: 'the model predicts purchases better than the rules', by: 'agent' });
    expect(readState(writeState(driver.state)).apprenticeEnded?.reason).toBe('the model predicts purchases better than the rules');
    driver.open(TREATED, { fixture: 'shelf-03' });
    driver.pick('03-2');
    expect(driver.offers()).toHaveLength(1);
  });

  it('tells the audit once why it began', () => {
    const driver = new CoreDriver(silentStore());
    const ended = { kind: 'apprentice.ended', reason: 'asked for', by: 'Ada' } as const;
    const said = [driver.input(ended), driver.input(ended)].flat().filter(({ kind }) => kind === 'row.audit');
    expect(said).toEqual([{ kind: 'row.audit', entry: { atMs: driver.nowMs, action: 'apprentice.ended', detail: 'Ada: asked for' } }]);
  });
});

it('a store that does not begin silently makes offers at once', () => {
  const driver = new CoreDriver();
  driver.open(TREATED, { fixture: 'shelf-03' });
  driver.pick('03-2');
  expect(driver.offers()).toHaveLength(1);
});
