import type { SaleLine } from '../../agent/core/reading.ts';
import type { Cents, TimestampMs } from '../../agent/core/units.ts';
import type { ShopperType } from './scenario.ts';

/** What really happened, beside what the devices said about it. One row is one line of a JSONL file; rows come in order of time. */
export type TruthRow = { readonly atMs: TimestampMs } & TruthFact;

export type TruthFact =
  | {
      readonly kind: 'arrived';
      readonly shopper: string;
      readonly type: ShopperType;
      readonly needs: readonly { readonly category: string; readonly sku: string; readonly strength: number }[];
      readonly budgetCents: Cents;
      readonly priceSensitivity: number;
      readonly phone: boolean;
      readonly offersConsent: boolean;
      readonly measurementConsent: boolean;
      readonly tag?: string;
    }
  /** Nobody came in: the store was full. */
  | { readonly kind: 'turned-away' }
  | { readonly kind: 'zone'; readonly shopper: string; readonly zone: string }
  | {
      readonly kind: 'stop';
      readonly shopper: string;
      readonly fixture: string;
      readonly reason: 'need' | 'impulse' | 'offer' | 'put-back';
    }
  | {
      readonly kind: 'pick' | 'return';
      readonly shopper: string;
      readonly fixture: string;
      readonly slot: string;
      readonly sku: string;
      readonly count: number;
      /** Units left in the slot. */
      readonly stock: number;
      /** Id of the sensor's event about it, where the sensor counts and was working. */
      readonly message?: string;
    }
  | { readonly kind: 'scan'; readonly shopper: string; readonly sku: string }
  | { readonly kind: 'offer'; readonly shopper: string; readonly offer: string; readonly sku: string; readonly discountCents: Cents }
  /** Decided about one product: bought without and with the offers seen so far? The two answers share one roll of the dice. */
  | {
      readonly kind: 'decision';
      readonly shopper: string;
      readonly sku: string;
      readonly needed: boolean;
      readonly chance: number;
      readonly chanceWithOffer: number;
      readonly offer?: string;
      readonly keeps: boolean;
      readonly wouldKeepWithoutOffer: boolean;
    }
  | {
      readonly kind: 'purchase';
      readonly shopper: string;
      readonly till: string;
      readonly receipt: string;
      readonly lines: readonly SaleLine[];
      readonly offers: readonly string[];
      readonly paidCents: Cents;
      /** Products in it that would not have been bought without an offer. */
      readonly wonByOffer: readonly string[];
    }
  | {
      readonly kind: 'restock';
      readonly fixture: string;
      readonly slot: string;
      readonly sku: string;
      readonly count: number;
      readonly stock: number;
    }
  | { readonly kind: 'left'; readonly shopper: string; readonly boughtUnits: number; readonly lostByOffer: readonly string[] };

/** Where truth goes while an engine runs. */
export type TruthSink = (row: TruthRow) => void;

/** One line of a JSONL file, newline included. */
export function truthLine(row: TruthRow): string {
  return `${JSON.stringify({ at: new Date(row.atMs).toISOString(), ...row })}\n`;
}
