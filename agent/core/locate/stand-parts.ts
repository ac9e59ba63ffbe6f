import type { TimestampMs } from '../units.ts';

/** Parts that a stand is cut into where a zone or a side has only one. */
const PARTS = 3;

/** Cuts a stand into parts by time, so that each can be left out; its sightings stand oldest first, and parts with none are left away. */
export function standParts<S extends { readonly sightings: readonly { readonly atMs: TimestampMs }[] }>(
  stand: S,
): readonly { readonly stand: S; readonly fold: number }[] {
  const fromMs = stand.sightings[0]?.atMs ?? 0;
  const lengthMs = (stand.sightings.at(-1)?.atMs ?? 0) - fromMs + 1;
  return Array.from({ length: PARTS }, (_, fold) => ({
    fold,
    stand: { ...stand, sightings: stand.sightings.filter(({ atMs }) => Math.floor((PARTS * (atMs - fromMs)) / lengthMs) === fold) },
  })).filter((part) => part.stand.sightings.length > 0);
}
