import { describe, expect, it, vi } from 'vitest';
import { ReadBudget } from '../../../devices/transports/read-budget.ts';

const nextTurn = () => new Promise<void>((resolve) => setImmediate(resolve));

describe('ReadBudget', () => {
  it('lets everybody read while a turn has bytes left, and anew in the next turn', async () => {
    const budget = new ReadBudget(100);
    const resume = vi.fn();
    expect([budget.spend(60, resume), budget.spend(40, resume)]).toEqual([true, true]);
    await nextTurn();
    expect(budget.spend(100, resume)).toBe(true);
    expect(resume).not.toHaveBeenCalled();
  });

  it('stops who goes beyond it until the next turn', async () => {
    const budget = new ReadBudget(100);
    const resume = vi.fn();
    expect([budget.spend(90, resume), budget.spend(20, resume)]).toEqual([true, false]);
    expect(resume).not.toHaveBeenCalled();
    await nextTurn();
    expect(resume).toHaveBeenCalledTimes(1);
  });

  it('lets those who wait read on in the order of asking, as many a turn as it has bytes for', async () => {
    const budget = new ReadBudget(100);
    const resumed: number[] = [];
    for (const index of [0, 1, 2, 3, 4]) budget.spend(index === 0 ? 100 : 50, () => resumed.push(index));
    await nextTurn();
    expect(resumed).toEqual([1, 2]);
    await nextTurn();
    expect(resumed).toEqual([1, 2, 3, 4]);
  });

  it('lets one read on whose chunk alone is more than a turn', async () => {
    const budget = new ReadBudget(100);
    const resume = vi.fn();
    expect(budget.spend(500, resume)).toBe(false);
    await nextTurn();
    expect(resume).toHaveBeenCalledTimes(1);
  });
});
