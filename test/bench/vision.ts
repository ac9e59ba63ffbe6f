import { loadavg } from 'node:os';
import { type Figure, formatNumber } from './figure.ts';
import { describeMachine, formatMachine, formatSection, formatSummary, loadNow, type SectionReport } from './report.ts';
import { measureAccuracy } from './vision/accuracy.ts';
import { measureBudget } from './vision/budget.ts';
import { measureLatency } from './vision/latency.ts';
import { measureOffers } from './vision/offers.ts';
import { measureTracking } from './vision/tracking.ts';

/** What the cameras are worth and what they cost: `npm run bench:vision`. A report to read: it ends with 0 unless a section breaks. */
const SECTIONS: readonly { readonly name: string; readonly title: string; readonly measure: () => Promise<VisionFigures> }[] = [
  { name: 'accuracy', title: 'People found on photographs', measure: measureAccuracy },
  { name: 'latency', title: 'One 1280 x 720 JPEG to events, one thread', measure: measureLatency },
  { name: 'tracking', title: 'Following people', measure: measureTracking },
  { name: 'offers', title: 'Whether offers wait for pictures: publish to phone beside four cameras', measure: measureOffers },
  { name: 'budget', title: 'Four cameras at five pictures a second', measure: measureBudget },
];

/** What a section found. */
export interface VisionFigures {
  readonly figures: readonly Figure[];
  readonly remarks: readonly string[];
}

process.stdout.write(`${formatMachine(describeMachine())}\n`);
const only = process.argv[2] === '--only' ? (process.argv[3] ?? '').split(',') : undefined;
const reports: SectionReport[] = [];
for (const { name, title, measure } of SECTIONS.filter((section) => only?.includes(section.name) ?? true)) {
  const [began, before] = [performance.now(), loadNow()];
  const found = await measure().catch((error: unknown) => ({
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
