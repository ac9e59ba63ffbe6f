import type { VisitView } from './ports.ts';

/**
 * Who may call a route. Every route names one; there is no default.
 * `shopper`: the bearer token of a live visit. `shopper-or-anyone`: the same, or no Authorization header at all.
 * `till`: a till key. `viewer`, `manager`, `admin`: a session of that role or a higher one. `monitoring`: see `HttpSettings.metrics`.
 */
export type Policy = 'public' | 'shopper' | 'shopper-or-anyone' | 'till' | 'viewer' | 'manager' | 'admin' | 'monitoring';

export type Role = 'viewer' | 'manager' | 'admin';

export interface Anyone {
  readonly kind: 'anyone';
}

export interface Shopper {
  readonly kind: 'shopper';
  readonly visit: VisitView;
  readonly tokenHash: string;
}

export interface Till {
  readonly kind: 'till';
  readonly name: string;
}

export interface SignedIn {
  readonly kind: 'signed-in';
  readonly name: string;
  readonly role: Role;
  /** Hash of the session id. */
  readonly session: string;
}

export type Caller = Anyone | Shopper | Till | SignedIn;

/** What a handler knows about its caller, by the policy of its route. */
export interface CallerByPolicy {
  public: Anyone;
  shopper: Shopper;
  'shopper-or-anyone': Shopper | Anyone;
  till: Till;
  viewer: SignedIn;
  manager: SignedIn;
  admin: SignedIn;
  monitoring: Anyone;
}

const RANK: Readonly<Record<Role, number>> = { viewer: 1, manager: 2, admin: 3 };

/** Whether a role includes another. */
export function includesRole(role: Role, needed: Role): boolean {
  return RANK[role] >= RANK[needed];
}
