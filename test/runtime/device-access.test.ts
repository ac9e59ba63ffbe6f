import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { DeviceAccess } from '../../agent/device-access.ts';
import { CoreDatabase } from '../../agent/store/database.ts';
import { DeviceCredentials } from '../../agent/store/devices.ts';
import { openStore, type Store } from '../../agent/store/store.ts';

describe('who is connected by which credentials', () => {
  let dir: string;
  let agent: Store;
  /** The same file as the command line has it open beside the running agent. */
  let beside: CoreDatabase;
  let cut: string[];
  const look = (access: DeviceAccess) => access.look((device) => cut.push(device));

  beforeEach(() => {
    dir = mkdtempSync(join(tmpdir(), 'endcap-access-'));
    const store = openStore({ dir, quotaBytes: 64 * 1024 * 1024, nowMs: 1 });
    if (!store.ok) throw new Error(store.error.message);
    agent = store.value;
    beside = CoreDatabase.open({ dir, quotaBytes: 32 * 1024 * 1024, ballastBytes: 0 });
    cut = [];
  });

  afterEach(() => {
    beside.close();
    agent.close(2);
    rmSync(dir, { recursive: true, force: true });
  });

  it('a device that another process took the credentials of is cut off once, the others stay', () => {
    const access = new DeviceAccess(agent.devices);
    for (const device of ['shelf-1', 'shelf-2']) {
      agent.devices.issue(device, 10);
      access.admitted(device);
    }
    look(access);
    expect(cut).toEqual([]);
    new DeviceCredentials(beside.sqlite).remove('shelf-1');
    look(access);
    look(access);
    expect(cut).toEqual(['shelf-1']);
  });

  it('so is one that got new ones, until it signs in with them', () => {
    const access = new DeviceAccess(agent.devices);
    agent.devices.issue('shelf-1', 10);
    access.admitted('shelf-1');
    new DeviceCredentials(beside.sqlite).issue('shelf-1', 20);
    // An older connection may still be open beside the new one: both go, and only the new one can come back.
    access.admitted('shelf-1');
    look(access);
    expect(cut).toEqual(['shelf-1']);
    access.admitted('shelf-1');
    look(access);
    expect(cut).toEqual(['shelf-1']);
  });
});
