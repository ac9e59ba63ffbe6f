import type { RowEffect } from '../core/effect.ts';
import type { VisitId } from '../core/ids.ts';
import { type AuditEntry, AuditTable } from './audit.ts';
import { ConsentsTable } from './consents.ts';
import { DecisionsTable } from './decisions.ts';
import { MinutesTable } from './minutes.ts';
import { OffersTable } from './offers.ts';
import { OutcomesTable } from './outcomes.ts';
import { PersonalData } from './personal.ts';
import { RedemptionsTable } from './redemptions.ts';
import { SalesTable } from './sales.ts';
import type { Sqlite } from './sqlite.ts';
import { VisitsTable } from './visits.ts';

/** Puts what the core recorded into the tables. */
export class RowWriter {
  readonly #visits: VisitsTable;
  readonly #consents: ConsentsTable;
  readonly #decisions: DecisionsTable;
  readonly #offers: OffersTable;
  readonly #redemptions: RedemptionsTable;
  readonly #sales: SalesTable;
  readonly #outcomes: OutcomesTable;
  readonly #minutes: MinutesTable;
  readonly #audit: AuditTable;
  readonly #personal: PersonalData;

  constructor(sqlite: Sqlite) {
    this.#visits = new VisitsTable(sqlite);
    this.#consents = new ConsentsTable(sqlite);
    this.#decisions = new DecisionsTable(sqlite);
    this.#offers = new OffersTable(sqlite);
    this.#redemptions = new RedemptionsTable(sqlite);
    this.#sales = new SalesTable(sqlite);
    this.#outcomes = new OutcomesTable(sqlite);
    this.#minutes = new MinutesTable(sqlite);
    this.#audit = new AuditTable(sqlite);
    this.#personal = new PersonalData(sqlite);
  }

  /** Receipts that were recorded before and therefore not again, since start. */
  get repeatedSales(): number {
    return this.#sales.repeated;
  }

  /** Writes rows in order; the caller has a transaction open. Returns the visits that were forgotten. */
  write(rows: readonly RowEffect[]): VisitId[] {
    const forgotten: VisitId[] = [];
    const audited: AuditEntry[] = [];
    for (const row of rows) {
      if (row.kind === 'row.forget') forgotten.push(row.visit);
      if (row.kind === 'row.audit') audited.push(row.entry);
      this.#writeOne(row);
    }
    // One hash for all entries of the turn.
    if (audited.length > 0) this.#audit.add(audited);
    return forgotten;
  }

  #writeOne(row: RowEffect): void {
    switch (row.kind) {
      case 'row.visit':
        return this.#visits.save(row.visit);
      case 'row.consent':
        return this.#consents.add(row.consent);
      case 'row.decision':
        return this.#decisions.add(row.decision);
      case 'row.offer':
        return this.#offers.add(row.offer);
      case 'row.offer-state':
        return this.#offers.changeState(row);
      case 'row.redemption':
        return this.#redemptions.add(row.redemption);
      case 'row.sale':
        return this.#sales.add(row.sale);
      case 'row.outcome':
        return this.#outcomes.add(row.outcome);
      case 'row.minute':
        return this.#minutes.save(row.minute);
      case 'row.forget':
        return this.#personal.erase(row.visit);
      case 'row.audit':
        return;
    }
  }
}
