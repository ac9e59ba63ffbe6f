import type { Command } from 'commander';
import type { CommandContext } from './context.ts';
import { type EvaluateWords, evaluate } from './policy-evaluate.ts';
import { fleetPriors, learnt } from './policy-learnt.ts';
import { type TrainWords, train } from './policy-train.ts';

/** `endcap policy`: what offers do, learnt and judged from the store's own log. */
export function registerPolicy(program: Command, context: CommandContext): void {
  const policy = program
    .command('policy')
    .description('what offers do: learnt from the log, and a change judged by it before it goes live');
  const onLog = (name: string, description: string) =>
    policy
      .command(name)
      .description(description)
      .argument('[log]', 'data folder or core.db (default: the data folder of the configuration)')
      .option('-c, --config <file>', 'configuration of the store (or ENDCAP_CONFIG)');
  onLog('evaluate', 'profit a visit under narrower rules, under the rules as they are, and without offers; with 95 % intervals')
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
  onLog('train', 'learn from the log how much a discount does, and for whom; a running agent takes it over within a minute')
    .option('--out <file>', 'where to write it (default: models/offer-response.json in the data folder)')
    .option('--seed <number>', 'fixes what is left to chance', '1')
    .option('--json', 'the model for programs')
    .action((log: string | undefined, words: TrainWords) => train(log, words, context));
  onLog('learnt', 'what offers were seen to do, campaign by campaign, with 95 % intervals')
    .option('--json', 'what is believed, for "endcap policy fleet-prior"')
    .action((log: string | undefined, words: { readonly config?: string; readonly json?: boolean }) => learnt(log, words, context));
  policy
    .command('fleet-prior')
    .description('what a new store may believe of each campaign, from what other stores have learnt')
    .argument('<file...>', 'what "endcap policy learnt --json" printed, one file a store')
    .action((files: readonly string[]) => fleetPriors(files, context));
}
