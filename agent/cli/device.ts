import type { Command } from 'commander';
import type { LoadedConfig } from '../../config/load.ts';
import { didYouMean } from '../../config/suggest.ts';
import { firstMessage, setupLine } from '../device-example.ts';
import type { Placement } from '../device-file.ts';
import { isLoopbackHost } from '../http/addresses.ts';
import { DeviceCredentials } from '../store/devices.ts';
import { chooseConfig, requireConfig } from './config-file.ts';
import type { CommandContext } from './context.ts';
import { placeInFile } from './device-place.ts';
import { registerDeviceTry } from './device-try.ts';
import { EXIT } from './exit.ts';
import { CliFailure } from './failure.ts';
import { withDatabase } from './open-database.ts';

interface DeviceWords {
  readonly config?: string;
  readonly json?: boolean;
}

/** `endcap device add | list | try | remove`: who may connect to the embedded broker. A running agent sees the change at once. */
export function registerDevice(program: Command, context: CommandContext): void {
  const device = program.command('device').description('credentials of devices for the embedded broker');
  const named = (name: string, description: string) =>
    device
      .command(name)
      .description(description)
      .option('-c, --config <file>', 'configuration of the store (or ENDCAP_CONFIG)')
      .option('--json', 'for programs');
  named('add', 'make a new secret for each device and print it, once; an earlier one stops working')
    .argument('[devices...]', 'ids as in the configuration')
    .option('--all', 'every device of the configuration')
    .option('--as <adapter>', 'place a new device first: the family or mapping that reads it; written into the configuration file')
    .option('--known-as <name>', 'with --as: name that its own messages carry (topic, node, camera)')
    .option('--slot <slot>', 'with --as: slot that its weight, distance or reach is about')
    .option('--fixture <fixture>', 'with --as: fixture it is mounted on')
    .option('--zone <zone>', 'with --as: zone it stands in or looks at')
    .option('--topic <topic>', 'with --as: topic it writes, where that is not the usual one of its family')
    .option('--bridge', 'with --as: it speaks for every device of its family, like a Zigbee2MQTT or a network server')
    .option('--role <role>', 'with --as: sensor, scanner, camera, till, display or door; by default what the family usually is')
    .option('--name <name>', 'with --as: name for people')
    .action((ids: readonly string[], words: DeviceWords & PlaceWords & { readonly all?: boolean }) => {
      const loaded = words.as === undefined ? load(words, context) : place(ids, words, context);
      const chosen = words.all === true ? loaded.store.devices.map((device) => device.id) : ids;
      if (chosen.length === 0)
        throw new CliFailure('Cannot add a device: none is named', { exitCode: EXIT.usage, hint: 'name devices, or say --all' });
      add(chosen, loaded, { isJson: words.json === true, context });
    });
  named('list', 'show which devices of the configuration have credentials').action((words: DeviceWords) => list(words, context));
  registerDeviceTry(device, context);
  named('remove', 'take the credentials away')
    .argument('<devices...>', 'ids')
    .action((ids: readonly string[], words: DeviceWords) => remove(ids, load(words, context), context));
}

type PlaceWords = Omit<Partial<Placement>, 'id' | 'adapter'> & { readonly as?: string };

/** One new device, in the file and from then on in a running agent too. */
function place(ids: readonly string[], words: DeviceWords & PlaceWords, context: CommandContext): LoadedConfig {
  const [id, ...more] = ids;
  if (id === undefined || more.length > 0 || words.as === undefined) {
    throw new CliFailure('Cannot place a device: name exactly one with --as', { exitCode: EXIT.usage });
  }
  const choice = chooseConfig(words.config, context);
  if (choice.isSample) {
    throw new CliFailure('Cannot place a device: the sample store is not yours to change', {
      exitCode: EXIT.usage,
      hint: 'name your configuration with --config or ENDCAP_CONFIG',
    });
  }
  const { as: adapter, knownAs, slot, fixture, zone, role, name, topic, bridge } = words;
  const placement = { id, adapter, knownAs, slot, fixture, zone, role, name, topic, bridge };
  const placed = placeInFile(placement, requireConfig(choice, context), context);
  context.complain(`${id} is in ${choice.file} now; a running agent takes it over within seconds`);
  return placed;
}

function load(words: DeviceWords, context: CommandContext): LoadedConfig {
  return requireConfig(chooseConfig(words.config, context), context);
}

function add(
  ids: readonly string[],
  loaded: LoadedConfig,
  { isJson, context }: { readonly isJson: boolean; readonly context: CommandContext },
): void {
  const { config, store } = loaded;
  if (config.mqtt.url !== undefined) {
    throw new CliFailure('Cannot add a device: the external broker keeps its own accounts', { exitCode: EXIT.usage, hint: 'add it there' });
  }
  const devices = ids.map((id) => {
    const device = store.devices.find((candidate) => candidate.id === id);
    if (device !== undefined) return device;
    const meant = didYouMean(
      id,
      store.devices.map((candidate) => candidate.id),
    );
    throw new CliFailure(`Cannot add device "${id}": it is not in the configuration`, {
      exitCode: EXIT.usage,
      hint: meant === undefined ? 'add it to devices in the file first' : `did you mean "${meant}"?`,
    });
  });
  const secrets = withDatabase(config, ({ sqlite }) => {
    const credentials = new DeviceCredentials(sqlite);
    return devices.map((device) => credentials.issue(device.id, Date.now()));
  });
  const { host, port } = config.mqtt;
  if (isLoopbackHost(host))
    context.complain(
      `The agent hears devices on this computer only (mqtt.host: ${host}); for others set mqtt.host to 0.0.0.0 and start it again`,
    );
  devices.forEach((device, index) => {
    const secret = secrets[index]!;
    if (isJson) {
      context.print(JSON.stringify({ device: device.id, username: device.id, password: secret, host, port }));
      return;
    }
    context.print(`${context.paint('bold', device.id)}  user name ${device.id}  password ${context.paint('bold', secret)}`);
    const setup = setupLine({ device, config, secret });
    if (setup !== undefined) {
      context.print('The password is shown this once. At the device:');
      context.print(`  ${setup}`);
      context.print('A first message, to try it:');
    } else context.print('The password is shown this once. A first message, to try it:');
    context.print(`  ${firstMessage({ device, store, config, secret })}`);
  });
}

function list(words: DeviceWords, context: CommandContext): void {
  const { config, store } = load(words, context);
  const held = withDatabase(config, ({ sqlite }) => new DeviceCredentials(sqlite).list());
  const addedAt = new Map(held.map((credential) => [credential.device, credential.addedAtMs]));
  const configured = store.devices.map((device) => ({ device: device.id, role: device.role as string, addedAtMs: addedAt.get(device.id) }));
  const strangers = held
    .filter((credential) => !store.devices.some((device) => device.id === credential.device))
    .map((credential) => ({ device: credential.device, role: 'not in the configuration', addedAtMs: credential.addedAtMs }));
  const width = Math.max(6, ...[...configured, ...strangers].map((row) => row.device.length));
  for (const row of [...configured, ...strangers]) {
    const since = row.addedAtMs === undefined ? 'no credentials' : `since ${new Date(row.addedAtMs).toISOString()}`;
    context.print(words.json === true ? JSON.stringify(row) : `${row.device.padEnd(width)}  ${row.role.padEnd(8)}  ${since}`);
  }
}

function remove(ids: readonly string[], { config }: LoadedConfig, context: CommandContext): void {
  const gone = withDatabase(config, ({ sqlite }) => {
    const credentials = new DeviceCredentials(sqlite);
    return ids.map((id) => credentials.remove(id));
  });
  ids.forEach((id, index) => {
    context.print(
      gone[index] === true
        ? `${id} may not connect any more; a running agent ends its connection within seconds`
        : `${id} had no credentials`,
    );
  });
  if (gone.includes(false)) context.finish(EXIT.found);
}
