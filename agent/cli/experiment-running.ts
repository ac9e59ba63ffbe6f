import type { Command } from 'commander';
import { type ExperimentView, experimentViews } from '../core/experiments/report.ts';
import { ask } from './ask-agent.ts';
import { chooseConfig, requireConfig } from './config-file.ts';
import type { CommandContext } from './context.ts';
import { readState, sourceOf } from './policy-log.ts';

interface Words {
  readonly config?: string;
  readonly json?: boolean;
}

/** `endcap experiment list | start | stop`: the experiments of a store, beside a running agent. */
export function registerRunning(experiment: Command, context: CommandContext): void {
  experiment
    .command('list')
    .description("the store's experiments and what they found so far")
    .argument('[log]', 'data folder or core.db (default: the data folder of the configuration)')
    .option('-c, --config <file>', 'configuration of the store (or ENDCAP_CONFIG)')
    .option('--json', 'for programs')
    .action((log: string | undefined, words: Words) => list(log, words, context));
  for (const [name, description] of [
    ['start', 'begin an experiment anew, with nothing measured'],
    ['stop', 'end an experiment: everybody gets its first variant'],
  ] as const) {
    experiment
      .command(name)
      .description(description)
      .argument('<id>', 'which experiment')
      .option('-c, --config <file>', 'configuration of the store (or ENDCAP_CONFIG)')
      .action((id: string, words: Words) => {
        const loaded = requireConfig(chooseConfig(words.config, context), context);
        return ask(`experiment-${name}`, { detail: id, loaded, context });
      });
  }
}

function list(log: string | undefined, words: Words, context: CommandContext): void {
  const views = experimentViews(readState(sourceOf(log, words.config, context)));
  if (words.json === true) return context.print(JSON.stringify(views));
  if (views.length === 0)
    return context.print('No experiments: add one under "experiments" in the configuration, or begin one on the manager page');
  for (const view of views) for (const line of linesOf(view)) context.print(line);
}

function linesOf({ id, name, campaignName, status, sentence, variants, metric }: ExperimentView): string[] {
  const figure = (value: number) =>
    metric === 'profit' ? `${(value / 100).toFixed(2)} profit` : `${(100 * value).toFixed(1)} in 100 buying`;
  return [
    `${id} (${name}, campaign ${campaignName}): ${status}. ${sentence}`,
    ...variants.map(({ name: variant, share, exposed, measured, mean, difference }) => {
      const beside =
        difference === undefined
          ? ''
          : `; ${figure(difference.value)} a visit more than the first (${figure(difference.low)} to ${figure(difference.high)}), ${Math.round(100 * difference.reduced)} % of the noise taken out`;
      const own = mean === undefined ? '' : `, ${figure(mean)} a visit`;
      return `  ${variant}: ${Math.round(100 * share)} % of visits, ${exposed} met it, ${measured} measured${own}${beside}`;
    }),
  ];
}
