import type { ReadingBody } from '../../agent/core/reading.ts';
import type { Entrance, PicturePoint } from './camera-place.ts';
import type { Person, Sighting } from './floor-people.ts';

/** A door counts again for the same person after this long: nobody comes in and goes out in less. */
const AGAIN_AFTER_MS = 1_000;
/** How far beyond its ends a line still counts, as a share of its length. */
const BEYOND = 0.12;
/** Feet are on a side when they are this far from the line: a share of the picture, or of the person's height where that is more. */
const CLEAR_OF_PICTURE = 0.012;
const CLEAR_OF_HEIGHT = 0.08;

interface Side {
  isInside: boolean;
  camera: string;
  at: PicturePoint;
  countedAtMs: number;
}

/** Counts who comes in and goes out over the lines of entrances: each person once, however their feet tremble on the line. */
export class EntranceWatch {
  /** By person, then by entrance. */
  readonly #sides = new Map<number, Map<string, Side>>();

  /** Takes where somebody is in a camera's picture. */
  at(
    person: Person,
    seen: { readonly camera: string; readonly sighting: Sighting; readonly entrances: readonly Entrance[]; readonly nowMs: number },
  ): readonly ReadingBody[] {
    return seen.entrances.flatMap((entrance): ReadingBody[] => {
      const { sighting, camera, nowMs } = seen;
      const clear = Math.max(CLEAR_OF_PICTURE, CLEAR_OF_HEIGHT * sighting.box.h);
      const offset = offsetOf(sighting.feet, entrance);
      if (Math.abs(offset) < clear) return [];
      const isInside = offset > 0;
      const sides = this.#sidesOf(person.id);
      const before = sides.get(entrance.id);
      const side = { isInside, camera, at: sighting.feet, countedAtMs: before?.countedAtMs ?? Number.NEGATIVE_INFINITY };
      if (before === undefined || before.isInside === isInside) {
        sides.set(entrance.id, side);
        return [];
      }
      const passed = before.camera !== camera || crosses([before.at, sighting.feet], entrance.line);
      if (!passed || nowMs - side.countedAtMs < AGAIN_AFTER_MS) {
        // Round the end of the line is not through the door; what trembles keeps the side that was counted.
        if (!passed) sides.set(entrance.id, side);
        return [];
      }
      sides.set(entrance.id, { ...side, countedAtMs: nowMs });
      const zone = entrance.zone === undefined ? {} : { zone: entrance.zone };
      return [{ kind: 'door.count', in: isInside ? 1 : 0, out: isInside ? 0 : 1, ...zone }];
    });
  }

  keep(people: ReadonlySet<number>): void {
    for (const id of this.#sides.keys()) if (!people.has(id)) this.#sides.delete(id);
  }

  #sidesOf(person: number): Map<string, Side> {
    const known = this.#sides.get(person);
    if (known !== undefined) return known;
    const sides = new Map<string, Side>();
    this.#sides.set(person, sides);
    return sides;
  }
}

/** Distance from the line, positive on its inner side. */
function offsetOf(point: PicturePoint, { line: [a, b], inside }: Entrance): number {
  const side = Math.sign(cross(a, b, inside));
  const length = Math.hypot(b.x - a.x, b.y - a.y);
  return length === 0 ? 0 : (side * cross(a, b, point)) / length;
}

function crosses([from, to]: readonly [PicturePoint, PicturePoint], [a, b]: Entrance['line']): boolean {
  const [first, second] = [cross(a, b, from), cross(a, b, to)];
  if (first === second) return false;
  const share = first / (first - second);
  const at = { x: from.x + share * (to.x - from.x), y: from.y + share * (to.y - from.y) };
  const along = ((at.x - a.x) * (b.x - a.x) + (at.y - a.y) * (b.y - a.y)) / ((b.x - a.x) ** 2 + (b.y - a.y) ** 2);
  return along >= -BEYOND && along <= 1 + BEYOND;
}

function cross(a: PicturePoint, b: PicturePoint, p: PicturePoint): number {
  return (b.x - a.x) * (p.y - a.y) - (b.y - a.y) * (p.x - a.x);
}
