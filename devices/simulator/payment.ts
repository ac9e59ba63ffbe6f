import type { PosSale } from '../../agent/core/reading.ts';
import type { TimestampMs } from '../../agent/core/units.ts';
import type { Basket } from './basket.ts';
import type { Turn } from './checkout.ts';
import type { Random } from './random.ts';
import type { Scenario } from './scenario.ts';
import type { OfferSeen } from './sim-event.ts';
import type { World } from './world.ts';

/** One shopper's turn at the till: codes are asked for when it starts, the sale is sent when it ends. */
export class Payment {
  readonly #world: World;
  readonly #who: Payer;
  readonly #habits: PaymentHabits;
  /** Codes that turned out worthless. */
  readonly #refused = new Set<string>();

  constructor(world: World, who: Payer, random: Random) {
    this.#world = world;
    this.#who = who;
    this.#habits = paymentHabits(world.scenario.checkout, random);
  }

  /** Joins the shortest queue and pays; `done` is called when the receipt is printed. */
  start(codes: readonly OfferSeen[], nowMs: TimestampMs, done: (atMs: TimestampMs, units: number) => void): void {
    const turn = this.#world.checkout.enqueue(this.#who.basket.units, nowMs);
    const { timeline } = this.#world;
    if (this.#habits.redeemsOverHttp) {
      timeline.at(turn.startsAtMs, () => {
        for (const { id, code } of codes) {
          timeline.emit({
            kind: 'redeem',
            atMs: turn.startsAtMs,
            till: turn.till,
            shopper: this.#who.shopper,
            offer: id,
            code,
            receipt: turn.receipt,
          });
        }
      });
    }
    timeline.at(turn.endsAtMs, () => {
      this.#pay(codes, turn);
      done(turn.endsAtMs, this.#who.basket.units);
    });
  }

  /** The agent refused a code of this receipt: its discount is not given. */
  refused(code: string): void {
    this.#refused.add(code);
  }

  #pay(codes: readonly OfferSeen[], turn: Turn): void {
    const good = codes.filter(({ code }) => !this.#refused.has(code));
    const lines = this.#who.basket.lines().map((line) => {
      const discount = good.find(({ sku }) => sku === line.sku)?.discountCents ?? 0;
      return { ...line, cents: Math.max(0, line.cents - discount) };
    });
    const link = this.#link();
    const sale: PosSale = {
      kind: 'pos.sale',
      receipt: turn.receipt,
      lines,
      codes: this.#habits.redeemsOverHttp ? [] : good.map(({ code }) => code),
      ...(link === undefined ? {} : { visit: link }),
    };
    this.#world.truth({
      atMs: turn.endsAtMs,
      kind: 'purchase',
      shopper: this.#who.shopper,
      till: turn.till,
      receipt: turn.receipt,
      lines,
      offers: good.map(({ id }) => id),
      paidCents: lines.reduce((sum, { cents }) => sum + cents, 0),
      wonByOffer: lines.map(({ sku }) => sku).filter((sku) => this.#who.wonByOffer.has(sku)),
    });
    this.#world.devices.send(turn.till, sale, turn.endsAtMs);
  }

  /** What tells the till whose basket this is: the page's own code, or the cart's tag. */
  #link(): string | undefined {
    const visit = this.#habits.showsVisit ? this.#who.visitCode() : undefined;
    return visit ?? (this.#habits.tillSeesTag ? this.#who.tag : undefined);
  }
}

/** Who pays, and for what. */
export interface Payer {
  readonly shopper: string;
  readonly basket: Basket;
  readonly tag: string | undefined;
  visitCode(): string | undefined;
  readonly wonByOffer: ReadonlySet<string>;
}

interface PaymentHabits {
  readonly redeemsOverHttp: boolean;
  readonly showsVisit: boolean;
  readonly tillSeesTag: boolean;
}

function paymentHabits(shares: Scenario['checkout'], random: Random): PaymentHabits {
  return {
    redeemsOverHttp: random.chance(shares.redeemOverHttpShare),
    showsVisit: random.chance(shares.showsVisitShare),
    tillSeesTag: random.chance(shares.seesTagShare),
  };
}
