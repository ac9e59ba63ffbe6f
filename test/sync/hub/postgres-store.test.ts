import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openPostgresStore } from '../../../sync/hub/postgres-store.ts';
import { hasPeer } from '../../support/peers.ts';
import { type PostgresCluster, startPostgres } from '../../support/postgres.ts';
import { batch, hubStoreContract } from './hub-store-contract.ts';

describe.skipIf(!hasPeer('postgres'))('with a real PostgreSQL', () => {
  let cluster: PostgresCluster;
  let databases = 0;
  const nextUrl = () => cluster.createDatabase(`hub_${++databases}`);

  beforeAll(async () => {
    cluster = await startPostgres();
  });
  afterAll(() => cluster?.[Symbol.asyncDispose]());

  hubStoreContract('PostgreSQL', async () => openPostgresStore(await nextUrl()));

  it('several hubs may start and take the same batches at the same moment', async () => {
    const url = await nextUrl();
    const hubs = Array.from({ length: 3 }, () => openPostgresStore(url, { connections: 3 }));
    await Promise.all(hubs.map((hub) => hub.migrate()));
    const [first] = hubs;
    await first!.addStore({ store: 'demo', name: 'Demo', currency: 'EUR', keyHash: 'k', publicKeyPem: undefined, nowMs: 1 });
    const uploads = Array.from({ length: 30 }, (_, at) =>
      hubs[at % 3]!.takeBatches({ store: 'demo', epoch: '1', batches: [batch(2), batch(1), batch(3)], nowMs: 1 }),
    );
    const taken = await Promise.all(uploads);
    expect(taken.reduce((sum, { fresh }) => sum + fresh, 0)).toBe(3);
    expect(await first!.dailyTotals({ fromDay: '2026-01-01', toDay: '2026-12-31' })).toMatchObject([{ counts: { visitsOpened: 9 } }]);
    await Promise.all(hubs.map((hub) => hub.close()));
  });

  it('goes on after the server has dropped its connections', async () => {
    const url = await nextUrl();
    const hub = openPostgresStore(url, { connections: 2 });
    const killer = openPostgresStore(url, { connections: 1 });
    await hub.migrate();
    await hub.ping();
    await killer.migrate();
    await dropOtherConnections(url);
    await expect
      .poll(() =>
        hub.ping().then(
          () => 'answers',
          () => 'fails',
        ),
      )
      .toBe('answers');
    await hub.close();
    await killer.close();
  });
});

async function dropOtherConnections(url: string): Promise<void> {
  const { default: pg } = await import('pg');
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  await client.query(
    'SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()',
  );
  await client.end();
}
