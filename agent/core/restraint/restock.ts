import { assignToVisit } from '../assign.ts';
import type { StepContext } from '../context.ts';
import type { Fixture } from '../store-map.ts';
import { takeForStaff } from './staff.ts';

/** Filling a shelf is believed to be this visit's work from this confidence on. */
const RESTOCK_CONFIDENCE = 0.7;
/** Who agreed to offers on a phone is a shopper until it filled shelves this often. */
const PHONE_RESTOCKS = 2;

/** A shelf was filled: who stood there alone works here. */
export function noteRestock(context: StepContext, fixture: Fixture): void {
  const { visit, confidence } = assignToVisit(context, { fixture: fixture.id, zone: fixture.zone });
  if (visit === undefined || confidence < RESTOCK_CONFIDENCE || visit.staff !== undefined) return;
  visit.restocks = (visit.restocks ?? 0) + 1;
  if (visit.origin === 'tag' || visit.restocks >= PHONE_RESTOCKS) takeForStaff(context, visit, 'restocking');
}
