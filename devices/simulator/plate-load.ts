import type { DurationMs, Grams, TimestampMs } from '../../agent/core/units.ts';

/** What a plate carries and what presses on it at one moment. */
export interface Load {
  /** Goods at rest; they also make the plate heavier to move. */
  readonly massGrams: Grams;
  /** Hands and impacts, as the grams that weigh the same. */
  readonly forceGrams: Grams;
}

/** Goods that leave or arrive over a short time: a hand takes over their weight, or lets go of it. */
export interface Shift {
  readonly atMs: TimestampMs;
  readonly overMs: DurationMs;
  /** Below 0: taken away. */
  readonly grams: Grams;
}

/** A force for a while; outside its time it is 0. */
export interface Contact {
  readonly fromMs: TimestampMs;
  readonly toMs: TimestampMs;
  force(atMs: TimestampMs): Grams;
}

/** The load of one plate over time: asked for in order of time, so that hours of it cost no more than what goes on. */
export class PlateLoad {
  readonly #shifts: readonly Shift[];
  readonly #contacts: readonly Contact[];
  #settledGrams: Grams;
  #nextShift = 0;
  #nextContact = 0;
  #active: Contact[] = [];

  constructor(initialGrams: Grams, shifts: readonly Shift[], contacts: readonly Contact[]) {
    this.#settledGrams = initialGrams;
    this.#shifts = [...shifts].sort((a, b) => a.atMs + a.overMs - (b.atMs + b.overMs));
    this.#contacts = [...contacts].sort((a, b) => a.fromMs - b.fromMs);
  }

  at(atMs: TimestampMs): Load {
    this.#forget(atMs);
    let massGrams = this.#settledGrams;
    for (let at = this.#nextShift; at < this.#shifts.length; at += 1) {
      const shift = this.#shifts[at];
      if (shift === undefined || shift.atMs - atMs > LOOK_AHEAD_MS) break;
      massGrams += shift.grams * smooth((atMs - shift.atMs) / shift.overMs);
    }
    let forceGrams = 0;
    for (const contact of this.#active) if (atMs >= contact.fromMs && atMs <= contact.toMs) forceGrams += contact.force(atMs);
    return { massGrams, forceGrams };
  }

  /** Whether nothing changes between two moments, the first being now. */
  isStill(fromMs: TimestampMs, toMs: TimestampMs): boolean {
    this.#forget(fromMs);
    if (this.#active.length > 0) return false;
    const contact = this.#contacts[this.#nextContact];
    if (contact !== undefined && contact.fromMs <= toMs) return false;
    for (let at = this.#nextShift; at < this.#shifts.length; at += 1) {
      const shift = this.#shifts[at];
      if (shift === undefined || shift.atMs - toMs > LOOK_AHEAD_MS) return true;
      if (shift.atMs <= toMs) return false;
    }
    return true;
  }

  #forget(atMs: TimestampMs): void {
    for (;;) {
      const shift = this.#shifts[this.#nextShift];
      if (shift === undefined || shift.atMs + shift.overMs > atMs) break;
      this.#settledGrams += shift.grams;
      this.#nextShift += 1;
    }
    for (;;) {
      const contact = this.#contacts[this.#nextContact];
      if (contact === undefined || contact.fromMs > atMs) break;
      this.#active.push(contact);
      this.#nextContact += 1;
    }
    if (this.#active.some(({ toMs }) => toMs < atMs)) this.#active = this.#active.filter(({ toMs }) => toMs >= atMs);
  }
}

/** Shifts are sorted by their end; none takes longer than this. */
const LOOK_AHEAD_MS = 5_000;

/** From 0 to 1 without a kink. */
function smooth(share: number): number {
  if (share <= 0) return 0;
  if (share >= 1) return 1;
  return (1 - Math.cos(Math.PI * share)) / 2;
}
