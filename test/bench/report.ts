import { availableParallelism, cpus, loadavg, totalmem } from 'node:os';
import { type Figure, formatNumber } from './figure.ts';

/** What one section found; `failure` says why it could not be finished. */
export interface SectionReport {
  readonly name: string;
  readonly title: string;
  readonly figures: readonly Figure[];
  readonly remarks: readonly string[];
  readonly failure?: string;
  readonly seconds: number;
  /** Load average of the last minute when it began and when it ended; about the number of busy processes. */
  readonly load: readonly [before: number, after: number];
}

/** What it was measured on. */
export interface Machine {
  readonly cpu: string;
  readonly cores: number;
  readonly memoryGb: number;
  readonly node: string;
  readonly loadAtStart: number;
}

/** Looks at the machine as it is now. */
export function describeMachine(): Machine {
  return {
    cpu: cpus()[0]?.model.trim() ?? 'unknown',
    cores: availableParallelism(),
    memoryGb: Math.round(totalmem() / 1e9),
    node: process.version,
    loadAtStart: round(loadavg()[0] ?? 0),
  };
}

/** Load average of the last minute, one decimal. */
export function loadNow(): number {
  return round(loadavg()[0] ?? 0);
}

/** The first lines of the report. */
export function formatMachine({ cpu, cores, memoryGb, node, loadAtStart }: Machine): string {
  const busy =
    loadAtStart > cores / 2
      ? [`The machine was busy before the first measurement: absolute figures are too low, ratios to the baseline still mean something.`]
      : [];
  return [`endcap bench on ${cores} x ${cpu}, ${memoryGb} GB, Node ${node}, load average ${loadAtStart}`, ...busy].join('\n');
}

/** A section as text, one figure a line. */
export function formatSection(section: SectionReport): string {
  const { title, figures, remarks, failure, seconds, load } = section;
  const lines = [`\n${title}  (${Math.round(seconds)} s, load ${load[0]} to ${load[1]})`];
  for (const figure of figures) lines.push(...formatFigure(figure));
  for (const remark of remarks) lines.push(`  ${remark}`);
  if (failure !== undefined) lines.push(`  NOT FINISHED: ${failure}`);
  return lines.join('\n');
}

/** How many goals there were and how many are reached. */
export function formatSummary(sections: readonly SectionReport[]): string {
  const judged = sections.flatMap(({ figures }) => figures).filter(({ isReached }) => isReached !== undefined);
  const missed = judged.filter(({ isReached }) => isReached === false);
  const unfinished = sections.filter(({ failure }) => failure !== undefined).map(({ name }) => name);
  return [
    `\n${judged.length - missed.length} of ${judged.length} goals reached`,
    ...missed.map((figure) => `  missed: ${figure.what}: ${formatNumber(figure.value)} ${figure.unit}, goal ${figure.goal}`),
    ...(unfinished.length === 0 ? [] : [`  not finished: ${unfinished.join(', ')}`]),
  ].join('\n');
}

function formatFigure({ what, unit, value, spread, baseline, ratio, goal, isReached, note }: Figure): readonly string[] {
  // One measurement has no spread, and a figure without a unit no room for one.
  const range = (of: readonly [number, number] | undefined) =>
    of === undefined || of[0] === of[1] ? '' : ` (${formatNumber(of[0])}-${formatNumber(of[1])})`;
  const beside =
    baseline === undefined
      ? ''
      : `  | ${baseline.name} ${formatNumber(baseline.value)}${range(baseline.spread)}, ratio ${formatNumber(ratio ?? Number.NaN)}`;
  const verdict = goal === undefined ? '' : `  | goal ${goal}: ${isReached ? 'reached' : 'NOT reached'}`;
  const line = `  ${what}: ${[formatNumber(value), unit].join(' ').trimEnd()}${range(spread)}${beside}${verdict}`;
  return note === undefined ? [line] : [line, `      ${note}`];
}

function round(value: number): number {
  return Math.round(value * 10) / 10;
}
