import type { TimestampMs } from '../../agent/core/units.ts';
import type { Shopper } from './shopper.ts';
import type { PhoneAction } from './sim-event.ts';
import type { World } from './world.ts';

/** The shopper's side of the store page: opened once, used, perhaps erased, closed. Says nothing for shoppers without a phone. */
export class PhonePage {
  readonly #world: World;
  readonly #shopper: Shopper;
  #state: 'unopened' | 'open' | 'closed' = 'unopened';
  #visit: string | undefined;

  constructor(world: World, shopper: Shopper) {
    this.#world = world;
    this.#shopper = shopper;
  }

  get isOpen(): boolean {
    return this.#state === 'open';
  }

  /** The agent's answer to opening the page. */
  opened(visit: string): void {
    this.#visit = visit;
  }

  /** What the shopper lets the till read off the page, if the page is known to the agent and measurement was agreed to. */
  get visitCode(): string | undefined {
    return this.isOpen && this.#shopper.phone?.measurement ? this.#visit : undefined;
  }

  /** At the door with the cart's code or none, or at a fixture by the fixture's code. Does nothing the second time. */
  open(by: { readonly tag: string | undefined; readonly fixture: string | undefined }, nowMs: TimestampMs): void {
    const { phone } = this.#shopper;
    if (phone === undefined || this.#state !== 'unopened') return;
    this.#state = 'open';
    const tag = phone.scansCart ? by.tag : undefined;
    this.#does(
      {
        action: 'open',
        consents: { offers: phone.offers, measurement: phone.measurement },
        ...(by.fixture === undefined ? {} : { at: by.fixture }),
        ...(tag === undefined ? {} : { tag }),
      },
      nowMs,
    );
  }

  receipt(offer: string, state: 'shown' | 'dismissed' | 'saved', nowMs: TimestampMs): void {
    this.#does({ action: 'receipt', offer, state }, nowMs);
  }

  place(fixture: string, nowMs: TimestampMs): void {
    this.#does({ action: 'place', at: fixture }, nowMs);
  }

  scan(sku: string, nowMs: TimestampMs): void {
    if (!this.isOpen) return;
    this.#world.truth({ atMs: nowMs, kind: 'scan', shopper: this.#shopper.id, sku });
    this.#does({ action: 'scan', sku }, nowMs);
  }

  close(nowMs: TimestampMs): void {
    if (this.#shopper.phone?.erases) this.#does({ action: 'erase' }, nowMs);
    this.#does({ action: 'close' }, nowMs);
    this.#state = 'closed';
  }

  #does(action: PhoneAction, nowMs: TimestampMs): void {
    if (this.isOpen) this.#world.timeline.emit({ kind: 'phone', atMs: nowMs, shopper: this.#shopper.id, ...action });
  }
}
