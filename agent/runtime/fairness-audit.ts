import type { CompiledStore } from '../core/compiled-store.ts';
import type { Decision, Offer } from '../core/decision.ts';
import { AuditRows } from '../core/fairness/audit-row.ts';
import { type FairnessReport, fairnessReport } from '../core/fairness/report.ts';
import { DAY_MS, MINUTE_MS, type TimestampMs } from '../core/units.ts';

/** What the audit reads. */
export interface FairnessSources {
  /** Decisions since a time, oldest first, in pages. */
  readonly pages: (fromMs: TimestampMs) => {
    readonly isPartial: boolean;
    readonly pages: Iterable<readonly { readonly decision: Decision; readonly offer: Offer | undefined }[]>;
  };
  readonly store: () => CompiledStore | undefined;
  readonly nowMs: () => TimestampMs;
  /** Lets others go first between two pages. */
  readonly rest: () => Promise<void>;
}

/** A report is kept this long: it looks at days, and reading them is not free. */
const KEEP_MS = 10 * MINUTE_MS;

/** The audit of offers, made when somebody asks and in small pieces, so that no message waits for it. */
export class FairnessAudit {
  readonly #sources: FairnessSources;
  readonly #kept = new Map<number, { readonly atMs: TimestampMs; readonly report: Promise<FairnessReport> }>();

  constructor(sources: FairnessSources) {
    this.#sources = sources;
  }

  /** The report over the last days, at most ten minutes old. */
  report(days: number): Promise<FairnessReport> {
    const nowMs = this.#sources.nowMs();
    const kept = this.#kept.get(days);
    if (kept !== undefined && nowMs - kept.atMs < KEEP_MS) return kept.report;
    if (this.#kept.size >= 8) this.#kept.clear();
    const report = this.#make(days, nowMs);
    this.#kept.set(days, { atMs: nowMs, report });
    report.catch(() => this.#kept.delete(days));
    return report;
  }

  async #make(days: number, toMs: TimestampMs): Promise<FairnessReport> {
    const fromMs = toMs - days * DAY_MS;
    const store = this.#sources.store();
    const byAmount = new Set(store?.campaigns.filter(({ discount }) => discount.kind === 'amount').map(({ id }) => id));
    const rows = new AuditRows((campaign) => byAmount.has(campaign));
    const { isPartial, pages } = this.#sources.pages(fromMs);
    for (const page of pages) {
      for (const { decision, offer } of page) rows.add(decision, offer);
      await this.#sources.rest();
    }
    return fairnessReport(rows.rows(), { fromMs, toMs, isPartial });
  }
}
