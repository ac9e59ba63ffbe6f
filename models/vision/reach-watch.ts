import type { SeenReach } from './floor-watch.ts';
import type { Track } from './tracker.ts';
import type { ReachSign } from './wire.ts';

/** A hand this sure of itself counts, 0 to 1. */
const HAND = 0.15;
/** This much of a forearm counts as a change. */
const CHANGE = 0.5;
/** Of so many looks, so many must show it. */
const LOOKS = 3;
const NEEDED = 2;
/** A reach that is seen no more is over after this. */
const END_MS = 600;
/** Who goes by does not reach: how far somebody who stands moves within this time, in their widths sideways and their heights to and fro. */
const STAND_MS = 600;
const STAND_SIDE = 0.25;
const STAND_FEET = 0.12;
/** Nearer to the picture's edge than this, a side is cut off. */
const EDGE = 0.01;

interface Look {
  readonly atMs: number;
  readonly hand: number;
  readonly change: number;
}

interface Case {
  readonly track: string;
  readonly shelf: number;
  looks: Look[];
  isActive: boolean;
  signAtMs: number;
  lookedAtMs: number;
}

/** Turns signs of single pictures into reaches that begin and end: two of three looks must show one, and nobody reaches while walking by. */
export class ReachWatch {
  readonly #fixtures: readonly string[];
  readonly #cases = new Map<string, Case>();
  readonly #ways = new Map<string, { readonly left: number; readonly right: number; readonly bottom: number; readonly atMs: number }[]>();

  /** Fixtures of the shelves, in the order in which their outlines are given to the process that looks. */
  constructor(fixtures: readonly string[]) {
    this.#fixtures = fixtures;
  }

  /** Takes the signs of one picture beside the tracks of the same picture. */
  update(
    signs: readonly ReachSign[],
    { tracks, nowMs }: { readonly tracks: readonly Track[]; readonly nowMs: number },
  ): readonly SeenReach[] {
    if (this.#fixtures.length === 0) return [];
    this.#follow(tracks, nowMs);
    const here = new Map(tracks.map((track) => [track.id, track]));
    const reaches: SeenReach[] = [];
    for (const sign of signs) {
      const track = here.get(sign.track);
      const fixture = this.#fixtures[sign.shelf];
      if (track === undefined || fixture === undefined) continue;
      const alone = signs.every(({ track: other, shelf }) => other === sign.track || shelf !== sign.shelf);
      reaches.push(...this.#look(sign, { fixture, nowMs, isStanding: this.#isStanding(track, nowMs), isAlone: alone }));
    }
    for (const [key, open] of this.#cases) {
      const patienceMs = Math.max(END_MS, 2.2 * (nowMs - open.lookedAtMs));
      if (here.has(open.track) && nowMs - open.signAtMs <= patienceMs && nowMs - open.lookedAtMs < 2_000) continue;
      if (open.isActive) reaches.push(this.#say(open, false));
      if (!here.has(open.track) || nowMs - open.lookedAtMs > 2_000) this.#cases.delete(key);
      else Object.assign(open, { isActive: false, looks: [] });
    }
    return reaches;
  }

  /** Ends every reach: the picture is not to be believed. */
  forget(): readonly SeenReach[] {
    const ended = [...this.#cases.values()].filter(({ isActive }) => isActive).map((open) => this.#say(open, false));
    this.#cases.clear();
    this.#ways.clear();
    return ended;
  }

  #look(
    sign: ReachSign,
    about: { readonly fixture: string; readonly nowMs: number; readonly isStanding: boolean; readonly isAlone: boolean },
  ): readonly SeenReach[] {
    const key = `${sign.track}/${sign.shelf}`;
    const open: Case = this.#cases.get(key) ?? {
      track: sign.track,
      shelf: sign.shelf,
      looks: [],
      isActive: false,
      signAtMs: Number.NEGATIVE_INFINITY,
      lookedAtMs: about.nowMs,
    };
    this.#cases.set(key, open);
    open.lookedAtMs = about.nowMs;
    const hand = (sign.hand ?? 0) >= HAND ? (sign.hand ?? 0) : 0;
    // Of two people at one shelf a change may be anybody's, unless a hand says whose.
    const change = sign.change >= CHANGE && (about.isAlone || hand > 0) ? sign.change : 0;
    const isSign = (hand > 0 || change > 0) && (open.isActive || about.isStanding);
    open.looks = [...open.looks, { atMs: about.nowMs, hand: isSign ? hand : 0, change: isSign ? change : 0 }].slice(-LOOKS);
    if (isSign) open.signAtMs = about.nowMs;
    if (open.isActive || open.looks.filter((look) => look.hand > 0 || look.change > 0).length < NEEDED) return [];
    open.isActive = true;
    return [this.#say(open, true)];
  }

  #say(open: Case, active: boolean): SeenReach {
    const hand = Math.max(0, ...open.looks.map((look) => look.hand));
    const change = Math.max(0, ...open.looks.map((look) => look.change));
    const byHand = hand === 0 ? 0 : Math.min(0.95, 0.45 + hand);
    const byChange = change === 0 ? 0 : 0.25 + 0.45 * change;
    return {
      active,
      track: open.track,
      fixture: this.#fixtures[open.shelf] ?? '',
      confidence: Math.round(100 * (1 - (1 - byHand) * (1 - byChange))) / 100,
      basis: change === 0 ? 'hand' : hand === 0 ? 'change' : 'both',
    };
  }

  #follow(tracks: readonly Track[], nowMs: number): void {
    const here = new Set(tracks.map(({ id }) => id));
    for (const id of this.#ways.keys()) if (!here.has(id)) this.#ways.delete(id);
    for (const { id, box } of tracks) {
      const way = (this.#ways.get(id) ?? []).filter(({ atMs }) => nowMs - atMs <= 2 * STAND_MS);
      this.#ways.set(id, [...way, { left: box.x, right: box.x + box.w, bottom: box.y + box.h, atMs: nowMs }]);
    }
  }

  /** Both sides of somebody who walks move; whose arm goes out has one side that stays. */
  #isStanding({ id, box }: Track, nowMs: number): boolean {
    const way = this.#ways.get(id) ?? [];
    const before = way.findLast(({ atMs }) => nowMs - atMs >= STAND_MS) ?? way[0];
    if (before === undefined || nowMs - before.atMs < STAND_MS / 2) return false;
    const perStand = STAND_MS / Math.max(STAND_MS / 2, nowMs - before.atMs);
    const left = Math.abs(box.x - before.left);
    const right = Math.abs(box.x + box.w - before.right);
    // A side at the picture's edge stays where it is whoever moves.
    const sides = [
      ...(box.x > EDGE && before.left > EDGE ? [left] : []),
      ...(box.x + box.w < 1 - EDGE && before.right < 1 - EDGE ? [right] : []),
    ];
    const sideways = sides.length === 0 ? 0 : Math.min(...sides) / box.w;
    const feet = Math.abs(box.y + box.h - before.bottom) / box.h;
    return sideways * perStand < STAND_SIDE && feet * perStand < STAND_FEET;
  }
}
