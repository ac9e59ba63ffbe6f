import { describe, expect, it } from 'vitest';
import type { Engine } from '../../devices/simulator/engine.ts';
import type { ShopperType } from '../../devices/simulator/scenario.ts';
import type { SimEvent } from '../../devices/simulator/sim-event.ts';
import { sampleStore } from '../support/sample-store.ts';
import { facts, messages, quietScenario, type Run, run } from './support.ts';

const TYPES: readonly ShopperType[] = ['sureThing', 'persuadable', 'lostCause', 'annoyed'];

/** A store where everybody needs coffee, has the page and is of one type (or of the usual mix). */
function coffeeDrinkers(type: ShopperType | undefined, more: Record<string, unknown> = {}) {
  const types = type === undefined ? {} : Object.fromEntries(TYPES.map((name) => [name, { weight: name === type ? 1 : 0 }]));
  return quietScenario({
    durationMinutes: 240,
    arrivals: { factor: 0.6 },
    shoppers: {
      phoneShare: 1,
      offersConsentShare: 1,
      measurementConsentShare: 1,
      openAtDoorShare: 1,
      eraseShare: 0,
      cartTagShare: 0,
      types,
    },
    needs: { categoryWeights: { coffee: 1 }, otherWeight: 0, extraMean: 0, impulseStopsMean: 0 },
    devices: { strangers: { mean: 0 }, shelfReports: 'events' },
    ...more,
  });
}

/** An agent that opens visits and, on every coffee picked, offers that coffee to everybody who has the page open. */
function offering(percent: number) {
  const open = new Set<string>();
  const prices = new Map(sampleStore().products.map((product) => [product.sku, product.priceCents]));
  const skus = new Map(sampleStore().slots.map((slot) => [slot.id, slot.sku]));
  let offers = 0;
  return (event: SimEvent, engine: Engine) => {
    if (event.kind === 'phone' && event.action === 'open') {
      open.add(event.shopper);
      engine.visitOpened(event.shopper, `v_${event.shopper}`);
    }
    if (event.kind === 'phone' && event.action === 'close') open.delete(event.shopper);
    if (event.kind !== 'message' || !('body' in event.message) || event.message.body.kind !== 'shelf.pick') return;
    const sku = skus.get(event.message.body.slot) ?? '';
    for (const shopper of open) {
      offers += 1;
      const discountCents = Math.round(((prices.get(sku) ?? 0) * percent) / 100);
      engine.offerReceived(shopper, { id: `o-${offers}`, sku, code: `code-${offers}`, discountCents });
    }
  };
}

function unitsSold({ truth }: Run): number {
  return facts(truth, 'purchase').reduce((sum, { lines }) => sum + lines.reduce((units, { quantity }) => units + quantity, 0), 0);
}

describe('an offer', () => {
  it.each([
    ['persuadable', 1.3, 10],
    ['sureThing', 0.9, 1.6],
    ['lostCause', 0, 6],
    ['annoyed', 0, 0.8],
  ] as const)('changes what %s shoppers buy in the stated direction', (type, low, high) => {
    const without = unitsSold(run(coffeeDrinkers(type)));
    const withOffers = unitsSold(run(coffeeDrinkers(type), { onEvent: offering(20) }));
    expect(withOffers / without).toBeGreaterThan(low);
    expect(withOffers / without).toBeLessThan(high);
  });

  it('sells more the larger it is and the more responsive the shoppers are', () => {
    const sold = (percent: number, offers: Record<string, unknown> = {}) =>
      unitsSold(run(coffeeDrinkers('persuadable', { offers }), { onEvent: offering(percent) }));
    expect(sold(25)).toBeGreaterThan(sold(5));
    expect(sold(20, { responsiveness: 1.4 })).toBeGreaterThan(sold(20, { responsiveness: 0.2 }));
  });

  it('does nothing when it is never noticed', () => {
    const scenario = coffeeDrinkers('persuadable', { offers: { shownShare: 0 } });
    expect(unitsSold(run(scenario, { onEvent: offering(20) }))).toBe(unitsSold(run(scenario)));
  });

  it('is confirmed before it is saved or dismissed, and leaves nobody else a different day', () => {
    const scenario = coffeeDrinkers(undefined);
    const one = 's-00005';
    let offered = false;
    const answered = run(scenario, {
      onEvent: (event, engine) => {
        if (offered || event.kind !== 'phone' || event.shopper !== one) return;
        offered = true;
        for (const [at, { sku, priceCents }] of sampleStore().products.slice(6, 13).entries()) {
          engine.offerReceived(one, { id: `o-${at}`, sku, code: `c-${at}`, discountCents: Math.round(priceCents / 4) });
        }
      },
    });
    const receipts = answered.events.flatMap((event) => (event.kind === 'phone' && event.action === 'receipt' ? [event] : []));
    expect(receipts.length).toBeGreaterThan(0);
    for (const { offer, state, atMs } of receipts) {
      if (state === 'shown') continue;
      expect(receipts.some((other) => other.offer === offer && other.state === 'shown' && other.atMs <= atMs)).toBe(true);
    }
    const needsOf = ({ truth }: Run) => facts(truth, 'arrived').map(({ shopper, needs, type }) => ({ shopper, needs, type }));
    expect(needsOf(answered)).toEqual(needsOf(run(scenario)));
  });
});

describe('what an offer changed', () => {
  it('is the difference that the truth states, one by one', () => {
    const { truth } = run(coffeeDrinkers(undefined), { onEvent: offering(20) });
    const decisions = facts(truth, 'decision');
    const approached = new Set(facts(truth, 'offer').map(({ shopper }) => shopper));
    for (const row of decisions) {
      if (row.offer === undefined) expect(row.chanceWithOffer).toBe(row.chance);
      if (!approached.has(row.shopper)) expect(row.keeps).toBe(row.wouldKeepWithoutOffer);
    }
    expect(decisions.some(({ shopper }) => !approached.has(shopper))).toBe(true);
    expect(decisions.filter((row) => row.keeps && !row.wouldKeepWithoutOffer).length).toBeGreaterThan(10);
    expect(decisions.filter((row) => !row.keeps && row.wouldKeepWithoutOffer).length).toBeGreaterThan(0);
    const won = facts(truth, 'purchase').flatMap(({ wonByOffer }) => wonByOffer);
    expect(won.length).toBeGreaterThan(10);
  });
});

describe('a code', () => {
  it('is used once a purchase, over HTTP or in the sale, and takes its discount off', () => {
    for (const redeemOverHttpShare of [0, 1]) {
      const { events, truth } = run(coffeeDrinkers('sureThing', { checkout: { redeemOverHttpShare } }), { onEvent: offering(20) });
      const redeems = events.filter((event) => event.kind === 'redeem');
      const inSales = messages(events).flatMap(({ body }) => (body.kind === 'pos.sale' ? [...body.codes] : []));
      const used = facts(truth, 'purchase').flatMap(({ offers }) => offers);
      expect(used.length).toBeGreaterThan(10);
      expect(redeemOverHttpShare === 1 ? inSales.length : redeems.length).toBe(0);
      const receipts = new Set(facts(truth, 'purchase').map(({ receipt }) => receipt));
      // Whoever is at the till when the scenario ends has asked but not paid.
      const asked = redeems.filter(({ receipt }) => receipts.has(receipt));
      const codes = redeemOverHttpShare === 1 ? asked.map(({ code }) => code) : inSales;
      expect([...codes].sort()).toEqual(used.map((id) => id.replace('o-', 'code-')).sort());
      expect(new Set(codes).size).toBe(codes.length);
      const prices = new Map(sampleStore().products.map((product) => [product.sku, product.priceCents]));
      for (const { lines, offers } of facts(truth, 'purchase')) {
        const full = lines.reduce((sum, { sku, quantity }) => sum + (prices.get(sku) ?? 0) * quantity, 0);
        const paid = lines.reduce((sum, { cents }) => sum + cents, 0);
        if (offers.length === 0) expect(paid).toBe(full);
        else expect(paid).toBeLessThan(full);
      }
    }
  });

  it('that is refused takes nothing off', () => {
    const offer = offering(20);
    const { truth } = run(coffeeDrinkers('sureThing', { checkout: { redeemOverHttpShare: 1 } }), {
      onEvent: (event, engine) => {
        offer(event, engine);
        if (event.kind === 'redeem') engine.codeRefused(event.shopper, event.code);
      },
    });
    expect(facts(truth, 'purchase').length).toBeGreaterThan(10);
    expect(facts(truth, 'purchase').every(({ offers }) => offers.length === 0)).toBe(true);
  });

  it('of a withdrawn offer is not shown at the till', () => {
    const offer = offering(20);
    const { truth } = run(coffeeDrinkers('sureThing'), {
      onEvent: (event, engine) => {
        offer(event, engine);
        if (event.kind === 'phone' && event.action === 'receipt') engine.offerWithdrawn(event.shopper, event.offer);
      },
    });
    expect(facts(truth, 'purchase').flatMap(({ offers }) => offers)).toEqual([]);
  });
});

describe('a sale', () => {
  const links = (scenario: ReturnType<typeof quietScenario>) =>
    messages(
      run(scenario, { onEvent: (event, engine) => event.kind === 'phone' && engine.visitOpened(event.shopper, `v_${event.shopper}`) })
        .events,
    ).flatMap(({ body }) => (body.kind === 'pos.sale' ? [body.visit] : []));

  it('names the visit when the page is shown, the tag when the till sees the cart, else nobody', () => {
    const visit = links(coffeeDrinkers('sureThing', { checkout: { showsVisitShare: 1, seesTagShare: 0 } }));
    expect(visit.length).toBeGreaterThan(50);
    expect(visit.every((link) => link?.startsWith('v_s-'))).toBe(true);
    const tagged = { shoppers: { phoneShare: 0, cartTagShare: 1 }, checkout: { showsVisitShare: 1, seesTagShare: 1 } };
    expect(links(quietScenario(tagged)).filter((link) => link?.startsWith('cart-')).length).toBeGreaterThan(20);
    expect(links(quietScenario({ checkout: { showsVisitShare: 0, seesTagShare: 0 } })).every((link) => link === undefined)).toBe(true);
  });

  it('names no visit without consent to measurement', () => {
    const links_ = links(
      quietScenario({ shoppers: { phoneShare: 1, measurementConsentShare: 0, cartTagShare: 0 }, checkout: { showsVisitShare: 1 } }),
    );
    expect(links_.length).toBeGreaterThan(20);
    expect(links_.every((link) => link === undefined)).toBe(true);
  });
});

describe('the phone page', () => {
  it('says where it is when the shelf code is scanned, and only while the shopper stands there', () => {
    const { events, truth } = run(quietScenario({ shoppers: { phoneShare: 1, openAtDoorShare: 1 }, habits: { scanShelfShare: 1 } }));
    const stops = new Set(facts(truth, 'stop').map(({ shopper, fixture, atMs }) => `${shopper} ${fixture} ${atMs}`));
    const places = events.flatMap((event) =>
      event.kind === 'phone' && event.action === 'place' ? [`${event.shopper} ${event.at} ${event.atMs}`] : [],
    );
    expect(places.length).toBeGreaterThan(50);
    expect(places.every((place) => stops.has(place))).toBe(true);
  });

  it('is opened before anything else and closed after everything', () => {
    const { events } = run(quietScenario({ shoppers: { phoneShare: 1, eraseShare: 1 }, habits: { scanShelfShare: 0.5, scanShare: 0.5 } }));
    const actions = new Map<string, string[]>();
    for (const event of events)
      if (event.kind === 'phone') actions.set(event.shopper, [...(actions.get(event.shopper) ?? []), event.action]);
    const ended = [...actions.values()].filter((list) => list.includes('close'));
    expect(ended.length).toBeGreaterThan(50);
    for (const list of ended) {
      expect(list[0]).toBe('open');
      expect(list.slice(-2)).toEqual(['erase', 'close']);
      expect(list.filter((action) => action === 'open').length).toBe(1);
    }
  });
});
