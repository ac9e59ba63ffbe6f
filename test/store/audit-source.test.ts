import { describe, expect, it } from 'vitest';
import { decision, offer, openTestStore, T0, turn, weight } from './support.ts';

describe('decisions for the audit', () => {
  function filled() {
    const store = openTestStore();
    const made = offer('o_1', 'v_1');
    store.journal.commit(
      turn({
        inputs: [weight(1)],
        rows: [
          { kind: 'row.decision', decision: decision('d_0', { atMs: T0 - 1_000 }) },
          { kind: 'row.decision', decision: decision('d_1', { offer: made.id }) },
          { kind: 'row.offer', offer: made },
          { kind: 'row.decision', decision: decision('d_2', { kind: 'hold', reason: 'low-intent' }) },
        ],
      }),
    );
    return store;
  }

  it('come oldest first with the offer that was made, those before the time left out', () => {
    const { isPartial, pages } = filled().audited.pages(T0, 100);
    expect([...pages].flat().map(({ decision: { id }, offer: made }) => [id, made?.discountCents])).toEqual([
      ['d_1', 50],
      ['d_2', undefined],
    ]);
    expect(isPartial).toBe(false);
  });

  it('are the latest where there are too many, and say so', () => {
    const { isPartial, pages } = filled().audited.pages(0, 1);
    expect([...pages].flat().map(({ decision: { id } }) => id)).toEqual(['d_2']);
    expect(isPartial).toBe(true);
  });

  it('are none in an empty store', () => {
    const { isPartial, pages } = openTestStore().audited.pages(0, 10);
    expect([...pages].flat()).toEqual([]);
    expect(isPartial).toBe(false);
  });
});
