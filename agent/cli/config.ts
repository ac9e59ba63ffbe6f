import type { Command } from 'commander';
import { configJsonSchema } from '../../config/json-schema.ts';
import { printConfig, printRedacted } from '../../config/print.ts';
import { formatProblem } from '../../config/problem.ts';
import { settingsTable } from '../../config/reference.ts';
import { chooseConfig, requireConfig } from './config-file.ts';
import type { CommandContext } from './context.ts';

/** `endcap config check | print | schema | reference`. */
export function registerConfig(program: Command, context: CommandContext): void {
  const config = program.command('config').description('look at a configuration');
  config
    .command('check')
    .description('find everything that is wrong with it; exit code 78 when something is')
    .argument('[file]', 'configuration (default: ENDCAP_CONFIG, else the sample store)')
    .action((file: string | undefined) => {
      const choice = chooseConfig(file, context);
      const { warnings, store } = requireConfig(choice, context);
      for (const warning of warnings) context.print(`${context.paint('yellow', 'warning')} ${formatProblem(warning)}`);
      const counts = `${store.zones.length} zones, ${store.fixtures.length} fixtures, ${store.products.length} products, ${store.devices.length} devices, ${store.campaigns.length} campaigns`;
      context.print(`${context.paint('green', 'OK')} ${choice.file}: store "${store.storeId}" with ${counts}`);
    });
  config
    .command('print')
    .description('print it as it is used: defaults and environment filled in')
    .argument('[file]', 'configuration (default: ENDCAP_CONFIG, else the sample store)')
    .option('--redacted', 'blank account names, key hashes and places of secrets, to show it to others')
    .action((file: string | undefined, options: { readonly redacted?: boolean }) => {
      const { config: loaded } = requireConfig(chooseConfig(file, context), context);
      context.print((options.redacted === true ? printRedacted(loaded) : printConfig(loaded)).trimEnd());
    });
  config
    .command('schema')
    .description('print the JSON Schema, for editors')
    .action(() => context.print(configJsonSchema().trimEnd()));
  config
    .command('reference')
    .description('print every setting with its environment variable, default and meaning, as Markdown')
    .action(() => context.print(settingsTable()));
}
