import type { Slot } from '../../agent/core/store-map.ts';
import type { TimestampMs } from '../../agent/core/units.ts';
import { Basket } from './basket.ts';
import type { Random } from './random.ts';
import type { World } from './world.ts';

/** Takes from shelves and puts back: every unit leaves a slot before it is held and is held before it goes back or is paid for. */
export class Hands {
  readonly basket: Basket;
  readonly #world: World;
  readonly #shopper: string;

  constructor(world: World, shopper: string) {
    this.#world = world;
    this.#shopper = shopper;
    this.basket = new Basket(world.goods);
  }

  pick(slot: Slot, units: number, nowMs: TimestampMs): void {
    this.#move(slot, { units, nowMs, kind: 'pick' });
    this.basket.add(slot, units);
  }

  putBack(slot: Slot, units: number, nowMs: TimestampMs): void {
    this.basket.remove(slot, units);
    this.#move(slot, { units, nowMs, kind: 'return' });
  }

  /** A product of the fixture that is in stock, for whoever came for `sku` (if it is there) or for something like it, or just to look. */
  choose(stop: { readonly fixture: string; readonly sku?: string }, random: Random): Slot | undefined {
    const inStock = this.#world.goods.slotsAt(stop.fixture).filter((slot) => this.#world.shelves.stock(slot.id) > 0);
    if (stop.sku === undefined) return random.choice(inStock);
    const wanted = inStock.find((slot) => slot.sku === stop.sku);
    const { category } = this.#world.goods.product(stop.sku);
    return wanted ?? random.choice(inStock.filter((slot) => this.#world.goods.product(slot.sku).category === category));
  }

  /** Another product of the same category on the same fixture, in stock. */
  alternative(slot: Slot, random: Random): Slot | undefined {
    const { category } = this.#world.goods.product(slot.sku);
    const others = this.#world.goods
      .slotsAt(slot.fixture)
      .filter((other) => other.sku !== slot.sku && this.#world.shelves.stock(other.id) > 0);
    return random.choice(others.filter((other) => this.#world.goods.product(other.sku).category === category));
  }

  #move(
    slot: Slot,
    { units, nowMs, kind }: { readonly units: number; readonly nowMs: TimestampMs; readonly kind: 'pick' | 'return' },
  ): void {
    const message = this.#world.shelves.change(slot.id, kind === 'pick' ? -units : units, nowMs);
    this.#world.truth({
      atMs: nowMs,
      kind,
      shopper: this.#shopper,
      fixture: slot.fixture,
      slot: slot.id,
      sku: slot.sku,
      count: units,
      stock: this.#world.shelves.stock(slot.id),
      ...(message === undefined ? {} : { message }),
    });
  }
}
