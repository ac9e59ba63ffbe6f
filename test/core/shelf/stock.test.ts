import { describe, expect, it } from 'vitest';
import { isDue } from '../../../agent/core/due.ts';
import type { StaffAlert } from '../../../agent/core/effect.ts';
import { gtinOfEpc } from '../../../agent/core/shelf/epc.ts';
import { isOutOfStock, stockState } from '../../../agent/core/shelf/stock.ts';
import { readState, writeState } from '../../../agent/core/snapshot.ts';
import { createState } from '../../../agent/core/state.ts';
import { step } from '../../../agent/core/step.ts';
import { CoreDriver, visitIn } from '../../support/core-driver.ts';
import { sampleStore } from '../../support/sample-store.ts';

const PHONE = visitIn('treated');
/** Slot 03-2 holds espresso beans of 510 g, capacity 12; 04-2 instant coffee of 320 g. */
const SLOT = '03-2';
const UNIT = 510;

/** A scale that says what it holds twice a second for some seconds. */
function hold(driver: CoreDriver, units: number, seconds = 3, slot = SLOT, unit = UNIT): CoreDriver {
  for (let n = 0; n < seconds * 2; n++)
    driver.wait(500).reading(`shelf-${slot.slice(0, 2)}`, { kind: 'shelf.weight', slot, grams: units * unit + (n % 3) * 0.4 });
  return driver;
}

function alerts(driver: CoreDriver): readonly StaffAlert[] {
  return driver.effects.flatMap((effect) => (effect.kind === 'act.alert' ? [effect.alert] : []));
}

function stock(driver: CoreDriver, slot = SLOT): number | undefined {
  return driver.state.shelf.stocks.get(slot)?.units;
}

/** Lets time pass as the runtime does: a tick only when something is due. */
function pass(driver: CoreDriver, seconds: number): void {
  for (let n = 0; n < seconds; n++) if (isDue(driver.state, driver.wait(1_000).nowMs)) driver.tick();
}

function interactions(driver: CoreDriver): readonly string[] {
  return driver.state.visits.get(PHONE)?.interactions.map(({ kind, sku }) => `${kind} ${sku}`) ?? [];
}

describe("a slot's stock", () => {
  it('is counted from the first weight and kept through takes, put-backs and restocking', () => {
    const driver = hold(new CoreDriver(), 9);
    expect(stock(driver)).toBe(9);
    hold(driver, 7);
    expect(stock(driver)).toBe(7);
    hold(driver, 8);
    expect(stock(driver)).toBe(8);
    hold(driver, 12, 5);
    expect(stock(driver)).toBe(12);
  });

  it('restocked by staff is nobody’s interest', () => {
    const driver = hold(new CoreDriver(), 4);
    driver.open(PHONE, { fixture: 'shelf-03' });
    hold(driver, 12, 5);
    expect(interactions(driver)).toEqual([]);
    expect(driver.state.shelf.stocks.get(SLOT)?.restockedAtMs).toBeDefined();
  });

  it('of a slot that only counts is unknown until staff fill it, and unknown again when more leaves than was there', () => {
    const driver = new CoreDriver();
    driver.pick(SLOT);
    expect(stock(driver)).toBeUndefined();
    driver.wait(60_000).putBack(SLOT, 5);
    expect(stock(driver)).toBe(12);
    for (let n = 0; n < 12; n++) driver.wait(10_000).pick(SLOT);
    expect(stock(driver)).toBe(0);
    driver.wait(10_000).pick(SLOT);
    expect(stock(driver)).toBeUndefined();
  });

  it('learns the zero of an empty plate, and is not misled by it afterwards', () => {
    const driver = hold(new CoreDriver(), 1);
    for (let n = 0; n < 300; n++) driver.wait(1_000).reading('shelf-03', { kind: 'shelf.weight', slot: SLOT, grams: 30 });
    expect(stock(driver)).toBe(0);
    expect(driver.state.shelf.stocks.get(SLOT)?.zero?.grams).toBeCloseTo(30, 0);
  });

  it('begins anew when the slot gets another product', () => {
    const driver = hold(new CoreDriver(), 9);
    const store = sampleStore();
    driver.input({
      kind: 'store.configured',
      store: { ...store, slots: store.slots.map((slot) => (slot.id === SLOT ? { ...slot, sku: 'tea-01' } : slot)) },
    });
    expect(stock(driver)).toBeUndefined();
  });
});

describe('a slot that reports both events and weight', () => {
  it.each([
    ['the event first', true],
    ['the weight first', false],
  ])('with %s counts every unit once', (_name, eventFirst) => {
    const driver = hold(new CoreDriver(), 9);
    driver.open(PHONE, { fixture: 'shelf-03' });
    if (eventFirst) driver.pick(SLOT);
    hold(driver, 8, 2);
    if (!eventFirst) driver.reading('shelf-03', { kind: 'shelf.pick', slot: SLOT, count: 1 });
    pass(driver, 20);
    hold(driver, 8, 2);
    expect(interactions(driver)).toEqual(['pick coffee-02']);
    expect(driver.state.visits.get(PHONE)?.interest.get('coffee-02')?.picks).toBe(1);
    expect(stock(driver)).toBe(8);
  });

  it('adds what the counting sensor missed', () => {
    const driver = hold(new CoreDriver(), 9);
    driver.open(PHONE, { fixture: 'shelf-03' });
    driver.pick(SLOT);
    hold(driver, 7, 3);
    expect(driver.state.visits.get(PHONE)?.interest.get('coffee-02')?.picks).toBe(2);
    expect(stock(driver)).toBe(7);
  });
});

describe('staff', () => {
  it('hear of a low and of an empty slot once each, when it has been so for a minute', () => {
    const driver = hold(new CoreDriver(), 5);
    hold(driver, 3);
    expect(alerts(driver)).toEqual([]);
    pass(driver, 61);
    hold(driver, 0);
    pass(driver, 180);
    expect(alerts(driver).map(({ severity, fixture }) => [severity, fixture])).toEqual([
      ['warning', 'shelf-03'],
      ['urgent', 'shelf-03'],
    ]);
    expect(alerts(driver)[1]?.text).toBe('Espresso beans 500 g is out of stock in slot 03-2 (Shelf 3)');
  });

  it('do not hear of what was only looked at', () => {
    const driver = hold(new CoreDriver(), 4);
    hold(driver, 3);
    pass(driver, 20);
    hold(driver, 4);
    pass(driver, 180);
    expect(alerts(driver)).toEqual([]);
  });

  it('hear again after the slot was full in between', () => {
    const driver = hold(new CoreDriver(), 1);
    for (let n = 0; n < 2; n++) {
      hold(driver, 0);
      pass(driver, 70);
      hold(driver, 12, 6);
      pass(driver, 70);
    }
    expect(alerts(driver).filter(({ severity }) => severity === 'urgent')).toHaveLength(2);
  });

  it('hear of what lies in the wrong slot', () => {
    const driver = hold(hold(new CoreDriver(), 9), 8, 3, '04-2', 320);
    hold(driver, 7, 3, '04-2', 320);
    for (let n = 0; n < 8; n++) driver.wait(500).reading('shelf-03', { kind: 'shelf.weight', slot: SLOT, grams: 9 * UNIT + 320 });
    expect(alerts(driver).map(({ severity }) => severity)).toEqual(['info']);
    expect(stock(driver)).toBe(9);
    expect(driver.state.shelf.stocks.get(SLOT)?.guests).toMatchObject([{ sku: 'coffee-06' }]);
  });
});

describe('a product that is out of stock', () => {
  it('is held, and offered again after restocking', () => {
    const driver = hold(new CoreDriver(), 1);
    driver.open(PHONE, { fixture: 'shelf-03' });
    hold(driver, 0);
    expect(driver.decisions().map(({ reason }) => reason)).toEqual(['out-of-stock']);
    expect(driver.offers()).toEqual([]);
    hold(driver, 12, 6);
    pass(driver, 70);
    hold(driver, 11);
    expect(driver.offers().map(({ sku }) => sku)).toEqual(['coffee-02']);
  });

  it('must be empty in all of its slots', () => {
    const store = sampleStore();
    const second = { id: '04-9', fixture: 'shelf-04', sku: 'coffee-02', capacity: 12 };
    const driver = hold(new CoreDriver({ ...store, slots: [...store.slots, second] }), 0);
    expect(stock(driver)).toBe(0);
    const { shelf, store: compiled } = driver.state;
    expect(compiled && isOutOfStock(shelf, compiled, 'coffee-02')).toBe(false);
    hold(driver, 0, 3, '04-9');
    expect(compiled && isOutOfStock(shelf, compiled, 'coffee-02')).toBe(true);
  });

  it('moves no display', () => {
    const driver = hold(new CoreDriver(), 1);
    hold(driver, 0);
    expect(driver.effects.filter(({ kind }) => kind === 'act.display')).toEqual([]);
  });
});

describe('what was taken while nobody was near', () => {
  const takeAlone = (sold: boolean) => {
    const driver = hold(new CoreDriver(), 9);
    driver.reading('cam-coffee', { kind: 'presence', count: 0 });
    hold(driver, 8, 2);
    if (sold)
      driver.wait(60_000).reading('till-1', {
        kind: 'pos.sale',
        receipt: 'r1',
        lines: [{ sku: 'coffee-02', quantity: 1, cents: 899 }],
        codes: [],
      });
    pass(driver, 4 * 3_600);
    return driver.state.today.shrinkSuspects;
  };
  it.each([
    ['and never sold is a suspect, as a count', false, 1],
    ['and sold is not', true, 0],
  ])('%s', (_name, sold, suspects) => {
    expect(takeAlone(sold)).toBe(suspects);
  });

  it('needs a sensor that counted nobody', () => {
    const driver = hold(hold(new CoreDriver(), 9), 8, 2);
    pass(driver, 4 * 3_600);
    expect(driver.state.today.shrinkSuspects).toBe(0);
  });
});

describe('product tags', () => {
  it('name the product of an SGTIN-96', () => {
    // The example of the standard's own text: company 0614141, item 812345, serial 6789.
    expect(gtinOfEpc('3074257bf7194e4000001a85')).toBe('80614141123458');
    expect(gtinOfEpc('e2801160600002054e1ab000')).toBeUndefined();
    expect(gtinOfEpc('3')).toBeUndefined();
  });

  it('of unknown products are not kept', () => {
    const driver = new CoreDriver();
    driver.reading('shelf-03', { kind: 'rfid.read', epc: '3074257bf7194e4000001a85' });
    expect(driver.state.shelf.tags.size).toBe(0);
    driver.reading('shelf-03', { kind: 'rfid.read', epc: 'coffee-01' });
    expect(driver.state.shelf.tags.size).toBe(1);
  });
});

describe('a day at the shelf', () => {
  const day = () => {
    const driver = hold(new CoreDriver(), 9);
    driver.open(PHONE, { fixture: 'shelf-03' });
    hold(driver, 7);
    hold(driver, 8, 4);
    driver.pick(SLOT);
    hold(driver, 7);
    hold(driver, 0, 5);
    pass(driver, 90);
    return driver;
  };

  it('replayed from the log is the same, byte for byte', () => {
    const driver = day();
    const state = createState();
    const effects = driver.log.flatMap((logged) => [...step(state, JSON.parse(JSON.stringify(logged)))]);
    expect(JSON.stringify(effects)).toBe(JSON.stringify(driver.effects));
    expect(writeState(state)).toBe(writeState(driver.state));
  });

  it('continued from a snapshot taken anywhere is the same', () => {
    const driver = day();
    for (let cut = 0; cut < driver.log.length; cut += 3) {
      let state = createState();
      for (const logged of driver.log.slice(0, cut)) step(state, logged);
      state = readState(writeState(state));
      for (const logged of driver.log.slice(cut)) step(state, logged);
      expect(JSON.parse(writeState(state))).toEqual(JSON.parse(writeState(driver.state)));
    }
  });

  it('survives a clock set back: counts stay, times go', () => {
    const driver = day();
    driver.input({ kind: 'clock.set', toMs: driver.nowMs - 86_400_000 });
    driver.nowMs -= 86_400_000;
    expect(stock(driver)).toBe(0);
    hold(driver, 5, 5);
    expect(stockState(driver.state.shelf.stocks.get(SLOT), { id: SLOT, fixture: 'shelf-03', sku: 'coffee-02', capacity: 12 })).toBe('ok');
  });
});
