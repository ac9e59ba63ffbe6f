import { execFile } from 'node:child_process';
import { chown, mkdtemp, realpath, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';
import { findPeer } from './peers.ts';

const run = promisify(execFile);

/** A PostgreSQL server of one's own, reached through a socket in its folder; durable as in production. */
export interface PostgresCluster {
  /** Connection URL of a new, empty database. */
  createDatabase(name: string): Promise<string>;
  [Symbol.asyncDispose](): Promise<void>;
}

/**
 * Starts a cluster in a temporary folder, as the user `postgres` when the tests run as root (the server refuses root). Use only where
 * `hasPeer('postgres')` holds.
 */
export async function startPostgres(): Promise<PostgresCluster> {
  const server = findPeer('postgres');
  if (server === undefined) throw new Error('Cannot start PostgreSQL: it is not installed');
  // What is on the PATH may be a link; initdb and the rest are beside the real one.
  const bin = dirname(await realpath(server));
  const folder = await mkdtemp(join(tmpdir(), 'endcap-pg-'));
  const isRoot = process.getuid?.() === 0;
  if (isRoot) {
    const [uid, gid] = await Promise.all([idOf('-u'), idOf('-g')]);
    await chown(folder, uid, gid);
  }
  const call = (program: string, args: readonly string[]) => {
    const command = [join(bin, program), ...args];
    return isRoot ? run('runuser', ['-u', 'postgres', '--', ...command], { cwd: folder }) : run(command[0]!, args, { cwd: folder });
  };
  const data = join(folder, 'data');
  const control = (...args: readonly string[]) => call('pg_ctl', ['-D', data, '-w', '-s', ...args]);
  await call('initdb', ['-D', data, '-U', 'endcap', '-A', 'trust', '-E', 'UTF8', '--locale=C', '--no-sync', '--no-instructions']);
  await control(
    '-l',
    join(folder, 'log'),
    '-o',
    `-c listen_addresses='' -c unix_socket_directories='${folder}' -c shared_buffers=32MB`,
    'start',
  );
  return {
    async createDatabase(name) {
      await call('createdb', ['-h', folder, '-U', 'endcap', name]);
      return `postgresql://endcap@/${name}?host=${encodeURIComponent(folder)}`;
    },
    async [Symbol.asyncDispose]() {
      await control('-m', 'immediate', 'stop');
      await rm(folder, { recursive: true, force: true });
    },
  };
}

async function idOf(flag: '-u' | '-g'): Promise<number> {
  return Number((await run('id', [flag, 'postgres'])).stdout);
}
