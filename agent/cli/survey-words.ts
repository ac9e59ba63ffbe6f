import { type SurveyReport, WORTH_HAVING } from '../core/locate/survey.ts';

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
export function calibrationBlock({ fit }: SurveyReport): readonly string[] {
  const { calibration, offsetsDb } = fit;
  const pairs = (values: Iterable<readonly [string, number]>) =>
    [...values].map(([id, value]) => `${JSON.stringify(id)}: ${value.toFixed(1)}`).join(', ');
  return [
    'calibration:',
    `  txPowerDbm: ${calibration.txPowerDbm.toFixed(1)}`,
    `  pathLoss: ${calibration.pathLoss.toFixed(2)}`,
    `  tagHeightM: ${calibration.tagHeightM}`,
    `  offsetsDb: { ${pairs(offsetsDb)} }`,
    '  points:',
    ...calibration.points.map(
      ({ xM, yM, heard }) => `    - { at: [${xM.toFixed(2)}, ${yM.toFixed(2)}], heard: { ${pairs(Object.entries(heard))} } }`,
    ),
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
