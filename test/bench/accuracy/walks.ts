import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Stand } from '../../../agent/core/locate/calibrate.ts';
import type { FloorPlan } from '../../../agent/core/locate/floor.ts';
import type { Dbm, Metres, TimestampMs } from '../../../agent/core/units.ts';

/** One advertisement as one scanner heard it, with where the beacon truly was. */
export interface Sample {
  readonly atMs: TimestampMs;
  readonly scanner: string;
  readonly rssiDbm: Dbm;
  readonly xM: Metres;
  readonly yM: Metres;
  /** When it was heard by the scanner's own clock, where that is not when it came in. */
  readonly deviceAtMs?: TimestampMs;
  /** Of another tag: it tells about the scanner, and nothing about the walk. */
  readonly isAnother?: boolean;
}

/** A walk through the hall, oldest sample first, from time 0. */
export interface Walk {
  readonly name: string;
  readonly samples: readonly Sample[];
}

/** The recorded hall: its scanners, the four that define the zones, and the walks. */
export interface Hall {
  readonly widthM: Metres;
  readonly depthM: Metres;
  readonly scanners: ReadonlyMap<string, { readonly xM: Metres; readonly yM: Metres; readonly heightM: Metres }>;
  readonly main: readonly string[];
  /** Where the main scanners hang: the zones are drawn around these places, whether something still hangs there or not. */
  readonly mainAt: ReadonlyMap<string, { readonly xM: Metres; readonly yM: Metres }>;
  readonly walks: readonly Walk[];
}

/** Reads the recorded walks; undefined where the folder is absent. */
export function readHall(folder: string): Hall | undefined {
  const devices = join(folder, 'cnf', 'tetam.dev');
  if (!existsSync(devices)) return undefined;
  const dongles = /^Dongles:(.*)$/m.exec(readFileSync(devices, 'utf8'))?.[1] ?? '{}';
  const positions = JSON.parse(dongles) as Record<string, readonly [readonly [number, number, number], number, string]>;
  const limits =
    /"limits": \[([^\]]*)\]/
      .exec(readFileSync(join(folder, 'cnf', 'tetam.par'), 'utf8'))?.[1]
      ?.split(',')
      .map(Number) ?? [];
  const ids = Object.keys(positions).sort();
  return {
    widthM: limits[2] ?? 20,
    depthM: limits[3] ?? 18,
    scanners: new Map(ids.map((id) => [id, { xM: positions[id]![0][0], yM: positions[id]![0][1], heightM: positions[id]![0][2] }])),
    main: ids.filter((id) => positions[id]![2].endsWith('0')),
    mainAt: new Map(ids.map((id) => [id, { xM: positions[id]![0][0], yM: positions[id]![0][1] }])),
    walks: readdirSync(join(folder, 'trk'))
      .filter((name) => name.endsWith('.mbd'))
      .sort()
      .map((name) => ({ name: name.replace(/(_all_sensors)?\.mbd$/, ''), samples: readSamples(join(folder, 'trk', name)) })),
  };
}

function readSamples(file: string): readonly Sample[] {
  const rows = readFileSync(file, 'utf8')
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => line.split(','));
  const startS = Math.min(...rows.map((row) => Number(row[0])));
  return rows
    .map((row) => ({
      atMs: Math.round((Number(row[0]) - startS) * 1_000),
      scanner: row[1]!,
      rssiDbm: Number(row[3]),
      xM: Number(row[4]),
      yM: Number(row[5]),
    }))
    .sort((a, b) => a.atMs - b.atMs);
}

/** Number of the main scanner nearest to a place: the protocol's zone. */
export function zoneOf(hall: Hall, at: { readonly xM: Metres; readonly yM: Metres }): number {
  const away = hall.main.map((id) => Math.hypot(hall.mainAt.get(id)!.xM - at.xM, hall.mainAt.get(id)!.yM - at.yM));
  return away.indexOf(Math.min(...away));
}

/** The hall as a store: each main scanner's zone is the floor that is nearer to it than to the other three. */
export function storeOf(hall: Hall): FloorPlan {
  return {
    plan: { widthM: hall.widthM, depthM: hall.depthM },
    zones: hall.main.map((id, zone) => ({ id, name: id, kind: 'aisle', outline: nearestArea(hall, zone), offersAllowed: true })),
    devices: [...hall.scanners].map(([id, place]) => ({
      id,
      name: id,
      adapter: 'native',
      role: 'scanner',
      quietAfterMs: 60_000,
      ...place,
    })),
  };
}

/** The whole floor, cut at the line half way to each other main scanner. */
function nearestArea(hall: Hall, zone: number): FloorPlan['zones'][number]['outline'] {
  const { widthM, depthM } = hall;
  const own = hall.mainAt.get(hall.main[zone]!)!;
  let corners = [
    { xM: 0, yM: 0 },
    { xM: widthM, yM: 0 },
    { xM: widthM, yM: depthM },
    { xM: 0, yM: depthM },
  ];
  for (const [other, id] of hall.main.entries()) {
    if (other === zone) continue;
    const far = hall.mainAt.get(id)!;
    const side = ({ xM, yM }: { readonly xM: Metres; readonly yM: Metres }) =>
      (far.xM - own.xM) * (xM - (far.xM + own.xM) / 2) + (far.yM - own.yM) * (yM - (far.yM + own.yM) / 2);
    corners = corners.flatMap((corner, index) => {
      const next = corners[(index + 1) % corners.length]!;
      const [here, there] = [side(corner), side(next)];
      const kept = here <= 0 ? [corner] : [];
      if (here <= 0 === there <= 0) return kept;
      const share = here / (here - there);
      return [...kept, { xM: corner.xM + share * (next.xM - corner.xM), yM: corner.yM + share * (next.yM - corner.yM) }];
    });
  }
  return corners;
}

/** Walks as a survey: every square metre that was walked over is a place where somebody stood. */
export function standsOf(walks: readonly Walk[]): readonly Stand[] {
  const squares = new Map<string, Sample[]>();
  for (const sample of walks.flatMap(({ samples }) => samples)) {
    const key = `${Math.floor(sample.xM)} ${Math.floor(sample.yM)}`;
    const square = squares.get(key);
    if (square === undefined) squares.set(key, [sample]);
    else square.push(sample);
  }
  return [...squares.values()].map((samples) => ({
    xM: samples.reduce((sum, { xM }) => sum + xM, 0) / samples.length,
    yM: samples.reduce((sum, { yM }) => sum + yM, 0) / samples.length,
    heard: byScanner(samples),
  }));
}

function byScanner(samples: readonly Sample[]): ReadonlyMap<string, readonly Dbm[]> {
  const heard = new Map<string, Dbm[]>();
  for (const { scanner, rssiDbm } of samples) {
    const strengths = heard.get(scanner);
    if (strengths === undefined) heard.set(scanner, [rssiDbm]);
    else strengths.push(rssiDbm);
  }
  return heard;
}
