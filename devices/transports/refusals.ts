/** Why something was turned away, or given less than it asked for. */
export type RefusalReason =
  | 'bad-client-id'
  | 'bad-credentials'
  | 'client-id-in-use'
  | 'connect-timeout'
  | 'keepalive-timeout'
  | 'not-authorised'
  | 'not-stored'
  | 'oversized'
  | 'paced'
  | 'protocol-error'
  | 'protocol-version'
  | 'retain-ignored'
  | 'retained-full'
  | 'slow-reader'
  | 'subscription-refused'
  | 'tls-failed'
  | 'too-deep'
  | 'too-many-connections'
  | 'too-many-subscriptions'
  | 'too-many-unanswered'
  | 'will-refused';

/** Counts refusals by reason since start. */
export class Refusals {
  readonly #counts = new Map<RefusalReason, number>();

  add(reason: RefusalReason): void {
    this.#counts.set(reason, (this.#counts.get(reason) ?? 0) + 1);
  }

  /** A copy, with only the reasons that occurred. */
  snapshot(): Readonly<Record<string, number>> {
    return Object.fromEntries(this.#counts);
  }
}

/** Ends a connection for a reason that has been counted already. */
export class RefusedError extends Error {
  readonly reason: RefusalReason | 'stopping';

  constructor(reason: RefusalReason | 'stopping') {
    super(`Cannot accept the message: ${reason}`);
    this.name = 'RefusedError';
    this.reason = reason;
  }
}
