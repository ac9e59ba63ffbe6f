import { loadavg } from 'node:os';
import { parseArgs } from 'node:util';
import { type Figure, formatNumber } from './figure.ts';
import { describeMachine, formatMachine, formatSection, formatSummary, loadNow, type SectionReport } from './report.ts';
import { measureAccuracy } from './vision/accuracy.ts';
import { measureBudget } from './vision/budget.ts';
import { DATA } from './vision/detectors.ts';
import { measureLatency } from './vision/latency.ts';
import { measureLeak } from './vision/leak.ts';
import { measureOffers } from './vision/offers.ts';
import { measureReach } from './vision/reach.ts';
import { measureTracking } from './vision/tracking.ts';

/**
 * What the cameras are worth and what they cost: `npm run bench:vision -- --only reach,leak --minutes 60`. `--minutes` is how long memory is
 * watched and an empty shelf looked at; `--data` names another folder whose `people` are the photographs. A report to read: it ends with 0 unless a section breaks.
 */
const SECTIONS: readonly {
  readonly name: string;
  readonly title: string;
  readonly measure: (asked: { readonly minutes: number; readonly data: string }) => Promise<VisionFigures>;
}[] = [
  { name: 'accuracy', title: 'People found on photographs', measure: ({ data }) => measureAccuracy(data) },
  { name: 'latency', title: 'One 1280 x 720 JPEG to events, one thread', measure: measureLatency },
  { name: 'tracking', title: 'Following people', measure: measureTracking },
  { name: 'offers', title: 'Whether offers wait for pictures: publish to phone beside four cameras', measure: measureOffers },
  { name: 'budget', title: 'Four cameras at five pictures a second', measure: measureBudget },
  { name: 'reach', title: 'Hands in shelves, on staged scenes', measure: ({ minutes }) => measureReach(Math.max(5, minutes)) },
  { name: 'leak', title: 'Memory of the looking process', measure: ({ minutes }) => measureLeak(minutes) },
];

/** What a section found. */
export interface VisionFigures {
  readonly figures: readonly Figure[];
  readonly remarks: readonly string[];
}

process.stdout.write(`${formatMachine(describeMachine())}\n`);
const { values } = parseArgs({
  options: { only: { type: 'string' }, minutes: { type: 'string', default: '1' }, data: { type: 'string', default: DATA } },
});
const only = values.only?.split(',');
const minutes = Math.max(0.2, Number(values.minutes) || 1);
const reports: SectionReport[] = [];
for (const { name, title, measure } of SECTIONS.filter((section) => only?.includes(section.name) ?? true)) {
  const [began, before] = [performance.now(), loadNow()];
  const found = await measure({ minutes, data: values.data }).catch((error: unknown) => ({
    figures: [],
    remarks: [],
    failure: error instanceof Error ? error.message : String(error),
  }));
  const report: SectionReport = { name, title, ...found, seconds: (performance.now() - began) / 1_000, load: [before, loadNow()] };
  reports.push(report);
  process.stdout.write(`${formatSection(report)}\n`);
}
process.stdout.write(`${formatSummary(reports)}\nload average at the end ${formatNumber(loadavg()[0] ?? 0)}\n`);
process.exitCode = reports.some(({ failure }) => failure !== undefined) ? 1 : 0;
