import type { Product, Slot, StoreMap } from '../../agent/core/store-map.ts';

/** The store's goods, looked up from every side that a shopper asks from. */
export class Goods {
  readonly #products = new Map<string, Product>();
  readonly #slotsByFixture = new Map<string, Slot[]>();
  readonly #slotsBySku = new Map<string, Slot[]>();
  readonly #byCategory = new Map<string, Product[]>();
  readonly #usualPrice = new Map<string, number>();
  readonly slots: readonly Slot[];

  /** Only what stands in a slot can be bought: products without one are left out, as are slots of unknown products. */
  constructor(store: StoreMap) {
    const known = new Map(store.products.map((product) => [product.sku, product]));
    this.slots = store.slots.filter((slot) => known.has(slot.sku));
    for (const slot of this.slots) {
      append(this.#slotsByFixture, slot.fixture, slot);
      append(this.#slotsBySku, slot.sku, slot);
    }
    for (const product of store.products) {
      if (!this.#slotsBySku.has(product.sku)) continue;
      this.#products.set(product.sku, product);
      append(this.#byCategory, product.category, product);
    }
    for (const [category, products] of this.#byCategory) {
      this.#usualPrice.set(category, products.reduce((sum, product) => sum + product.priceCents, 0) / products.length);
    }
  }

  get categories(): readonly string[] {
    return [...this.#byCategory.keys()];
  }

  get fixtures(): readonly string[] {
    return [...this.#slotsByFixture.keys()];
  }

  /** A product of a slot; unknown SKUs are a defect. */
  product(sku: string): Product {
    const product = this.#products.get(sku);
    if (product === undefined) throw new Error(`Cannot look up product "${sku}": no slot of the store holds it`);
    return product;
  }

  has(sku: string): boolean {
    return this.#products.has(sku);
  }

  productsOf(category: string): readonly Product[] {
    return this.#byCategory.get(category) ?? [];
  }

  slotsAt(fixture: string): readonly Slot[] {
    return this.#slotsByFixture.get(fixture) ?? [];
  }

  slotsOf(sku: string): readonly Slot[] {
    return this.#slotsBySku.get(sku) ?? [];
  }

  /** Mean price of a product's category. */
  usualPriceCents(category: string): number {
    return this.#usualPrice.get(category) ?? 0;
  }
}

function append<K, V>(map: Map<K, V[]>, key: K, value: V): void {
  const list = map.get(key);
  if (list === undefined) map.set(key, [value]);
  else list.push(value);
}
