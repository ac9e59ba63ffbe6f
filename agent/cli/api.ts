import type { Command } from 'commander';
import { packageVersion } from '../package-root.ts';
import type { CommandContext } from './context.ts';

/** `endcap api`: the machine-readable contract of the MQTT side. The HTTP side's is at /api/openapi.json of a running agent. */
export function registerApi(program: Command, context: CommandContext): void {
  program
    .command('api')
    .description('print the AsyncAPI document of the MQTT topics and messages, made from the schemas that check them')
    .action(async () => {
      const { asyncApiDocument } = await import('../../devices/asyncapi.ts');
      context.print(JSON.stringify(asyncApiDocument(packageVersion()), undefined, 2));
    });
}
