import type { ZoneId } from '../../agent/core/ids.ts';
import type { ReadingBody } from '../../agent/core/reading.ts';
import type { Person } from './floor-people.ts';

/** Somebody must be in another zone this long before they count there: feet at a border are on both sides of it. */
const SETTLE_MS = 600;
/** Who passes through a zone faster than this did not stay in it. */
const MIN_STAY_MS = 1_000;

interface Stay {
  zone: ZoneId;
  sinceMs: number;
  /** Another zone, since when; it becomes the zone once they settle there. */
  next: { readonly zone: ZoneId; readonly sinceMs: number } | undefined;
}

/** In which zone everybody is, how long they stayed, and where they went. */
export class ZoneStays {
  readonly #stays = new Map<number, Stay>();

  /** Notes where somebody is now; `undefined` for a place of no zone, which ends no stay. */
  at(person: Person, now: { readonly zone: ZoneId | undefined; readonly nowMs: number }): readonly ReadingBody[] {
    const { zone, nowMs } = now;
    const stay = this.#stays.get(person.id);
    if (stay === undefined) {
      if (zone !== undefined) this.#stays.set(person.id, { zone, sinceMs: person.sinceMs, next: undefined });
      return [];
    }
    if (zone === undefined || zone === stay.zone) {
      stay.next = undefined;
      return [];
    }
    if (stay.next?.zone !== zone) {
      stay.next = { zone, sinceMs: nowMs };
      return [];
    }
    if (nowMs - stay.next.sinceMs < SETTLE_MS) return [];
    const { sinceMs } = stay.next;
    this.#stays.set(person.id, { zone, sinceMs, next: undefined });
    return [...stayed(stay, sinceMs), { kind: 'flow', from: stay.zone, to: zone, count: 1 }];
  }

  /** Ends the stay of somebody who is gone. */
  end(person: Person): readonly ReadingBody[] {
    const stay = this.#stays.get(person.id);
    this.#stays.delete(person.id);
    return stay === undefined ? [] : stayed(stay, person.seenAtMs);
  }

  /** The zone of somebody. */
  zoneOf(person: Person): ZoneId | undefined {
    return this.#stays.get(person.id)?.zone;
  }

  /** Forgets those who are nobody any more: two that turned out to be one. */
  keep(people: ReadonlySet<number>): void {
    for (const id of this.#stays.keys()) if (!people.has(id)) this.#stays.delete(id);
  }
}

function stayed(stay: Stay, untilMs: number): readonly ReadingBody[] {
  const ms = Math.round(untilMs - stay.sinceMs);
  return ms < MIN_STAY_MS ? [] : [{ kind: 'dwell', zone: stay.zone, ms: Math.min(ms, 86_400_000) }];
}
