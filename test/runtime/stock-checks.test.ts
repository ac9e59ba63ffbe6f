import { describe, expect, it } from 'vitest';
import { stockFindings } from '../../agent/runtime/stock-checks.ts';
import { CoreDriver } from '../support/core-driver.ts';

/** A scale of a slot of espresso beans (510 g) for some seconds. */
function hold(driver: CoreDriver, slot: string, units: number): void {
  for (let n = 0; n < 10; n++) driver.wait(500).reading(`shelf-${slot.slice(0, 2)}`, { kind: 'shelf.weight', slot, grams: units * 510 });
}

describe('the problems of the store', () => {
  it('name an empty slot once staff were told, until it is filled', () => {
    const driver = new CoreDriver();
    hold(driver, '03-2', 1);
    hold(driver, '03-2', 0);
    expect(stockFindings(driver.state, driver.state.nowMs)).toEqual([]);
    driver.wait(61_000).tick();
    expect(stockFindings(driver.state, driver.state.nowMs).map(({ sentence }) => sentence)).toEqual([
      'Espresso beans 500 g is out of stock in slot 03-2 (Shelf 3)',
    ]);
    hold(driver, '03-2', 12);
    expect(stockFindings(driver.state, driver.state.nowMs)).toEqual([]);
  });
});
