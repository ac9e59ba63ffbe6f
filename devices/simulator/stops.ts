import type { Goods } from './goods.ts';
import { distance, type FloorPlan, type Point } from './path.ts';
import type { Random } from './random.ts';
import type { Shopper } from './shopper.ts';

/** A shelf to visit, and why. */
export interface Stop {
  readonly fixture: string;
  readonly reason: 'need' | 'impulse' | 'offer' | 'put-back';
  /** The product in mind; a curious shopper has none. */
  readonly sku?: string;
}

/** The shelves a shopper still means to visit. */
export class StopList {
  readonly #goods: Goods;
  readonly #plan: FloorPlan;
  readonly #zigzags: boolean;
  #stops: Stop[] = [];

  constructor(shopper: Shopper, { goods, plan, random }: { readonly goods: Goods; readonly plan: FloorPlan; readonly random: Random }) {
    this.#goods = goods;
    this.#plan = plan;
    this.#zigzags = shopper.zigzags;
    for (const need of shopper.needs) {
      const slot = random.choice(goods.slotsOf(need.sku));
      if (slot !== undefined) this.#stops.push({ fixture: slot.fixture, reason: 'need', sku: need.sku });
    }
    for (let n = 0; n < shopper.impulseStops; n += 1) {
      const fixture = random.choice(goods.fixtures);
      if (fixture === undefined || this.#stops.some((stop) => stop.fixture === fixture)) continue;
      this.#stops.splice(random.below(this.#stops.length + 1), 0, { fixture, reason: 'impulse' });
    }
  }

  /** Takes the next stop off the list: what an offer made urgent first, then the nearest, or the first for those who zigzag. */
  next(here: Point): Stop | undefined {
    let at = this.#stops.findIndex((stop) => stop.reason === 'offer' || stop.reason === 'put-back');
    if (at < 0) at = this.#zigzags ? 0 : this.#nearest(here);
    return this.#stops.splice(at, 1)[0];
  }

  /** Forgets everything but what has to be put back. */
  hurry(): void {
    this.#stops = this.#stops.filter((stop) => stop.reason === 'put-back');
  }

  putBack(sku: string, fixture: string): void {
    this.#stops.push({ fixture, reason: 'put-back', sku });
  }

  /** Goes for the offered product: instead of the one of its category that is still on the list, else out of the way at once. */
  goFor(sku: string): void {
    const fixture = this.#goods.slotsOf(sku)[0]?.fixture;
    if (fixture === undefined) return;
    const { category } = this.#goods.product(sku);
    const listed = this.#stops.findIndex(
      (stop) => stop.reason === 'need' && stop.sku !== undefined && this.#goods.product(stop.sku).category === category,
    );
    if (listed >= 0) this.#stops[listed] = { fixture, reason: 'need', sku };
    else this.#stops.push({ fixture, reason: 'offer', sku });
  }

  #nearest(here: Point): number {
    let nearest = 0;
    let far = Number.POSITIVE_INFINITY;
    for (const [at, stop] of this.#stops.entries()) {
      const away = distance(here, this.#plan.fixture(stop.fixture));
      if (away < far) [far, nearest] = [away, at];
    }
    return nearest;
  }
}
