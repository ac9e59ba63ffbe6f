import { existsSync, statSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import type { Command } from 'commander';
import { compileStore } from '../core/compiled-store.ts';
import type { Dimension } from '../core/fairness/audit-row.ts';
import type { FairnessReport, Finding, GroupReport } from '../core/fairness/report.ts';
import { FairnessAudit } from '../runtime/fairness-audit.ts';
import { openStore } from '../store/store.ts';
import { chooseConfig, requireConfig } from './config-file.ts';
import type { CommandContext } from './context.ts';
import { EXIT } from './exit.ts';
import { CliFailure } from './failure.ts';

interface AuditWords {
  readonly config?: string;
  readonly days: string;
  readonly json?: boolean;
}

/** `endcap audit`: whether the store treats everybody alike. */
export function registerAudit(program: Command, context: CommandContext): void {
  const audit = program.command('audit').description('look for what differs from shopper to shopper and should not');
  audit
    .command('offers')
    .description(
      'offer rates, reasons and discounts across zones, hours, languages and kinds of visits; exit code 1 when chance does not explain them',
    )
    .argument('[log]', 'data folder or core.db (default: the data folder of the configuration)')
    .option('-c, --config <file>', 'configuration of the store (or ENDCAP_CONFIG)')
    .option('--days <number>', 'how many days to look at', '28')
    .option('--json', 'the figures for programs')
    .action((log: string | undefined, words: AuditWords) => auditOffers(log, words, context));
}

async function auditOffers(log: string | undefined, words: AuditWords, context: CommandContext): Promise<void> {
  const days = Number(words.days);
  if (!Number.isInteger(days) || days < 1)
    throw new CliFailure(`Cannot use --days "${words.days}": it is not a number of days`, { exitCode: EXIT.usage });
  const { config, store: map } = requireConfig(chooseConfig(words.config, context), context);
  const path = log === undefined ? config.data.dir : resolve(context.workingDirectory, log);
  if (!existsSync(path)) throw new CliFailure(`Cannot read "${path}": there is no such file or folder`, { exitCode: EXIT.unavailable });
  const dir = statSync(path).isFile() ? dirname(path) : path;
  const opened = openStore({ dir, quotaBytes: Number.MAX_SAFE_INTEGER, nowMs: Date.now(), access: 'guest' });
  if (!opened.ok) throw new CliFailure(opened.error.message, { exitCode: EXIT.unavailable, hint: opened.error.hint });
  using store = opened.value;
  const compiled = compileStore(map);
  const audit = new FairnessAudit({
    pages: (fromMs) => store.audited.pages(fromMs, Number.MAX_SAFE_INTEGER),
    store: () => compiled,
    nowMs: () => Date.now(),
    rest: () => Promise.resolve(),
  });
  const report = await audit.report(days);
  if (words.json === true) context.print(JSON.stringify(report));
  else print(report, { days, context });
  if (report.findings.length > 0) context.finish(EXIT.found);
}

const NAMES: { readonly [D in Dimension]: string } = {
  zone: 'zone',
  hours: 'hours',
  language: 'language of the page',
  returning: 'new or returning',
  stage: 'stage of the visit',
};

function print(report: FairnessReport, { days, context }: { readonly days: number; readonly context: CommandContext }): void {
  context.print(`${report.visits} visits compared over ${days} days, ${report.offers} of them got an offer`);
  for (const { dimension, groups } of report.dimensions) {
    if (groups.length === 0) continue;
    context.print(`${NAMES[dimension]}:`);
    for (const group of groups) context.print(`  ${line(dimension, group)}`);
  }
  if (report.findings.length === 0) context.print('Nothing differs by more than chance explains (5 % over all comparisons).');
  for (const finding of report.findings) context.print(findingLine(finding));
}

function line(dimension: Dimension, { group, visits, offers, rate, discount, reasons }: GroupReport): string {
  const name = dimension === 'hours' && group !== '' ? `${4 * Number(group)} to ${4 * Number(group) + 4} h` : group || 'not known';
  const spent = discount === undefined ? '' : `, discount ${share(discount)}`;
  const held = reasons[0] === undefined ? '' : `; held mostly for ${reasons[0].reason} (${reasons[0].visits})`;
  return `${name}: ${offers} of ${visits} visits, ${share(rate)}${spent}${held}`;
}

function findingLine({ dimension, group, what, difference, pValue }: Finding): string {
  const sign = difference > 0 ? 'more' : 'less';
  const how =
    what === 'discount'
      ? `${points(difference)} points of the price ${sign} discount within the same campaigns`
      : `${points(difference)} points ${sign} offers than visits that did alike`;
  return `DIFFERS: ${NAMES[dimension]} ${group || 'not known'}: ${how} (p ${pValue.toExponential(1)}, over all comparisons)`;
}

function share({ value, low, high }: { readonly value: number; readonly low: number; readonly high: number }): string {
  return `${(100 * value).toFixed(1)} % (${(100 * low).toFixed(1)} to ${(100 * high).toFixed(1)})`;
}

function points(difference: number): string {
  return Math.abs(100 * difference).toFixed(1);
}
