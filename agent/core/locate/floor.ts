import type { DeviceId, ZoneId } from '../ids.ts';
import type { PlacedDevice, StoreMap } from '../store-map.ts';
import type { Metres } from '../units.ts';
import { centreOf, zoneAt } from './outline.ts';
import { pathLossDbm, RADIO, type RadioScanner, SCANNER_HEIGHT_M, UNSURVEYED } from './radio.ts';
import { type SurveyResidual, shadowField } from './shadow.ts';

/** Fewest scanners with a position that make a position worth computing. */
const FEWEST_SCANNERS = 3;
/** Most scanners that are told apart; the first of the configuration count. */
const MOST_SCANNERS = 256;
/** The finest cell, and the most cells: a large store gets coarser ones. */
const FINEST_CELL_M = 0.5;
const MOST_CELLS = 1_000;
/** A cell is split in this many a side to see which zones it lies in. */
const SPLIT = 4;
/** How well the position of a scanner is known that has only a zone, as dB. */
const ZONE_ONLY_DB = 6;

/** The store's floor as the filter sees it: cells, what every scanner hears from each, and whose zone each is. */
export interface Floor {
  /** Size of a cell along the plan's width and depth. */
  readonly cellXM: Metres;
  readonly cellYM: Metres;
  readonly columns: number;
  readonly rows: number;
  readonly scanners: readonly FloorScanner[];
  readonly numberOf: ReadonlyMap<DeviceId, number>;
  readonly zones: readonly ZoneId[];
  /** By cell: the zones it lies in (by number) with the share of the cell. */
  readonly zoneShares: readonly (readonly { readonly zone: number; readonly share: number }[])[];
  /** Whether a survey has told how this building differs from the textbook; only then do errors average out over time. */
  readonly isSurveyed: boolean;
}

/** What one scanner hears, by cell. */
export interface FloorScanner {
  readonly id: DeviceId;
  readonly expectedDbm: Float64Array;
  /** Variance of the expectation in dB squared. */
  readonly variance: Float64Array;
  /** Natural logarithm of the probability to hear nothing in a window. */
  readonly silence: Float64Array;
}

/** The parts of a store map that the radio depends on. */
export type FloorPlan = Pick<StoreMap, 'plan' | 'zones' | 'devices' | 'calibration'>;

/** Lays the grid over a store; undefined when fewer than three scanners have a position, zones are then told apart by strength alone. */
export function layFloor(map: FloorPlan): Floor | undefined {
  const placed = placeScanners(map);
  if (placed === undefined) return undefined;
  const { widthM, depthM } = map.plan;
  const cellM = Math.max(FINEST_CELL_M, Math.sqrt((widthM * depthM) / MOST_CELLS));
  const columns = Math.max(1, Math.ceil(widthM / cellM));
  const rows = Math.max(1, Math.ceil(depthM / cellM));
  const grid = { cellXM: widthM / columns, cellYM: depthM / rows, columns, rows };
  return {
    ...grid,
    scanners: hearing(map, placed, grid),
    numberOf: new Map(placed.map(({ id }, index) => [id, index])),
    zones: map.zones.map(({ id }) => id),
    zoneShares: zoneShares(map, grid),
    isSurveyed: (map.calibration?.points.length ?? 0) > 0,
  };
}

/** Whether enough scanners have a position for tags to get one. */
export function hasPlaces(plan: FloorPlan): boolean {
  return plan.devices.filter(({ role, xM, yM }) => role === 'scanner' && xM !== undefined && yM !== undefined).length >= FEWEST_SCANNERS;
}

/** Centre of a cell on the plan. */
export function cellCentre(grid: Pick<Floor, 'cellXM' | 'cellYM' | 'columns'>, cell: number): { readonly xM: Metres; readonly yM: Metres } {
  return { xM: ((cell % grid.columns) + 0.5) * grid.cellXM, yM: (Math.floor(cell / grid.columns) + 0.5) * grid.cellYM };
}

interface PlacedScanner extends RadioScanner {
  readonly id: DeviceId;
  readonly unsureDb: number;
}

function placeScanners(map: FloorPlan): readonly PlacedScanner[] | undefined {
  if (!hasPlaces(map)) return undefined;
  const scanners = map.devices.filter((device) => device.role === 'scanner').slice(0, MOST_SCANNERS);
  return scanners.flatMap((scanner) => placeScanner(map, scanner) ?? []);
}

function placeScanner(map: FloorPlan, device: PlacedDevice): PlacedScanner | undefined {
  const rest = { id: device.id, heightM: device.heightM ?? SCANNER_HEIGHT_M, offsetDb: device.offsetDb ?? 0 };
  if (device.xM !== undefined && device.yM !== undefined) return { ...rest, xM: device.xM, yM: device.yM, unsureDb: 0 };
  const zone = map.zones.find(({ id }) => id === device.zone);
  return zone === undefined ? undefined : { ...rest, ...centreOf(zone.outline), unsureDb: ZONE_ONLY_DB };
}

type Grid = Pick<Floor, 'cellXM' | 'cellYM' | 'columns' | 'rows'>;

function hearing(map: FloorPlan, placed: readonly PlacedScanner[], grid: Grid): readonly FloorScanner[] {
  const calibration = map.calibration ?? UNSURVEYED;
  const cells = grid.columns * grid.rows;
  const survey = calibration.points.map(
    (point): SurveyResidual => ({
      point,
      offDb: placed.map((scanner) => {
        const heardDbm = point.heard[scanner.id];
        return heardDbm === undefined ? undefined : heardDbm - pathLossDbm(scanner, point, calibration);
      }),
    }),
  );
  const scanners = placed.map(({ id }) => ({
    id,
    expectedDbm: new Float64Array(cells),
    variance: new Float64Array(cells),
    silence: new Float64Array(cells),
  }));
  const shadowsAt = shadowField(survey, placed.length);
  for (let cell = 0; cell < cells; cell++) {
    const at = cellCentre(grid, cell);
    const shadows = shadowsAt(at);
    for (const [index, scanner] of scanners.entries()) {
      const { offDb, variance } = shadows[index]!;
      const expectedDbm = pathLossDbm(placed[index]!, at, calibration) + offDb;
      const whole = variance + placed[index]!.unsureDb ** 2;
      scanner.expectedDbm[cell] = expectedDbm;
      scanner.variance[cell] = whole;
      scanner.silence[cell] = Math.log(silence(expectedDbm, Math.sqrt(whole + RADIO.fadingDb ** 2)));
    }
  }
  return scanners;
}

/** A tag is not heard when it is too faint, and now and then for no reason. The logistic curve stands in for the normal one. */
function silence(expectedDbm: number, spreadDb: number): number {
  return RADIO.missed + (1 - RADIO.missed) / (1 + Math.exp((1.702 * (expectedDbm - RADIO.faintestDbm)) / spreadDb));
}

function zoneShares(map: FloorPlan, grid: Grid): Floor['zoneShares'] {
  return Array.from({ length: grid.columns * grid.rows }, (_, cell) => {
    const shares = new Map<number, number>();
    const { xM, yM } = cellCentre(grid, cell);
    for (let part = 0; part < SPLIT * SPLIT; part++) {
      const dx = ((part % SPLIT) + 0.5) / SPLIT - 0.5;
      const dy = (Math.floor(part / SPLIT) + 0.5) / SPLIT - 0.5;
      const zone = zoneAt(map.zones, { xM: xM + dx * grid.cellXM, yM: yM + dy * grid.cellYM });
      if (zone !== undefined) shares.set(zone, (shares.get(zone) ?? 0) + 1 / (SPLIT * SPLIT));
    }
    return [...shares].map(([zone, share]) => ({ zone, share }));
  });
}
