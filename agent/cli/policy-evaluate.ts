import type { PolicyValue } from '../../models/policy/off-policy/evaluate-policy.ts';
import type { EvaluationView, JudgedPolicy } from '../core/policy/overview.ts';
import type { CommandContext } from './context.ts';
import { EXIT } from './exit.ts';
import { CliFailure } from './failure.ts';
import { readEligible, sourceOf } from './policy-log.ts';
import { type EligibleDecision, HELD, OFFERED, toPolicyLog } from './policy-rows.ts';

export interface EvaluateWords {
  readonly config?: string;
  readonly minIntent?: string;
  readonly maxIntent?: string;
  readonly minValue?: string;
  readonly without: readonly string[];
  readonly json?: boolean;
}

/** Fewest visits an arm before figures are shown. */
const MIN_ARM = 50;
/** Bootstrap samples behind each interval: enough for two digits. */
const ROUNDS = 200;

/** `endcap policy evaluate`. */
export async function evaluate(log: string | undefined, words: EvaluateWords, context: CommandContext): Promise<void> {
  const wouldOffer = rulesOf(words);
  const rows = readEligible(sourceOf(log, words.config, context));
  const found = await judge(rows, wouldOffer);
  if (words.json === true) context.print(JSON.stringify(found));
  else print(found, context);
  if (found.kind === 'too-early') context.finish(EXIT.found);
}

/** Judges narrower rules by these visits, beside the rules as they are and no offers at all. */
async function judge(rows: readonly EligibleDecision[], wouldOffer: (row: EligibleDecision) => boolean): Promise<EvaluationView> {
  const offered = rows.filter(({ isOffered }) => isOffered).length;
  if (Math.min(offered, rows.length - offered) < MIN_ARM) {
    const sentence = `Not enough data yet: ${rows.length - offered} measured visits in the group without offers and ${offered} with, ${MIN_ARM} of each are needed`;
    return { kind: 'too-early', sentence };
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
  const change = compareWithLog(policyLog, { is: policies[0][1], was: policies[1][1] }, { rounds: ROUNDS });
  const stopped = narrower.filter((offer) => !offer).length;
  return {
    kind: 'judged',
    visits: rows.length,
    offered,
    stopped,
    change,
    sentence: `${rows.length} measured visits, ${offered} offered and ${rows.length - offered} held back by chance; ${stopped} would no longer be offered: ${verdict(change)}`,
    policies: policies.map(([name, target]) => judged(name, evaluatePolicy(policyLog, target, { rounds: ROUNDS }))),
    personal: await personal(rows),
  };
}

function judged(name: string, { ips, snips, dr, clip, diagnosis }: PolicyValue): JudgedPolicy {
  const plain = ({ value, low, high }: Range): Range => ({ value, low, high });
  const { effectiveRows, warnings } = diagnosis;
  return { name, ips: plain(ips), snips: plain(snips), dr: plain(dr), clip, effectiveRows, warnings };
}

/** Visits beyond this many add little to a policy of two questions, and much to the wait. */
const MOST_PERSONAL = 20_000;

/** Whether choosing by what visits did beats one answer for everybody. */
async function personal(all: readonly EligibleDecision[]): Promise<string> {
  const rows = all.slice(-MOST_PERSONAL);
  const { learnPolicy } = await import('../../models/policy/uplift/learn-policy.ts');
  const { fitLine } = await import('../../models/policy/uplift/regression.ts');
  const column = (of: (row: EligibleDecision) => number | undefined) => Float32Array.from(rows, (row) => of(row) ?? Number.NaN);
  const offered = Float64Array.from(rows, ({ isOffered, propensity }) => (isOffered ? propensity : 1 - propensity));
  const { sentence } = learnPolicy(
    {
      rows: rows.length,
      arms: ['no offer', 'an offer'],
      columns: [
        column(({ decision }) => decision.score?.intent),
        column(({ discountShare }) => discountShare),
        column(({ valueCents }) => valueCents),
        column(({ decision }) => decision.situation?.hour),
      ],
      columnNames: ['chance of a purchase', 'discount', 'expected profit', 'hour'],
      arm: Uint8Array.from(rows, ({ isOffered }) => (isOffered ? 1 : 0)),
      outcome: Float64Array.from(rows, ({ profitCents }) => profitCents),
      propensities: [offered.map((p) => 1 - p), offered],
    },
    { outcome: fitLine },
  );
  return sentence;
}

function print(found: EvaluationView, context: CommandContext): void {
  context.print(found.sentence);
  if (found.kind !== 'judged') return;
  for (const { name, ips, snips, dr, clip, effectiveRows, warnings } of found.policies) {
    context.print(
      `${name}: ${money(snips)} profit a visit (SNIPS; IPS ${money(ips)}, DR ${money(dr)}), worth ${Math.round(effectiveRows)} visits, weights clipped at ${clip.toFixed(1)}`,
    );
    for (const warning of warnings) context.print(`  ${warning}`);
  }
  context.print(`change: ${money(found.change)} a visit, ${verdict(found.change)}`);
  context.print(`by person: ${found.personal}`);
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
