import type { CompiledStore } from '../core/compiled-store.ts';
import type { RowEffect } from '../core/effect.ts';
import type { StoreOverview } from '../core/overview.ts';
import type { TimestampMs } from '../core/units.ts';
import { HOLD_SENTENCES } from './overview.ts';

const MAX_RECENT = 30;
const MINUTES_SHOWN = 60;
const MINUTE_MS = 60_000;

interface MinutePoint {
  visits: number;
  offers: number;
  redeemed: number;
}

/** Keeps the last happenings in plain words and the last hour minute by minute, for the manager page; both are lost at a restart, on purpose. */
export class Recent {
  #events: { readonly atMs: TimestampMs; readonly sentence: string }[] = [];
  readonly #minutes = new Map<TimestampMs, MinutePoint>();
  readonly #sinceMs: TimestampMs;

  /** `sinceMs` is when the agent began to listen: nothing is known of the minutes before. */
  constructor(sinceMs: TimestampMs) {
    this.#sinceMs = sinceMs;
  }

  /** Notes what a committed row says, if it is worth a sentence. */
  note(row: RowEffect, store: CompiledStore, nowMs: TimestampMs): void {
    switch (row.kind) {
      case 'row.visit':
        if (row.visit.closedAtMs !== undefined) return;
        this.#minute(nowMs).visits++;
        return this.#add(nowMs, row.visit.origin === 'phone' ? 'A shopper opened the store page' : 'A cart started moving');
      case 'row.offer':
        this.#minute(nowMs).offers++;
        return this.#add(nowMs, `Offer made: ${row.offer.productName} (${placeOf(store, row.offer.sku)})`);
      case 'row.decision': {
        if (row.decision.kind === 'offer' || row.decision.reason === 'no-consent') return;
        const product = store.products.get(row.decision.sku ?? '')?.name ?? 'a product';
        return this.#add(
          nowMs,
          `No offer for ${product}: ${HOLD_SENTENCES[row.decision.reason as keyof typeof HOLD_SENTENCES].toLowerCase()}`,
        );
      }
      case 'row.redemption':
        this.#minute(nowMs).redeemed++;
        return this.#add(nowMs, `Offer redeemed at ${row.redemption.till}`);
      case 'row.sale':
        return this.#add(
          nowMs,
          `Sale at ${row.sale.till}: ${row.sale.lines.length} ${row.sale.lines.length === 1 ? 'product' : 'products'}`,
        );
      case 'row.forget':
        return this.#add(nowMs, 'A shopper erased their data');
      case 'row.audit':
      case 'row.consent':
      case 'row.offer-state':
      case 'row.outcome':
      case 'row.minute':
        return;
    }
  }

  /** Newest first. */
  events(): StoreOverview['recent'] {
    return this.#events;
  }

  /** One point for each of the last 60 minutes, empty ones included; after a start those since then, two at least so that there is a line. */
  series(nowMs: TimestampMs): StoreOverview['series'] {
    const last = nowMs - (nowMs % MINUTE_MS);
    const known = Math.ceil((last - (this.#sinceMs - (this.#sinceMs % MINUTE_MS))) / MINUTE_MS) + 1;
    const shown = Math.min(MINUTES_SHOWN, Math.max(2, known));
    const startMs = Array.from({ length: shown }, (_, index) => last - (shown - 1 - index) * MINUTE_MS);
    for (const old of this.#minutes.keys()) if (old < (startMs[0] ?? 0)) this.#minutes.delete(old);
    const points = startMs.map((start) => this.#minutes.get(start) ?? { visits: 0, offers: 0, redeemed: 0 });
    return {
      startMs,
      visits: points.map(({ visits }) => visits),
      offers: points.map(({ offers }) => offers),
      redeemed: points.map(({ redeemed }) => redeemed),
    };
  }

  #minute(nowMs: TimestampMs): MinutePoint {
    const startMs = nowMs - (nowMs % MINUTE_MS);
    let point = this.#minutes.get(startMs);
    if (point === undefined) {
      point = { visits: 0, offers: 0, redeemed: 0 };
      this.#minutes.set(startMs, point);
    }
    return point;
  }

  #add(atMs: TimestampMs, sentence: string): void {
    this.#events = [{ atMs, sentence }, ...this.#events.slice(0, MAX_RECENT - 1)];
  }
}

function placeOf(store: CompiledStore, sku: string): string {
  const slot = store.map.slots.find((one) => one.sku === sku);
  return slot === undefined ? 'no shelf' : (store.fixtures.get(slot.fixture)?.name ?? slot.fixture);
}
