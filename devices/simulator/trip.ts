import type { Slot } from '../../agent/core/store-map.ts';
import type { TimestampMs } from '../../agent/core/units.ts';
import { Hands } from './hands.ts';
import { Mind } from './mind.ts';
import type { KnownOffer } from './offers-known.ts';
import { type Point, type Spot, startWalk, type Walk, whereabouts, zoneCrossings } from './path.ts';
import { Payment } from './payment.ts';
import { PhonePage } from './phone-page.ts';
import type { Random } from './random.ts';
import type { Shopper } from './shopper.ts';
import type { OfferSeen } from './sim-event.ts';
import { type Stop, StopList } from './stops.ts';
import type { World } from './world.ts';

/**
 * One shopper's way through the store: in at the door, from shelf to shelf, through the checkout if anything was kept, and out.
 * Each step plans the next one; offers come in between and change what the next decision says.
 */
export class Trip {
  readonly shopper: Shopper;
  readonly page: PhonePage;
  readonly #world: World;
  readonly #random: Random;
  readonly #hands: Hands;
  readonly #mind: Mind;
  readonly #stops: StopList;
  readonly #onLeave: () => void;
  readonly #impatientAtMs: TimestampMs;
  #walk: Walk;
  #zone: string;
  /** In the hand and not yet decided about. */
  #examining: readonly Slot[] = [];
  #phase: 'shopping' | 'paying' | 'gone' = 'shopping';
  #tag: string | undefined;
  #payment: Payment | undefined;

  constructor(
    shopper: Shopper,
    {
      world,
      random,
      nowMs,
      onLeave,
    }: { readonly world: World; readonly random: Random; readonly nowMs: TimestampMs; readonly onLeave: () => void },
  ) {
    this.shopper = shopper;
    this.page = new PhonePage(world, shopper);
    this.#world = world;
    this.#random = random;
    this.#hands = new Hands(world, shopper.id);
    this.#mind = new Mind(world, shopper);
    this.#stops = new StopList(shopper, { goods: world.goods, plan: world.plan, random });
    this.#onLeave = onLeave;
    this.#impatientAtMs = nowMs + shopper.patienceMs;
    this.#walk = { spots: [world.plan.door], timesMs: [nowMs] };
    this.#zone = world.plan.door.zone;
  }

  get zone(): string {
    return this.#zone;
  }

  whereabouts(nowMs: TimestampMs): Point {
    return whereabouts(this.#walk, nowMs);
  }

  enter(nowMs: TimestampMs): void {
    const { phone, wantsCart } = this.shopper;
    if (wantsCart) this.#tag = this.#world.beacons.take(this, nowMs);
    this.#recordArrival(nowMs);
    this.#world.passDoor('in', nowMs);
    const opensNow = phone?.opensAtDoor === true || (phone?.scansCart === true && this.#tag !== undefined);
    this.#after(opensNow ? { mean: 8, sd: 3 } : { mean: 2, sd: 1 }, nowMs, (atMs) => {
      if (opensNow) this.page.open({ tag: this.#tag, fixture: undefined }, atMs);
      this.#next(atMs);
    });
  }

  /** An offer reached the phone; too late once the shopper has begun to pay. */
  offerReceived(offer: OfferSeen, nowMs: TimestampMs): void {
    if (this.#phase !== 'shopping' || !this.page.isOpen) return;
    const known = this.#mind.offers.add(offer);
    if (known === undefined) return;
    this.#world.truth({
      atMs: nowMs,
      kind: 'offer',
      shopper: this.shopper.id,
      offer: offer.id,
      sku: offer.sku,
      discountCents: offer.discountCents,
    });
    const { shownShare, shownSeconds, noticeSeconds } = this.#world.scenario.offers;
    // Each offer has its own dice: one that goes unnoticed leaves the rest of the trip as it was.
    const random = this.#random.fork(`offer/${offer.id}`);
    if (!random.chance(shownShare)) return;
    const shownMs = nowMs + Math.round(random.exponential(shownSeconds * 1_000));
    const noticedMs = shownMs + Math.round(random.exponential(noticeSeconds * 1_000));
    this.#world.timeline.at(shownMs, () => {
      if (known.state !== 'withdrawn') this.page.receipt(offer.id, 'shown', shownMs);
    });
    this.#world.timeline.at(noticedMs, () => this.#react(known, { random, nowMs: noticedMs }));
  }

  offerWithdrawn(offer: string): void {
    this.#mind.offers.withdraw(offer);
  }

  codeRefused(code: string): void {
    this.#payment?.refused(code);
  }

  #next(nowMs: TimestampMs): void {
    if (nowMs > this.#impatientAtMs) this.#stops.hurry();
    const stop = this.#stops.next(this.whereabouts(nowMs));
    if (stop === undefined) this.#checkOut(nowMs);
    else if (stop.reason === 'need' && this.#random.chance(this.#world.scenario.habits.skipShare)) this.#next(nowMs);
    else this.#walkTo(this.#world.plan.fixture(stop.fixture), nowMs, (atMs) => this.#arrive(stop, atMs));
  }

  #arrive(stop: Stop, nowMs: TimestampMs): void {
    this.#world.truth({ atMs: nowMs, kind: 'stop', shopper: this.shopper.id, fixture: stop.fixture, reason: stop.reason });
    const scansShelf = this.#random.chance(this.#world.scenario.habits.scanShelfShare);
    if (this.page.isOpen && scansShelf) this.page.place(stop.fixture, nowMs);
    this.page.open({ tag: undefined, fixture: stop.fixture }, nowMs);
    if (stop.reason === 'put-back') {
      for (const { slot, units } of this.#hands.basket.slotsOf(stop.sku ?? '')) {
        if (slot.fixture === stop.fixture) this.#hands.putBack(slot, units, nowMs);
      }
      this.#next(nowMs);
      return;
    }
    this.#after(this.#world.scenario.habits.dwellSeconds, nowMs, (atMs) => this.#look(stop, atMs));
  }

  #look(stop: Stop, nowMs: TimestampMs): void {
    const slot = this.#hands.choose(stop, this.#random);
    const { scanShare, pickShare, compareShare, examineSeconds } = this.#world.scenario.habits;
    const [scans, curious, compares] = [this.#random.chance(scanShare), this.#random.chance(pickShare), this.#random.chance(compareShare)];
    if (slot === undefined || this.#hands.basket.holds(slot.sku)) {
      this.#next(nowMs);
      return;
    }
    if (scans) this.page.scan(slot.sku, nowMs);
    if (!curious && !this.#mind.wants(slot.sku)) {
      this.#mind.decided(slot.sku, {
        keeps: false,
        possible: this.#mind.canPay(this.#hands.basket, slot.sku, false),
        cameForOffer: stop.reason === 'offer',
        nowMs,
      });
      this.#next(nowMs);
      return;
    }
    this.#take(slot, nowMs);
    this.#after(examineSeconds, nowMs, (atMs) => {
      const other = compares ? this.#hands.alternative(slot, this.#random) : undefined;
      if (other === undefined || this.#hands.basket.holds(other.sku)) {
        this.#decide(stop, atMs);
        return;
      }
      this.#take(other, atMs);
      this.#after(examineSeconds, atMs, (laterMs) => this.#decide(stop, laterMs));
    });
  }

  #take(slot: Slot, nowMs: TimestampMs): void {
    this.#hands.pick(slot, 1, nowMs);
    this.#examining = [...this.#examining, slot];
  }

  /** Keeps at most one of the products in hand, and puts the others back. */
  #decide(stop: Stop, nowMs: TimestampMs): void {
    const { basket } = this.#hands;
    const inclined = [...this.#examining].sort((a, b) => this.#mind.inclination(b.sku) - this.#mind.inclination(a.sku));
    this.#examining = [];
    const [favourite, ...others] = inclined;
    for (const slot of others) {
      this.#mind.decided(slot.sku, { keeps: false, possible: false, cameForOffer: false, nowMs });
      this.#hands.putBack(slot, 1, nowMs);
    }
    if (favourite !== undefined) {
      const possible = this.#mind.canPay(basket, favourite.sku, true);
      const keeps = possible && this.#mind.wants(favourite.sku);
      this.#mind.decided(favourite.sku, { keeps, possible, cameForOffer: stop.reason === 'offer', nowMs });
      if (keeps) this.#takeMore(favourite, nowMs);
      else this.#hands.putBack(favourite, 1, nowMs);
    }
    this.#next(nowMs);
  }

  #takeMore(slot: Slot, nowMs: TimestampMs): void {
    let extra = Math.min(this.#random.poisson(this.#world.scenario.habits.extraUnitsMean), this.#world.shelves.stock(slot.id));
    for (; extra > 0 && this.#mind.canPay(this.#hands.basket, slot.sku, false); extra -= 1) this.#hands.pick(slot, 1, nowMs);
  }

  #react(known: KnownOffer, { random, nowMs }: { readonly random: Random; readonly nowMs: TimestampMs }): void {
    if (this.#phase !== 'shopping' || known.state !== 'unseen') return;
    known.state = 'noticed';
    const { sku, id } = known.offer;
    const { saveShare, detourShare } = this.#world.scenario.offers;
    const { dismissShare } = this.#world.scenario.shoppers.types[this.shopper.type];
    const [dismisses, saves, goes] = [random.chance(dismissShare), random.chance(saveShare), random.chance(detourShare)];
    const wants = this.#mind.wants(sku);
    if (wants && saves) this.page.receipt(id, 'saved', nowMs);
    if (!wants && dismisses) {
      known.state = 'dismissed';
      this.page.receipt(id, 'dismissed', nowMs);
    }
    if (this.#examining.some((slot) => slot.sku === sku)) return;
    if (!this.#hands.basket.holds(sku)) {
      if (wants && goes) this.#stops.goFor(sku);
    } else if (!wants) {
      this.#mind.putOff(known, nowMs);
      for (const { slot } of this.#hands.basket.slotsOf(sku)) this.#stops.putBack(sku, slot.fixture);
    }
  }

  #checkOut(nowMs: TimestampMs): void {
    const { basket } = this.#hands;
    if (basket.units === 0) {
      this.#walkTo(this.#world.plan.door, nowMs, (atMs) => this.#leave(0, atMs));
      return;
    }
    this.#phase = 'paying';
    const payer = {
      shopper: this.shopper.id,
      basket,
      tag: this.#tag,
      visitCode: () => this.page.visitCode,
      wonByOffer: this.#mind.wonByOffer,
    };
    const payment = new Payment(this.#world, payer, this.#random);
    this.#payment = payment;
    const { useCodeShare } = this.#world.scenario.offers;
    this.#walkTo(this.#world.plan.checkout, nowMs, (queuedMs) => {
      const codes = this.#mind.offers.usable((sku) => basket.holds(sku)).filter(() => this.#random.chance(useCodeShare));
      payment.start(codes, queuedMs, (paidMs, units) => this.#walkTo(this.#world.plan.door, paidMs, (atMs) => this.#leave(units, atMs)));
    });
  }

  #leave(boughtUnits: number, nowMs: TimestampMs): void {
    this.#phase = 'gone';
    this.page.close(nowMs);
    if (this.#tag !== undefined) this.#world.beacons.park(this.#tag);
    this.#world.passDoor('out', nowMs);
    this.#world.truth({ atMs: nowMs, kind: 'left', shopper: this.shopper.id, boughtUnits, lostByOffer: [...this.#mind.lostByOffer] });
    this.#onLeave();
  }

  #walkTo(spot: Spot, nowMs: TimestampMs, then: (atMs: TimestampMs) => void): void {
    const here: Spot = { ...this.whereabouts(nowMs), zone: this.#zone };
    const walk = startWalk(this.#world.plan.way(here, spot), { speed: this.shopper.metresPerSecond, nowMs });
    this.#walk = walk;
    for (const { atMs, zone } of zoneCrossings(walk)) {
      this.#world.timeline.at(atMs, () => {
        this.#zone = zone;
        this.#world.truth({ atMs, kind: 'zone', shopper: this.shopper.id, zone });
      });
    }
    const arrivesMs = walk.timesMs[walk.timesMs.length - 1] ?? nowMs;
    this.#world.timeline.at(arrivesMs, () => then(arrivesMs));
  }

  /** At least a second, so that nobody acts twice at one time. */
  #after(seconds: { readonly mean: number; readonly sd: number }, nowMs: TimestampMs, then: (atMs: TimestampMs) => void): void {
    const atMs = nowMs + Math.round(this.#random.normalWithin(seconds, 1) * 1_000);
    this.#world.timeline.at(atMs, () => then(atMs));
  }

  #recordArrival(nowMs: TimestampMs): void {
    const { id, type, needs, budgetCents, priceSensitivity, phone } = this.shopper;
    const consents = { offersConsent: phone?.offers ?? false, measurementConsent: phone?.measurement ?? false };
    const tag = this.#tag === undefined ? {} : { tag: this.#tag };
    this.#world.truth({
      atMs: nowMs,
      kind: 'arrived',
      shopper: id,
      type,
      needs,
      budgetCents,
      priceSensitivity,
      phone: phone !== undefined,
      ...consents,
      ...tag,
    });
    this.#world.truth({ atMs: nowMs, kind: 'zone', shopper: id, zone: this.#zone });
  }
}
