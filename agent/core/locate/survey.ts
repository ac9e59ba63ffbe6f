import type { DeviceId, ZoneId } from '../ids.ts';
import type { Dbm, Metres, Probability, TimestampMs } from '../units.ts';
import { calibrate, type Stand, type SurveyFit } from './calibrate.ts';
import { type Floor, type FloorPlan, hasPlaces, layFloor } from './floor.ts';
import { fix, newTrail, noteSighting } from './follow.ts';
import { WINDOW_MS } from './heard.ts';
import { SCANNER_HEIGHT_M } from './radio.ts';
import { standParts } from './stand-parts.ts';

/** Share of the time a tag must be said to be in its zone for the zone to be worth having. */
export const WORTH_HAVING: Probability = 0.85;
/** Most times that everything is fitted anew to judge it. */
const MOST_FOLDS = 10;

/** Somebody standing in a zone with a tag, and what was heard of it, oldest first. */
export interface SurveyStand {
  readonly zone: ZoneId;
  readonly xM: Metres;
  readonly yM: Metres;
  readonly sightings: readonly { readonly atMs: TimestampMs; readonly scanner: DeviceId; readonly rssiDbm: Dbm }[];
}

/** What a survey found, and how far it can be trusted: everything but `fit` was judged on sightings that were left out of the fit. */
export interface SurveyReport {
  readonly fit: SurveyFit;
  /** `stands`: whole stands were left out. `parts`: a zone had only one, so parts of stands were; flattering, because the place was known. */
  readonly leftOut: 'stands' | 'parts';
  readonly zones: readonly ZoneId[];
  /** Row: where the tag was; column: where it was said to be, in the order of `zones`. Counts of 3 s windows. */
  readonly confusion: readonly (readonly number[])[];
  readonly rightShare: Probability;
  readonly meanErrorM: Metres;
  /** Side of the smallest square zone that is right in `WORTH_HAVING` of the time. */
  readonly smallestZoneM: Metres;
  /** Zones that are taken for each other too often to be told apart, worst first. */
  readonly alike: readonly { readonly zones: readonly [ZoneId, ZoneId]; readonly share: Probability }[];
}

/** Fits a store's radio to a survey and judges the fit by leaving out in turn. Undefined when the plan has fewer than three placed scanners, or nothing was heard. */
export function survey(plan: FloorPlan, stands: readonly SurveyStand[]): SurveyReport | undefined {
  const heard = stands.filter(({ sightings }) => sightings.length > 0);
  if (heard.length === 0 || !hasPlaces(plan)) return undefined;
  const hasPairs = heard.every((stand) => heard.some((other) => other !== stand && other.zone === stand.zone));
  const pieces = hasPairs ? heard.map((stand, fold) => ({ stand, fold: fold % MOST_FOLDS })) : heard.flatMap(standParts);
  const said = [...new Set(pieces.map(({ fold }) => fold))].flatMap((fold) => {
    const floor = layFloor(
      applyFit(
        plan,
        fitOf(
          plan,
          pieces.filter((piece) => piece.fold !== fold).map(({ stand }) => stand),
        ),
      ),
    );
    return pieces.filter((piece) => piece.fold === fold).flatMap(({ stand }) => judge(floor, stand));
  });
  const zones = plan.zones.map(({ id }) => id);
  const confusion = zones.map((zone) =>
    zones.map((other) => said.filter(({ stand, place }) => stand.zone === zone && place.zone === other).length),
  );
  const alongM = mean(said.flatMap(({ stand, place }) => [Math.abs(place.xM - stand.xM), Math.abs(place.yM - stand.yM)]));
  return {
    fit: fitOf(plan, heard),
    leftOut: hasPairs ? 'stands' : 'parts',
    zones,
    confusion,
    rightShare: said.length === 0 ? 0 : said.filter(({ stand, place }) => stand.zone === place.zone).length / said.length,
    meanErrorM: mean(said.map(({ stand, place }) => Math.hypot(place.xM - stand.xM, place.yM - stand.yM))),
    smallestZoneM: smallestZoneM(alongM),
    alike: alikeZones(zones, confusion),
  };
}

/** A plan with what a survey found put into it. */
export function applyFit(plan: FloorPlan, { calibration, offsetsDb }: SurveyFit): FloorPlan {
  return { ...plan, calibration, devices: plan.devices.map((device) => ({ ...device, offsetDb: offsetsDb.get(device.id) ?? 0 })) };
}

/**
 * Side of the smallest square zone in which a tag anywhere is placed rightly in `WORTH_HAVING` of the time, when it is placed `alongM`
 * off along each side on average: an error of e crosses one of the two borders for e out of every L metres.
 */
export function smallestZoneM(alongM: Metres): Metres {
  return alongM / (1 - Math.sqrt(WORTH_HAVING));
}

function fitOf(plan: FloorPlan, stands: readonly SurveyStand[]): SurveyFit {
  const scanners = plan.devices.flatMap(({ id, role, xM, yM, heightM }) =>
    role === 'scanner' && xM !== undefined && yM !== undefined ? [[id, { xM, yM, heightM: heightM ?? SCANNER_HEIGHT_M }] as const] : [],
  );
  return calibrate(
    stands.map(({ xM, yM, sightings }): Stand => {
      const heard = new Map<DeviceId, Dbm[]>();
      for (const { scanner, rssiDbm } of sightings) heard.set(scanner, [...(heard.get(scanner) ?? []), rssiDbm]);
      return { xM, yM, heard };
    }),
    new Map(scanners),
    plan.calibration?.tagHeightM,
  );
}

/** Every 3 s of a stand by themselves, as if the tag had just come. */
function judge(floor: Floor | undefined, stand: SurveyStand) {
  const windows = new Map<number, SurveyStand['sightings'][number][]>();
  for (const sighting of stand.sightings) {
    const window = Math.floor(sighting.atMs / WINDOW_MS);
    windows.set(window, [...(windows.get(window) ?? []), sighting]);
  }
  return [...windows].flatMap(([window, sightings]) => {
    const trail = newTrail(window * WINDOW_MS);
    for (const sighting of sightings) noteSighting(trail, sighting, sighting.atMs);
    const nowMs = (window + 1) * WINDOW_MS;
    if (floor === undefined) return [];
    fix(trail, floor, { nowMs, reluctance: { hysteresisDb: 0, settleMs: 0 }, isAwake: () => true });
    const { position, zone } = trail;
    return position === undefined ? [] : [{ stand, place: { xM: position.xM, yM: position.yM, zone: zone?.id } }];
  });
}

function alikeZones(zones: readonly ZoneId[], confusion: readonly (readonly number[])[]): SurveyReport['alike'] {
  const pairs = zones.flatMap((a, row) =>
    zones.slice(row + 1).map((b, offset) => {
      const column = row + 1 + offset;
      const mixed = confusion[row]![column]! + confusion[column]![row]!;
      const total = confusion[row]!.concat(confusion[column]!).reduce((sum, count) => sum + count, 0);
      return { zones: [a, b] as const, share: total === 0 ? 0 : mixed / total };
    }),
  );
  return pairs.filter(({ share }) => share > 1 - WORTH_HAVING).sort((a, b) => b.share - a.share);
}

function mean(values: readonly number[]): number {
  return values.length === 0 ? 0 : values.reduce((sum, value) => sum + value, 0) / values.length;
}
