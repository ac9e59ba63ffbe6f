import type { Slot } from '../../agent/core/store-map.ts';
import type { Cents } from '../../agent/core/units.ts';
import type { Goods } from './goods.ts';

/** What a shopper holds, by the slot it came from. */
export class Basket {
  readonly #units = new Map<Slot, number>();
  readonly #goods: Goods;

  constructor(goods: Goods) {
    this.#goods = goods;
  }

  add(slot: Slot, units: number): void {
    this.#units.set(slot, (this.#units.get(slot) ?? 0) + units);
  }

  /** Takes units out again. Throws when there are fewer: nobody can put back what they do not hold. */
  remove(slot: Slot, units: number): void {
    const left = (this.#units.get(slot) ?? 0) - units;
    if (left < 0) throw new Error(`Cannot put back ${units} units into slot "${slot.id}": the shopper holds ${left + units} of it`);
    if (left === 0) this.#units.delete(slot);
    else this.#units.set(slot, left);
  }

  holds(sku: string): boolean {
    return this.slotsOf(sku).length > 0;
  }

  slotsOf(sku: string): readonly { readonly slot: Slot; readonly units: number }[] {
    return [...this.#units].filter(([slot]) => slot.sku === sku).map(([slot, units]) => ({ slot, units }));
  }

  get units(): number {
    return [...this.#units.values()].reduce((sum, units) => sum + units, 0);
  }

  /** At the price on the shelf. */
  get totalCents(): Cents {
    return [...this.#units].reduce((sum, [slot, units]) => sum + this.#goods.product(slot.sku).priceCents * units, 0);
  }

  /** One line a product, in the order in which they were taken. */
  lines(): readonly { readonly sku: string; readonly quantity: number; readonly cents: Cents }[] {
    const quantities = new Map<string, number>();
    for (const [slot, units] of this.#units) quantities.set(slot.sku, (quantities.get(slot.sku) ?? 0) + units);
    return [...quantities].map(([sku, quantity]) => ({ sku, quantity, cents: this.#goods.product(sku).priceCents * quantity }));
  }
}
