import type { VisitId } from './ids.ts';
import type { TimestampMs } from './units.ts';
import type { ConsentPurpose, Visit } from './visit.ts';

declare const consentBrand: unique symbol;

/** Proof that a visit agreed to a purpose and that the agreement still holds. Only `consentFor` can make one. */
export interface Consent<P extends ConsentPurpose> {
  readonly [consentBrand]: P;
  readonly visit: VisitId;
  readonly purpose: P;
  readonly untilMs: TimestampMs;
}

export type OffersConsent = Consent<'offers'>;

/**
 * The visit's consent for a purpose, or `undefined` when it was never given, was withdrawn, or has run out at `nowMs`.
 * Delivery takes the returned type, so an offer without consent does not compile.
 */
export function consentFor<P extends ConsentPurpose>(visit: Readonly<Visit>, purpose: P, nowMs: TimestampMs): Consent<P> | undefined {
  const given = visit.consents.get(purpose);
  if (given === undefined || given.untilMs <= nowMs) return undefined;
  // The brand exists only in the type system; this is the one place that may claim it.
  return { visit: visit.id, purpose, untilMs: given.untilMs } as Consent<P>;
}
