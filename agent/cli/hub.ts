import { randomBytes } from 'node:crypto';
import { existsSync, mkdirSync } from 'node:fs';
import { join, resolve } from 'node:path';
import type { Command } from 'commander';
import type { HubDatabase } from '../../sync/hub/hub.ts';
import type { HubStore } from '../../sync/hub/hub-store.ts';
import { generateSigningKeys } from '../../sync/signing.ts';
import { chooseConfig, requireConfig } from './config-file.ts';
import type { CommandContext } from './context.ts';
import { EXIT } from './exit.ts';
import { CliFailure } from './failure.ts';
import { readSecret, writeSecret } from './secret-files.ts';

/** `endcap hub start | add-store | new-key | publish-campaigns`: the cloud side. Tables are in SQLite, or in PostgreSQL by `DATABASE_URL`. */
export function registerHub(program: Command, context: CommandContext): void {
  const hub = program.command('hub').description('the cloud side of many stores; PostgreSQL by DATABASE_URL, else SQLite');
  hub
    .command('start')
    .description('take totals from stores, hand out campaigns, show the fleet')
    .option('--data <folder>', 'folder of the SQLite file and the admin key', 'data/hub')
    .option('--host <address>', 'address to listen on', '127.0.0.1')
    .option('--port <number>', 'port to listen on; 0 takes a free one', '8090')
    .option('--admin-key-file <file>', 'key of the fleet pages (default: made in the data folder)')
    .option('--campaign-key <file...>', 'public keys (PEM) whose campaigns are accepted')
    .option('--tls-cert <file>', 'certificate chain (PEM)')
    .option('--tls-key <file>', 'private key (PEM)')
    .action((words: StartWords) => start(words, context));
  hub
    .command('add-store')
    .description('register a store and print its key, once')
    .argument('<store>', 'id of the store')
    .requiredOption('--name <text>', 'name for people')
    .option('--currency <code>', 'currency of its amounts', 'EUR')
    .option('--data <folder>', 'folder of the SQLite file', 'data/hub')
    .option('--key-file <file>', 'write the key there instead of printing it')
    .action((store: string, words: AddStoreWords) => addStore(store, words, context));
  hub
    .command('new-key')
    .description('make the pair of keys that campaigns are signed with')
    .argument('<file>', 'where the private key goes; the public one gets .pub behind it')
    .action((file: string) => newKey(file, context));
  hub
    .command('publish-campaigns')
    .description('sign the campaigns of a configuration and hand them to the hub')
    .requiredOption('--url <url>', 'address of the hub')
    .requiredOption('--key <file>', 'private key of "hub new-key"')
    .requiredOption('--admin-key-file <file>', 'admin key of the hub')
    .option('-c, --config <file>', 'configuration with the campaigns (or ENDCAP_CONFIG)')
    .option('--audience <store>', 'one store, or * for all', '*')
    .action((words: PublishWords) => publish(words, context));
}

interface StartWords {
  readonly data: string;
  readonly host: string;
  readonly port: string;
  readonly adminKeyFile?: string;
  readonly campaignKey?: readonly string[];
  readonly tlsCert?: string;
  readonly tlsKey?: string;
}

interface AddStoreWords {
  readonly name: string;
  readonly currency: string;
  readonly data: string;
  readonly keyFile?: string;
}

interface PublishWords {
  readonly url: string;
  readonly key: string;
  readonly adminKeyFile: string;
  readonly config?: string;
  readonly audience: string;
}

async function start(words: StartWords, context: CommandContext): Promise<void> {
  const absolute = (file: string) => resolve(context.workingDirectory, file);
  const folder = absolute(words.data);
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  const adminKeyFile = absolute(words.adminKeyFile ?? join(folder, 'admin.key'));
  if (words.adminKeyFile === undefined && !existsSync(adminKeyFile))
    writeSecret(adminKeyFile, `${randomBytes(32).toString('base64url')}\n`);
  if ((words.tlsCert === undefined) !== (words.tlsKey === undefined)) {
    throw new CliFailure('Cannot use TLS: --tls-cert and --tls-key belong together', { exitCode: EXIT.usage });
  }
  const stopRequested = context.stopRequested();
  const settings = {
    host: words.host,
    port: portOf(words.port),
    adminKey: readSecret(adminKeyFile),
    campaignKeysPem: (words.campaignKey ?? []).map((file) => readSecret(absolute(file))),
    ...(words.tlsCert === undefined || words.tlsKey === undefined
      ? {}
      : { tls: { certPem: readSecret(absolute(words.tlsCert)), keyPem: readSecret(absolute(words.tlsKey)) } }),
    onFailure: (message: string, error: unknown) =>
      context.complain(`${message}: ${error instanceof Error ? error.message : String(error)}`),
  };
  const { createHub } = await import('../../sync/hub/hub.ts');
  const running = await unlessUnavailable('start the hub', () => createHub({ ...databaseOf(folder, context), settings }));
  try {
    const url = await unlessUnavailable('start the hub', () => running.listen());
    context.print(`Hub at ${url}; the admin key is in ${adminKeyFile}`);
    context.complain(`Stopping (${await stopRequested})`);
  } finally {
    await running[Symbol.asyncDispose]();
  }
}

async function addStore(store: string, words: AddStoreWords, context: CommandContext): Promise<void> {
  const { name, currency } = words;
  const { registerStore } = await import('../../sync/hub/register-store.ts');
  const added = await withStore(resolve(context.workingDirectory, words.data), context, (hub) =>
    registerStore(hub, { store, name, currency, nowMs: Date.now() }),
  );
  if (!added.ok) throw new CliFailure(added.error, { exitCode: EXIT.usage });
  if (words.keyFile === undefined) {
    context.print(added.value.apiKey);
    context.complain(`The key of store "${store}", shown this once: put it into a file and name that in sync.keyFile`);
    return;
  }
  const file = resolve(context.workingDirectory, words.keyFile);
  writeSecret(file, `${added.value.apiKey}\n`);
  context.print(`The key of store "${store}" is in ${file}: name it in sync.keyFile`);
}

function newKey(file: string, context: CommandContext): void {
  const path = resolve(context.workingDirectory, file);
  const { privateKeyPem, publicKeyPem } = generateSigningKeys();
  writeSecret(path, privateKeyPem);
  writeSecret(`${path}.pub`, publicKeyPem);
  // The last 32 of the 44 bytes inside the PEM are the key itself (RFC 8410).
  const raw = Buffer.from(publicKeyPem.replace(/-----[^-]+-----|\s/g, ''), 'base64').subarray(-32);
  context.print(`Private key   ${path} (keep it where campaigns are made, and nowhere else)`);
  context.print(`For the hub   --campaign-key ${path}.pub`);
  context.print(`For stores    sync.campaignsPublicKey: ${raw.toString('base64')}`);
}

async function publish(words: PublishWords, context: CommandContext): Promise<void> {
  const { store } = requireConfig(chooseConfig(words.config, context), context);
  const { publishCampaigns } = await import('../../sync/hub/publish.ts');
  const published = await publishCampaigns({
    url: words.url,
    adminKey: readSecret(resolve(context.workingDirectory, words.adminKeyFile)),
    privateKeyPem: readSecret(resolve(context.workingDirectory, words.key)),
    audience: words.audience,
    campaigns: store.campaigns,
    nowMs: Date.now(),
  });
  if (!published.ok) throw new CliFailure(published.error, { exitCode: EXIT.unavailable });
  context.print(
    `${store.campaigns.length} campaigns published as version ${published.value.version} for ${words.audience === '*' ? 'every store' : words.audience}`,
  );
}

function databaseOf(folder: string, context: CommandContext): HubDatabase {
  const databaseUrl = context.environment['DATABASE_URL'] ?? '';
  return databaseUrl === '' ? { sqlitePath: join(folder, 'hub.db') } : { databaseUrl };
}

async function withStore<T>(folder: string, context: CommandContext, work: (store: HubStore) => Promise<T>): Promise<T> {
  const database = databaseOf(folder, context);
  if ('sqlitePath' in database) mkdirSync(folder, { recursive: true, mode: 0o700 });
  const store = await openStore(database);
  try {
    await unlessUnavailable('reach the tables of the hub', () => store.migrate());
    return await work(store);
  } finally {
    await store.close();
  }
}

async function openStore(database: HubDatabase): Promise<HubStore> {
  if ('databaseUrl' in database) {
    const { openPostgresStore } = await import('../../sync/hub/postgres-store.ts');
    return openPostgresStore(database.databaseUrl);
  }
  const { openSqliteStore } = await import('../../sync/hub/sqlite-store.ts');
  return openSqliteStore(database.sqlitePath);
}

/** Databases and ports are the operator's matter: what they say becomes one line. */
async function unlessUnavailable<T>(action: string, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    const fact = error instanceof Error ? error.message || String(error.cause ?? error.name) : String(error);
    const message = fact.startsWith('Cannot ') ? fact : `Cannot ${action}: ${fact}`;
    throw new CliFailure(message, { exitCode: EXIT.unavailable, hint: 'look at --port, --data and DATABASE_URL', cause: error });
  }
}

function portOf(text: string): number {
  const port = Number(text);
  if (/^\d+$/.test(text) && port <= 65_535) return port;
  throw new CliFailure(`Cannot use the port "${text}": expected a number from 0 to 65535`, { exitCode: EXIT.usage });
}
