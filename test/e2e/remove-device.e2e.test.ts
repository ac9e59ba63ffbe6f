import { describe, expect, it } from 'vitest';
import { DeviceClient } from '../support/device-client.ts';
import { LiveStore } from '../support/live-store.ts';
import { until } from '../support/until.ts';

describe('a device that the command line removes', { timeout: 60_000 }, () => {
  it('loses its open connection to the running agent within seconds, and cannot come back; the others stay', async () => {
    await using store = await LiveStore.create();
    await store.start();
    const secrets = await store.addDevices('shelf-1', 'shelf-2');
    const connect = (device: string) => DeviceClient.connect(store.mqttPort, { device, password: secrets.get(device)! });
    const [gone, kept] = await Promise.all(['shelf-1', 'shelf-2'].map(connect));
    const removed = await store.run(['device', 'remove', '--config', store.config, 'shelf-1']);
    expect(removed.code).toBe(0);
    await until('the end of the connection', () => gone!.isClosed);
    await expect(connect('shelf-1')).rejects.toThrow(/Cannot connect/);
    await kept!.publish({ id: 'p-1', kind: 'shelf.pick', slot: '2-1', count: 1 });
    expect(kept!.isClosed).toBe(false);
    kept!.close();
  });
});
