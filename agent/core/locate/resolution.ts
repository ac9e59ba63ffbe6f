import type { ZoneId } from '../ids.ts';
import type { StoreMap, Zone } from '../store-map.ts';
import type { Metres, Probability } from '../units.ts';
import { areaM2 } from './outline.ts';

/** Borders closer than this are one border. */
const TOUCH_M: Metres = 0.6;
/** Borders are compared at points this far apart. */
const SAMPLE_M: Metres = 0.25;

/** A visit that is known only by radio, in one of several zones that the scanners cannot tell apart. */
export interface ZoneGroup {
  /** All zones of the group, in the order of the plan; a zone that is told apart from all others is alone. */
  readonly zones: readonly ZoneId[];
}

/**
 * Zones that count as one for tags: those that a survey found alike, and those smaller than what the scanners can tell apart, each joined to the
 * neighbour with which it shares the longest border until the group is large enough. Without a survey every zone is believed.
 */
export function zoneGroups(map: Pick<StoreMap, 'zones' | 'calibration'>): ReadonlyMap<ZoneId, ZoneGroup> {
  const { zones, calibration } = map;
  const groupOf = new Map(zones.map((zone) => [zone.id, [zone]]));
  const join = (a: ZoneId, b: ZoneId) => {
    const [one, other] = [groupOf.get(a), groupOf.get(b)];
    if (one === undefined || other === undefined || one === other) return;
    const both = zones.filter((zone) => one.includes(zone) || other.includes(zone));
    for (const { id } of both) groupOf.set(id, both);
  };
  for (const [a, b] of calibration?.alike ?? []) join(a, b);
  const smallestM = calibration?.smallestZoneM ?? 0;
  for (const zone of [...zones].sort((a, b) => areaM2(a.outline) - areaM2(b.outline))) {
    for (;;) {
      const group = groupOf.get(zone.id) ?? [zone];
      if (Math.sqrt(group.reduce((sum, { outline }) => sum + areaM2(outline), 0)) >= smallestM) break;
      const nearest = longestNeighbour(group, zones);
      if (nearest === undefined) break;
      join(zone.id, nearest.id);
    }
  }
  return new Map([...groupOf].map(([id, group]) => [id, { zones: group.map((zone) => zone.id) }]));
}

/** How sure it is that a visit is in one of a group's zones in particular: all that is known is shared among them. */
export function shareOf(group: ZoneGroup | undefined, confidence: Probability): Probability {
  return confidence / Math.max(1, group?.zones.length ?? 1);
}

function longestNeighbour(group: readonly Zone[], zones: readonly Zone[]): Zone | undefined {
  let best: Zone | undefined;
  let longestM = 0;
  for (const zone of zones) {
    if (group.includes(zone)) continue;
    const sharedM = group.reduce((sum, own) => sum + sharedBorderM(own, zone), 0);
    if (sharedM <= longestM) continue;
    best = zone;
    longestM = sharedM;
  }
  return best;
}

/** Length of the border of one zone that runs along another. */
function sharedBorderM(zone: Zone, other: Zone): Metres {
  let sharedM = 0;
  for (const [index, from] of zone.outline.entries()) {
    const to = zone.outline[(index + 1) % zone.outline.length]!;
    const lengthM = Math.hypot(to.xM - from.xM, to.yM - from.yM);
    const steps = Math.max(1, Math.ceil(lengthM / SAMPLE_M));
    for (let step = 0; step < steps; step++) {
      const share = (step + 0.5) / steps;
      const at = { xM: from.xM + share * (to.xM - from.xM), yM: from.yM + share * (to.yM - from.yM) };
      if (distanceToBorderM(other, at) <= TOUCH_M) sharedM += lengthM / steps;
    }
  }
  return sharedM;
}

function distanceToBorderM({ outline }: Zone, at: { readonly xM: Metres; readonly yM: Metres }): Metres {
  let nearestM = Number.POSITIVE_INFINITY;
  for (const [index, from] of outline.entries()) {
    const to = outline[(index + 1) % outline.length]!;
    const [dx, dy] = [to.xM - from.xM, to.yM - from.yM];
    const along = ((at.xM - from.xM) * dx + (at.yM - from.yM) * dy) / Math.max(1e-9, dx * dx + dy * dy);
    const share = Math.min(1, Math.max(0, along));
    nearestM = Math.min(nearestM, Math.hypot(from.xM + share * dx - at.xM, from.yM + share * dy - at.yM));
  }
  return nearestM;
}
