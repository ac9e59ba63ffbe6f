import { existsSync, statSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import type { Command } from 'commander';
import { measuredVisits } from '../store/measured-visits.ts';
import { openStore } from '../store/store.ts';
import { chooseConfig, requireConfig } from './config-file.ts';
import type { CommandContext } from './context.ts';
import { EXIT } from './exit.ts';
import { CliFailure } from './failure.ts';
import { type EligibleDecision, eligibleDecisions, HELD, OFFERED, toPolicyLog } from './policy-rows.ts';

interface EvaluateWords {
  readonly config?: string;
  readonly minIntent?: string;
  readonly maxIntent?: string;
  readonly minValue?: string;
  readonly without: readonly string[];
  readonly json?: boolean;
}

/** Fewest visits an arm before figures are shown. */
const MIN_ARM = 50;

/** `endcap policy`: a change of rules, judged by the store's own log before it goes live. */
export function registerPolicy(program: Command, context: CommandContext): void {
  const policy = program.command('policy').description('judge a change of the offer rules by the log, before it goes live');
  policy
    .command('evaluate')
    .description('profit a visit under narrower rules, under the rules as they are, and without offers; with 95 % intervals')
    .argument('[log]', 'data folder or core.db (default: the data folder of the configuration)')
    .option('-c, --config <file>', 'configuration of the store (or ENDCAP_CONFIG)')
    .option('--min-intent <share>', 'offer only from this intent on, 0 to 1')
    .option('--max-intent <share>', 'offer only up to this intent, 0 to 1')
    .option('--min-value <cents>', 'offer only where this much profit is expected')
    .option(
      '--without <campaign>',
      'as if this campaign were off; may be repeated',
      (word, before: readonly string[]) => [...before, word],
      [],
    )
    .option('--json', 'the figures for programs')
    .action((log: string | undefined, words: EvaluateWords) => evaluate(log, words, context));
}

async function evaluate(log: string | undefined, words: EvaluateWords, context: CommandContext): Promise<void> {
  const wouldOffer = rulesOf(words);
  const { config, store: map } = requireConfig(chooseConfig(words.config, context), context);
  const path = log === undefined ? config.data.dir : resolve(context.workingDirectory, log);
  const rows = readRows(path, new Map(map.products.map((product) => [product.sku, product])));
  const offered = rows.filter(({ isOffered }) => isOffered).length;
  if (Math.min(offered, rows.length - offered) < MIN_ARM) {
    context.print(
      `Not enough data yet: ${rows.length - offered} measured visits in the group without offers and ${offered} with, ${MIN_ARM} of each are needed`,
    );
    return context.finish(EXIT.found);
  }
  const { evaluatePolicy } = await import('../../models/policy/off-policy/evaluate-policy.ts');
  const { compareWithLog } = await import('../../models/policy/off-policy/compare-policies.ts');
  const policyLog = toPolicyLog(rows);
  const narrower = rows.map(wouldOffer);
  const policies = [
    ['asked for', (action: number, row: number) => (action === (narrower[row] === true ? OFFERED : HELD) ? 1 : 0)],
    ['rules as they are', (action: number) => (action === OFFERED ? 1 : 0)],
    ['no offers', (action: number) => (action === HELD ? 1 : 0)],
  ] as const;
  const values = policies.map(([name, target]) => ({ name, ...evaluatePolicy(policyLog, target) }));
  const change = compareWithLog(policyLog, { is: policies[0][1], was: policies[1][1] });
  if (words.json === true) return context.print(JSON.stringify({ visits: rows.length, offered, values, change }));
  const stopped = narrower.filter((offer) => !offer).length;
  context.print(
    `${rows.length} measured visits, ${offered} offered and ${rows.length - offered} held back by chance; ${stopped} would no longer be offered`,
  );
  for (const { name, ips, snips, dr, diagnosis } of values) {
    context.print(
      `${name}: ${money(snips)} profit a visit (SNIPS; IPS ${money(ips)}, DR ${money(dr)}), worth ${Math.round(diagnosis.effectiveRows)} visits`,
    );
    for (const warning of diagnosis.warnings) context.print(`  ${warning}`);
  }
  context.print(`change: ${money(change)} a visit, ${verdict(change)}`);
}

/** What the command's words let through, of what the rules would offer. */
function rulesOf({ minIntent, maxIntent, minValue, without }: EvaluateWords): (row: EligibleDecision) => boolean {
  const least = numberOf(minIntent, '--min-intent') ?? 0;
  const most = numberOf(maxIntent, '--max-intent') ?? 1;
  const value = numberOf(minValue, '--min-value') ?? Number.NEGATIVE_INFINITY;
  return ({ decision, campaign, valueCents }) => {
    const intent = decision.score?.intent ?? 0;
    return intent >= least && intent <= most && valueCents >= value && !(campaign !== undefined && without.includes(campaign));
  };
}

function numberOf(word: string | undefined, option: string): number | undefined {
  if (word === undefined) return undefined;
  const value = word.trim() === '' ? Number.NaN : Number(word);
  if (!Number.isFinite(value)) throw new CliFailure(`Cannot use ${option} "${word}": it is not a number`, { exitCode: EXIT.usage });
  return value;
}

function readRows(path: string, products: Parameters<typeof eligibleDecisions>[2]): EligibleDecision[] {
  if (!existsSync(path)) throw new CliFailure(`Cannot read "${path}": there is no such file or folder`, { exitCode: EXIT.unavailable });
  const dir = statSync(path).isFile() ? dirname(path) : path;
  const opened = openStore({ dir, quotaBytes: Number.MAX_SAFE_INTEGER, nowMs: Date.now(), access: 'guest' });
  if (!opened.ok) throw new CliFailure(opened.error.message, { exitCode: EXIT.unavailable, hint: opened.error.hint });
  using store = opened.value;
  return eligibleDecisions(store.decisions.all(), measuredVisits(store.database.sqlite), products);
}

interface Range {
  readonly value: number;
  readonly low: number;
  readonly high: number;
}

function money({ value, low, high }: Range): string {
  return `${value.toFixed(1)} cents (${low.toFixed(1)} to ${high.toFixed(1)})`;
}

function verdict({ low, high }: Range): string {
  if (low > 0) return 'shown to be better';
  return high < 0 ? 'shown to be worse' : 'not shown to be different';
}
