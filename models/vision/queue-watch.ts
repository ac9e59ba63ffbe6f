import type { ReadingBody } from '../../agent/core/reading.ts';
import type { Person, Sighting } from './floor-people.ts';

/** Who stands in the area this long waits; who only passes through does not. */
const JOIN_AFTER_MS = 3_000;
/** Faster than this, in their own heights a second, is walking. */
const WALKING_HEIGHTS = 0.35;
/** Outside of the area for this long is gone: somebody stepped aside. */
const LEAVE_AFTER_MS = 2_000;
/** Fewest and most time that is believed to go by between two who are served, and what is believed before anybody was. */
const SERVICE_MS = { least: 5_000, most: 300_000, first: 45_000 } as const;
/** How much the newest service counts. */
const SERVICE_GAIN = 0.3;
/** An unchanged length is said again this often; a changed one once it has held this long. */
const REPEAT_MS = 10_000;
const SETTLE_MS = 1_500;

interface Waiting {
  sinceMs: number;
  inAtMs: number;
  /** Where they were last seen to stand, and since when. */
  anchor: { x: number; y: number; atMs: number };
  joined: boolean;
}

/** The queue at one till: who stands in its area, how long those who left had waited, and how long somebody who joins now would. */
export class QueueWatch {
  readonly #till: string;
  readonly #waiting = new Map<number, Waiting>();
  #serviceMs: number = SERVICE_MS.first;
  #served = 0;
  #servedAtMs: number | undefined;
  #left = 0;
  #leftMs = 0;
  #said = { length: -1, atMs: Number.NEGATIVE_INFINITY };
  #changedAtMs: number | undefined;

  constructor(till: string) {
    this.#till = till;
  }

  /** Notes that somebody is in the area. */
  in(person: Person, { sighting, nowMs }: { readonly sighting: Sighting; readonly nowMs: number }): void {
    const { feet, box } = sighting;
    const known = this.#waiting.get(person.id);
    if (known === undefined) {
      this.#waiting.set(person.id, { sinceMs: nowMs, inAtMs: nowMs, anchor: { ...feet, atMs: nowMs }, joined: false });
      return;
    }
    known.inAtMs = nowMs;
    if (known.joined) return;
    const seconds = (nowMs - known.anchor.atMs) / 1_000;
    if (seconds >= 1) {
      const speed = Math.hypot(feet.x - known.anchor.x, feet.y - known.anchor.y) / (seconds * Math.max(0.05, box.h));
      if (speed > WALKING_HEIGHTS) known.sinceMs = nowMs;
      known.anchor = { ...feet, atMs: nowMs };
    }
    known.joined = nowMs - known.sinceMs >= JOIN_AFTER_MS;
  }

  /** Says how the queue is, when that changed or was not said for a while. */
  report(nowMs: number): readonly ReadingBody[] {
    for (const [id, waiting] of this.#waiting) {
      if (nowMs - waiting.inAtMs <= (waiting.joined ? LEAVE_AFTER_MS : 500)) continue;
      this.#waiting.delete(id);
      if (waiting.joined) this.#leave(waiting);
    }
    const length = this.length;
    if (length === 0) this.#servedAtMs = undefined;
    if (length === this.#said.length && this.#left === 0) this.#changedAtMs = undefined;
    else this.#changedAtMs ??= nowMs;
    const isSettled = this.#changedAtMs !== undefined && nowMs - this.#changedAtMs >= SETTLE_MS;
    if (this.#said.length >= 0 && !isSettled && nowMs - this.#said.atMs < REPEAT_MS) return [];
    const left = this.#left === 0 ? {} : { left: this.#left, leftMs: Math.round(this.#leftMs) };
    this.#said = { length, atMs: nowMs };
    this.#changedAtMs = undefined;
    this.#left = 0;
    this.#leftMs = 0;
    return [{ kind: 'queue', till: this.#till, length, waitMs: Math.round(length * this.#serviceMs), ...left }];
  }

  /** People who wait now. */
  get length(): number {
    let length = 0;
    for (const { joined } of this.#waiting.values()) if (joined) length += 1;
    return length;
  }

  /** Forgets everybody, and that anything was said. */
  forget(): void {
    this.#waiting.clear();
    this.#said = { length: -1, atMs: Number.NEGATIVE_INFINITY };
  }

  keep(people: ReadonlySet<number>, nowMs: number): void {
    // Two that turned out to be one leave no queue: they are dropped without having waited.
    for (const [id, waiting] of this.#waiting) if (!people.has(id) && nowMs - waiting.inAtMs < LEAVE_AFTER_MS / 2) this.#waiting.delete(id);
  }

  #leave({ sinceMs, inAtMs }: Waiting): void {
    const waitedMs = inAtMs - sinceMs;
    this.#left += 1;
    this.#leftMs += waitedMs;
    // While others wait, who leaves was served, and the time since the one before is what serving one takes.
    const tookMs = this.#servedAtMs === undefined ? waitedMs : inAtMs - this.#servedAtMs;
    this.#servedAtMs = inAtMs;
    if (tookMs < SERVICE_MS.least) return;
    this.#served += 1;
    this.#serviceMs += Math.max(SERVICE_GAIN, 1 / this.#served) * (Math.min(SERVICE_MS.most, tookMs) - this.#serviceMs);
  }
}
