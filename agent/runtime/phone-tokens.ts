import { createHmac } from 'node:crypto';
import type { VisitId } from '../core/ids.ts';
import { type DurationMs, MINUTE_MS, type TimestampMs } from '../core/units.ts';

/** How long one set of tokens is good for; phones change their radio address about three times as slowly. */
export const TOKEN_PERIOD_MS: DurationMs = 5 * MINUTE_MS;
/** Tokens of one period: an app may change to the next whenever it likes. */
export const TOKENS_A_PERIOD = 4;
/** A token is 16 bytes, which fits into one advertisement, and as the UUID of an iBeacon. */
export const TOKEN_BYTES = 16;
/** Digits of the first half of a token. */
const SHORT_LENGTH = TOKEN_BYTES;
/** The phone's clock may be wrong by this many periods. */
const SKEW_PERIODS = 1;
/** Visits that may broadcast at once; at the limit the one that began first is no longer heard, and is counted. */
const MOST_PHONES = 5_000;

/** What an app needs to broadcast: it derives the tokens itself, so that it can go on without a connection. */
export interface BroadcastGrant {
  /** 32 bytes in hexadecimal; good for this visit and no other. */
  readonly seed: string;
  readonly periodMs: DurationMs;
  readonly tokensPerPeriod: number;
  readonly tokenBytes: number;
}

/** The n-th token of a period: HMAC-SHA256 of `<period>.<n>` under the seed, cut to 16 bytes, in hexadecimal. */
export function phoneToken(seed: string, at: { readonly period: number; readonly n: number }): string {
  return createHmac('sha256', Buffer.from(seed, 'hex'))
    .update(`${at.period}.${at.n}`)
    .digest('hex')
    .slice(0, 2 * TOKEN_BYTES);
}

export interface PhoneTokensOptions {
  /** Seeds are made from it and from the visit, so that none has to be kept: with the visit its tokens mean nothing to anybody. */
  readonly key: Buffer;
  /** Whether a visit is open and lets its phone broadcast. */
  readonly isBroadcasting: (visit: VisitId) => boolean;
  /** All such visits, for the time after a start. */
  readonly broadcasting: () => Iterable<VisitId>;
  readonly onShed?: () => void;
}

/**
 * Recognises the rotating tokens of phones whose shoppers opted in: a table of the tokens of this period, the one before and the next, for the
 * visits that broadcast and for nobody else. A token that is not in it is a stranger's; nothing of it is remembered.
 */
export class PhoneTokens {
  readonly #options: PhoneTokensOptions;
  /** By the first half of the token, which is all that an Eddystone EID has room for. */
  readonly #visits = new Map<string, { readonly visit: VisitId; readonly token: string }>();
  /** Tokens in the table, by visit, oldest visit first. */
  readonly #tokens = new Map<VisitId, string[]>();
  #period: number | undefined;

  constructor(options: PhoneTokensOptions) {
    this.#options = options;
  }

  /** Tokens in the table. */
  get size(): number {
    return this.#visits.size;
  }

  /** Lets a visit's phone be recognised from now on; the same answer every time for the same visit. */
  grant(visit: VisitId, nowMs: TimestampMs): BroadcastGrant {
    this.#roll(nowMs);
    this.#add(visit);
    return { seed: this.#seedOf(visit), periodMs: TOKEN_PERIOD_MS, tokensPerPeriod: TOKENS_A_PERIOD, tokenBytes: TOKEN_BYTES };
  }

  /** The visit behind a token; undefined for a stranger's, for one out of its time, and when the visit has ended or no longer wants it. */
  visitOf(token: string, nowMs: TimestampMs): VisitId | undefined {
    this.#roll(nowMs);
    const heard = token.toLowerCase();
    const known = this.#visits.get(heard.slice(0, SHORT_LENGTH));
    if (known === undefined || (heard !== known.token && heard.length !== SHORT_LENGTH)) return undefined;
    const { visit } = known;
    if (this.#options.isBroadcasting(visit)) return visit;
    this.#remove(visit);
    return undefined;
  }

  /** A period later the oldest tokens give way to the next ones, and visits that have ended are gone; after a longer time all is made anew. */
  #roll(nowMs: TimestampMs): void {
    const period = Math.floor(nowMs / TOKEN_PERIOD_MS);
    if (period === this.#period) return;
    const isNext = this.#period !== undefined && period === this.#period + 1;
    this.#period = period;
    if (!isNext) {
      this.#visits.clear();
      this.#tokens.clear();
    }
    for (const [visit, tokens] of this.#tokens) {
      for (const token of tokens.splice(0, TOKENS_A_PERIOD)) this.#visits.delete(token.slice(0, SHORT_LENGTH));
      if (this.#options.isBroadcasting(visit)) this.#extend(visit, tokens, period + SKEW_PERIODS);
      else this.#remove(visit);
    }
    for (const visit of this.#options.broadcasting()) this.#add(visit);
  }

  #add(visit: VisitId): void {
    if (this.#period === undefined || this.#tokens.has(visit)) return;
    const tokens: string[] = [];
    for (let period = this.#period - SKEW_PERIODS; period <= this.#period + SKEW_PERIODS; period++) this.#extend(visit, tokens, period);
    this.#tokens.set(visit, tokens);
    if (this.#tokens.size <= MOST_PHONES) return;
    for (const oldest of this.#tokens.keys()) {
      this.#options.onShed?.();
      return this.#remove(oldest);
    }
  }

  #extend(visit: VisitId, tokens: string[], period: number): void {
    const seed = this.#seedOf(visit);
    for (let n = 0; n < TOKENS_A_PERIOD; n++) {
      const token = phoneToken(seed, { period, n });
      tokens.push(token);
      this.#visits.set(token.slice(0, SHORT_LENGTH), { visit, token });
    }
  }

  #remove(visit: VisitId): void {
    for (const token of this.#tokens.get(visit) ?? []) this.#visits.delete(token.slice(0, SHORT_LENGTH));
    this.#tokens.delete(visit);
  }

  #seedOf(visit: VisitId): string {
    return createHmac('sha256', this.#options.key).update(`broadcast.${visit}`).digest('hex');
  }
}
