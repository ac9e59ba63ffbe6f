import type { PlanPoint, ToFloor } from '../../agent/core/cameras/floor-plane.ts';
import type { ZoneId } from '../../agent/core/ids.ts';

/** A point of the picture, in [0, 1] from its top left corner. */
export interface PicturePoint {
  readonly x: number;
  readonly y: number;
}

/** Where the people in a camera's picture are: all in one zone, or wherever their feet stand on the plan. */
export type CameraPlace = (
  | { readonly kind: 'zone'; readonly zone: ZoneId }
  | {
      readonly kind: 'floor';
      readonly toFloor: ToFloor;
      readonly zones: readonly { readonly id: ZoneId; readonly outline: readonly PlanPoint[] }[];
    }
) & { readonly entrances?: readonly Entrance[]; readonly queues?: readonly QueueArea[] };

/** A line of the picture that people come in and go out over. */
export interface Entrance {
  /** The same name at two cameras is the same door: who passes it is counted once. */
  readonly id: string;
  readonly zone: ZoneId | undefined;
  readonly line: readonly [PicturePoint, PicturePoint];
  /** A point on the inner side. */
  readonly inside: PicturePoint;
}

/** A part of the picture in which people wait at a till. */
export interface QueueArea {
  readonly till: string;
  readonly area: readonly PicturePoint[];
}

/** Whether a point of the picture lies in an area of it (even-odd rule). */
export function isInArea({ x, y }: PicturePoint, area: readonly PicturePoint[]): boolean {
  let inside = false;
  for (const [i, a] of area.entries()) {
    const b = area.at(i - 1) ?? a;
    if (a.y > y !== b.y > y && x < ((b.x - a.x) * (y - a.y)) / (b.y - a.y) + a.x) inside = !inside;
  }
  return inside;
}
