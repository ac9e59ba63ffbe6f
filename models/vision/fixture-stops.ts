import type { PlanPoint } from '../../agent/core/cameras/floor-plane.ts';
import type { FixtureId } from '../../agent/core/ids.ts';
import type { ReadingBody, Seat } from '../../agent/core/reading.ts';
import type { Person } from './floor-people.ts';

/** A fixture as somebody on the floor can stand at it. */
export interface StandingFixture extends PlanPoint {
  readonly id: FixtureId;
}

/** Who is this near to a fixture for this long stands at it, and does until they are this much further away. */
const NEAR_M = 1.6;
const AWAY_M = 2.2;
const STAND_MS = 3_000;
/** A stop is said again this often, so that it is not taken for an old one. */
const REPEAT_MS = 15_000;
/** Seats are given out in turn: the same number comes again only after all others. */
const SEATS = 1_000;

interface Standing {
  seat: Seat | undefined;
  at: FixtureId | undefined;
  next: { readonly fixture: FixtureId; readonly sinceMs: number } | undefined;
  saidAtMs: number;
}

/** Who stands at which fixture, and the seat by which the store hears of them: given when there is something to say, free when they are gone. */
export class FixtureStops {
  readonly #fixtures: readonly StandingFixture[];
  readonly #standing = new Map<number, Standing>();
  #nextSeat: Seat;

  /** `firstSeat`: where to begin to count, so that seats of a former run are not mistaken for those of this one. */
  constructor(fixtures: readonly StandingFixture[], firstSeat: number) {
    this.#fixtures = fixtures;
    this.#nextSeat = Math.abs(Math.floor(firstSeat)) % SEATS;
  }

  /** Notes where on the plan somebody is. */
  at(person: Person, nowMs: number): readonly ReadingBody[] {
    const standing = this.#of(person.id);
    const current = this.#fixtures.find(({ id }) => id === standing.at);
    if (current !== undefined && away(current, person) <= AWAY_M) {
      standing.next = undefined;
      if (nowMs - standing.saidAtMs < REPEAT_MS) return [];
      return this.#say(standing, { fixture: current.id, active: true, nowMs });
    }
    const readings = current === undefined ? [] : this.#say(standing, { fixture: current.id, active: false, nowMs });
    standing.at = undefined;
    const nearest = this.#nearest(person);
    if (nearest === undefined) standing.next = undefined;
    else if (standing.next?.fixture !== nearest) standing.next = { fixture: nearest, sinceMs: nowMs };
    else if (nowMs - standing.next.sinceMs >= STAND_MS) {
      standing.at = nearest;
      standing.next = undefined;
      return [...readings, ...this.#say(standing, { fixture: nearest, active: true, nowMs })];
    }
    return readings;
  }

  /** The seat of somebody, given now if they have none. */
  seatOf(person: Person): Seat {
    const standing = this.#of(person.id);
    standing.seat ??= this.#nextSeat++ % SEATS;
    return standing.seat;
  }

  /** Frees the seat of somebody who is gone. */
  end(person: { readonly id: number }): readonly ReadingBody[] {
    const seat = this.#standing.get(person.id)?.seat;
    this.#standing.delete(person.id);
    return seat === undefined ? [] : [{ kind: 'stop', seat, active: false }];
  }

  /** Frees the seats of those who are nobody any more: two that turned out to be one. */
  keep(people: ReadonlySet<number>): readonly ReadingBody[] {
    return [...this.#standing.keys()].flatMap((id) => (people.has(id) ? [] : this.end({ id })));
  }

  #of(id: number): Standing {
    const known = this.#standing.get(id);
    if (known !== undefined) return known;
    const standing = { seat: undefined, at: undefined, next: undefined, saidAtMs: Number.NEGATIVE_INFINITY };
    this.#standing.set(id, standing);
    return standing;
  }

  #say(
    standing: Standing,
    what: { readonly fixture: FixtureId; readonly active: boolean; readonly nowMs: number },
  ): readonly ReadingBody[] {
    standing.seat ??= this.#nextSeat++ % SEATS;
    standing.saidAtMs = what.nowMs;
    return [{ kind: 'stop', seat: standing.seat, active: what.active, fixture: what.fixture }];
  }

  #nearest(person: Person): FixtureId | undefined {
    let best: { readonly id: FixtureId; readonly m: number } | undefined;
    for (const fixture of this.#fixtures) {
      const m = away(fixture, person);
      if (m <= NEAR_M && (best === undefined || m < best.m)) best = { id: fixture.id, m };
    }
    return best?.id;
  }
}

function away(fixture: StandingFixture, { x, y }: Person): number {
  return Math.hypot(fixture.xM - x, fixture.yM - y);
}
