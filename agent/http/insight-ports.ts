import type { Offer } from '../core/decision.ts';
import type { FairnessReport } from '../core/fairness/report.ts';
import type { Sku, VisitId } from '../core/ids.ts';
import type { TimestampMs } from '../core/units.ts';

/** What the HTTP side asks about reasons, journeys and fairness; compose-insight.ts supplies it. */
export interface InsightPorts {
  /** A decision's score taken apart and said in three sentences; undefined for a decision that is not kept. */
  explanation(decision: string): Promise<Explanation | undefined>;
  /** What the shopper did that spoke most for an offer, by the model; undefined where the offer's own sentence must do. */
  shopperAct(offer: Offer): OfferReason | undefined;
  /** Offer rates, reasons and discounts across groups, over the last days. */
  fairness(days: number): Promise<FairnessReport>;
  /** What is bought together with a product, or the strongest pairs of the store. */
  baskets(sku: Sku | undefined): BasketsView;
  /** What a visit may be told of beside offers, by what it took up itself. */
  suggestions(visit: VisitId): readonly SuggestedProduct[];
  /** Keyed hash of a loyalty number: the number itself is never stored. */
  memberKey(memberId: string): string;
  /** What is held about a visit beyond its rows: its place in memory and its member figures, as tables for the export. */
  recognitionOf(visit: VisitId): Readonly<Record<string, readonly unknown[]>>;
}

/** Three sentences for a manager, and the numbers behind them. */
export interface Explanation {
  readonly for: string;
  readonly against: string;
  readonly change: string;
  readonly method: 'trees' | 'rules' | 'groups' | 'none';
  /** How it was come by, as a sentence. */
  readonly how: string;
  /** Chance of a purchase before anything was known of the visit. */
  readonly baseIntent: number | undefined;
  /** What each piece of evidence added to the log-odds, strongest first. */
  readonly parts: readonly { readonly words: string; readonly share: number }[];
}

/** What an offer rests on, for the shop page to say in the shopper's language. */
export interface OfferReason {
  readonly kind: 'picked' | 'compared' | 'scanned' | 'tried' | 'returned' | 'looked' | 'followup' | 'together';
  readonly times: number;
}

export interface BasketsView {
  /** Receipts counted, older ones fading. */
  readonly receipts: number;
  readonly pairs: readonly {
    readonly sku: Sku;
    readonly withSku: Sku;
    /** How much likelier together than by chance. */
    readonly lift: number;
    readonly together: number;
  }[];
}

export interface SuggestedProduct {
  readonly sku: Sku;
  readonly name: string;
  /** The same price as on the shelf. */
  readonly priceCents: number;
  /** Product of the visit that it goes with. */
  readonly withName: string;
  readonly fixtureName: string | undefined;
}

/** When a report was made and over what. */
export interface ReportSpan {
  readonly fromMs: TimestampMs;
  readonly toMs: TimestampMs;
}
