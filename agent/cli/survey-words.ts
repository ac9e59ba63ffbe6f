import type { DoorReport } from '../core/locate/door-survey.ts';
import { type SurveyReport, WORTH_HAVING } from '../core/locate/survey.ts';
import type { Doorway, StoreMap } from '../core/store-map.ts';

/** What a survey found, for the person who walked it; one line an entry. */
export function describeSurvey(report: SurveyReport): readonly string[] {
  const { fit, confusion, zones } = report;
  const windows = confusion.flat().reduce((sum, count) => sum + count, 0);
  const law = `${fit.calibration.txPowerDbm.toFixed(1)} dBm at one metre, path loss ${fit.calibration.pathLoss.toFixed(2)}`;
  const leftOut =
    report.leftOut === 'stands'
      ? 'each stand judged without having been learned from'
      : 'a third of each stand judged by the rest: flattering; stand a second time in every zone, elsewhere, for an honest figure';
  return [
    `Radio: ${law}, ${fit.unexplainedDb.toFixed(1)} dB unexplained at ${fit.calibration.points.length} places`,
    `Judged on ${windows} windows of 3 s (${leftOut}):`,
    `  right zone ${percent(report.rightShare)}, mean error ${report.meanErrorM.toFixed(1)} m`,
    ...matrix(zones, confusion),
    `Smallest zone that these scanners can honestly tell apart: about ${Math.ceil(report.smallestZoneM)} m a side (right ${percent(WORTH_HAVING)} of the time)`,
    ...report.alike.map(
      ({ zones: [a, b], share }) => `Zones "${a}" and "${b}" are taken for each other ${percent(share)} of the time: make one of them`,
    ),
  ];
}

/** The block to paste into the configuration. */
export function calibrationBlock({ fit, smallestZoneM, alike }: SurveyReport, former?: StoreMap['calibration']): readonly string[] {
  const { calibration, offsetsDb } = fit;
  const pairs = (values: Iterable<readonly [string, number]>) =>
    [...values].map(([id, value]) => `${JSON.stringify(id)}: ${value.toFixed(1)}`).join(', ');
  return [
    'calibration:',
    `  txPowerDbm: ${calibration.txPowerDbm.toFixed(1)}`,
    `  pathLoss: ${calibration.pathLoss.toFixed(2)}`,
    `  tagHeightM: ${calibration.tagHeightM}`,
    `  smallestZoneM: ${Math.ceil(smallestZoneM)}`,
    ...(alike.length === 0 ? [] : [`  alike: [${alike.map(({ zones }) => JSON.stringify(zones)).join(', ')}]`]),
    `  offsetsDb: { ${pairs(offsetsDb)} }`,
    ...doorwayLines(former?.doorways ?? []),
    '  points:',
    ...calibration.points.map(
      ({ xM, yM, heard }) => `    - { at: [${xM.toFixed(2)}, ${yM.toFixed(2)}], heard: { ${pairs(Object.entries(heard))} } }`,
    ),
  ];
}

/** What a survey of a door found, one line an entry. */
export function describeDoor(report: DoorReport): readonly string[] {
  const leftOut =
    report.leftOut === 'stands'
      ? 'each stand judged without having been learned from'
      : 'a third of each stand judged by the rest: flattering; stand twice on every side, with another tag if you can, for an honest figure';
  return [
    `Judged on ${report.seconds} seconds (${leftOut}):`,
    ...report.right.map(({ side, share }) => `  ${side}: right ${percent(share)}`),
    `  on average ${percent(report.balanced)}, ${report.changesPerMinute.toFixed(1)} false changes a minute`,
    ...(report.balanced >= WORTH_HAVING
      ? []
      : ['These receivers cannot tell the sides apart: hang one of them on either side of the door, and survey again']),
  ];
}

/** The part of the calibration that describes a door. */
export function doorwayBlock({ doorway }: DoorReport, former: StoreMap['calibration']): readonly string[] {
  const others = former?.doorways?.filter(({ first, second }) => first !== doorway.first || second !== doorway.second) ?? [];
  // Where a calibration stands already, the block goes into it.
  return [...(former === undefined ? ['calibration:'] : []), ...doorwayLines([...others, doorway])];
}

function doorwayLines(doorways: readonly Doorway[]): readonly string[] {
  if (doorways.length === 0) return [];
  const pair = (values: readonly number[]) => `[${values.map((value) => value.toFixed(1)).join(', ')}]`;
  return [
    '  doorways:',
    ...doorways.flatMap(({ first, second, sides }) => [
      `    - first: ${JSON.stringify(first)}`,
      `      second: ${JSON.stringify(second)}`,
      '      sides:',
      ...sides.map(({ name, zone, isInside, meanDbm, variance }) => {
        const fields = [
          `name: ${JSON.stringify(name)}`,
          ...(zone === undefined ? [] : [`zone: ${JSON.stringify(zone)}`]),
          ...(isInside ? ['inside: true'] : []),
          `meanDbm: ${pair(meanDbm)}`,
          `variance: ${pair(variance)}`,
        ];
        return `        - { ${fields.join(', ')} }`;
      }),
    ]),
  ];
}

function matrix(zones: readonly string[], confusion: SurveyReport['confusion']): readonly string[] {
  const width = Math.max(6, ...zones.map((zone) => zone.length)) + 2;
  const row = (head: string, cells: readonly (string | number)[]) =>
    `  ${head.padEnd(width)}${cells.map((cell) => String(cell).padStart(width)).join('')}`;
  return [row('was / said', zones), ...zones.map((zone, index) => row(zone, confusion[index] ?? []))];
}

function percent(share: number): string {
  return `${Math.round(100 * share)} %`;
}
