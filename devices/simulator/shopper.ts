import type { Cents, DurationMs } from '../../agent/core/units.ts';
import { chanceToBuy, type Demand } from './demand.ts';
import type { Goods } from './goods.ts';
import type { Mood } from './outside.ts';
import { type Random, uniformOf } from './random.ts';
import type { Scenario, ShopperType } from './scenario.ts';

/** Who a shopper is and what they came for; fixed at the door. */
export interface Shopper {
  readonly id: string;
  readonly type: ShopperType;
  readonly needs: readonly Need[];
  readonly budgetCents: Cents;
  readonly priceSensitivity: number;
  readonly metresPerSecond: number;
  readonly patienceMs: DurationMs;
  readonly impulseStops: number;
  /** What is outside makes of the chance to buy: a factor, 1 where nothing does. */
  readonly mood: number;
  /** Goes to the nearest shelf of the list first, or in the order of the list. */
  readonly zigzags: boolean;
  readonly wantsCart: boolean;
  readonly phone: PhoneHabits | undefined;
}

/** A shopper's phone page: agreed to what, opened where. */
export interface PhoneHabits {
  readonly offers: boolean;
  readonly measurement: boolean;
  readonly scansCart: boolean;
  readonly opensAtDoor: boolean;
  readonly erases: boolean;
}

export interface Need {
  readonly category: string;
  /** The product of the category that this shopper likes best for its price. */
  readonly sku: string;
  /** In (0, 1]. */
  readonly strength: number;
}

/** Draws a shopper, who comes in the mood of the weather. The same random stream gives the same shopper. */
export function drawShopper(
  id: string,
  { scenario, goods, random, mood }: { readonly scenario: Scenario; readonly goods: Goods; readonly random: Random; readonly mood: Mood },
): Shopper {
  const { shoppers, needs, habits } = scenario;
  const types = Object.keys(shoppers.types) as ShopperType[];
  const type = random.weighted(types, (name) => shoppers.types[name].weight) ?? 'persuadable';
  const priceSensitivity = random.normalWithin(shoppers.priceSensitivity, 0, 1);
  const wanted = 1 + random.poisson(needs.extraMean);
  const needed: Need[] = [];
  for (let n = 0; n < wanted; n += 1) {
    const category = random.weighted(goods.categories, (name) => needs.categoryWeights[name] ?? needs.otherWeight);
    const sku = category === undefined ? undefined : likedProduct(category, { scenario, goods, random, priceSensitivity });
    if (category === undefined || sku === undefined || needed.some((need) => need.sku === sku)) continue;
    needed.push({ category, sku, strength: random.normalWithin(needs.strength, 0.05, 1) });
  }
  const hasPhone = random.chance(shoppers.phoneShare);
  const phone: PhoneHabits = {
    offers: random.chance(shoppers.offersConsentShare),
    measurement: random.chance(shoppers.measurementConsentShare),
    scansCart: random.chance(shoppers.scanCartShare),
    opensAtDoor: random.chance(shoppers.openAtDoorShare),
    erases: random.chance(shoppers.eraseShare),
  };
  return {
    id,
    type,
    needs: needed,
    budgetCents: Math.round(random.logNormal(shoppers.budgetCents.median, shoppers.budgetCents.spread)),
    priceSensitivity,
    metresPerSecond: random.normalWithin(shoppers.walkMetresPerSecond, 0.2),
    patienceMs: Math.round(random.normalWithin(shoppers.patienceMinutes, 1) * 60_000 * mood.patience),
    impulseStops: random.poisson(needs.impulseStopsMean * mood.impulse),
    mood: mood.buy,
    zigzags: random.chance(habits.zigzagShare),
    wantsCart: random.chance(shoppers.cartTagShare),
    phone: hasPhone ? phone : undefined,
  };
}

/**
 * How a shopper stands to one product: the chance to buy it, and the roll of the dice that decides. The roll is fixed by shopper and product,
 * so the answers with and without an offer belong to the same person in the same mood: their difference is the offer's doing.
 * `needs` are those not yet met by another product.
 */
export function attitude(
  { shopper, needs, sku }: { readonly shopper: Shopper; readonly needs: readonly Need[]; readonly sku: string },
  { scenario, goods, seed }: { readonly scenario: Scenario; readonly goods: Goods; readonly seed: number },
): Attitude {
  const product = goods.product(sku);
  const strengths = needs
    .filter((need) => need.category === product.category)
    .map((need) => (need.sku === sku ? need.strength : need.strength * SUBSTITUTE));
  const demand: Demand = {
    type: shopper.type,
    need: Math.max(0, ...strengths),
    priceSensitivity: shopper.priceSensitivity,
    mood: shopper.mood,
    usualPriceCents: goods.usualPriceCents(product.category),
  };
  return { demand, chance: chanceToBuy(product, demand, scenario), roll: uniformOf(`${seed}/${shopper.id}/wants/${sku}`) };
}

export interface Attitude {
  readonly demand: Demand;
  /** Without any offer. */
  readonly chance: number;
  /** Buys when this is below the chance. */
  readonly roll: number;
}

/** A product of the right category that is not the favourite meets a need this well. */
const SUBSTITUTE = 0.8;

function likedProduct(
  category: string,
  {
    scenario,
    goods,
    random,
    priceSensitivity,
  }: { readonly scenario: Scenario; readonly goods: Goods; readonly random: Random; readonly priceSensitivity: number },
): string | undefined {
  const usual = Math.max(1, goods.usualPriceCents(category));
  const liked = random.weighted(goods.productsOf(category), (product) => {
    const popularity = Math.exp(scenario.needs.favourites * (2 * uniformOf(`${scenario.seed}/popular/${product.sku}`) - 1));
    return popularity * 2 ** (-priceSensitivity * (product.priceCents / usual - 1));
  });
  return liked?.sku;
}
