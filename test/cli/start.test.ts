import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { SMALL_STORE } from '../config/small-store.ts';
import { CliRig, takePort, written } from './cli-rig.ts';

let rig: CliRig;

beforeAll(() => {
  rig = new CliRig();
  writeFileSync(join(rig.folder, 'store.yaml'), SMALL_STORE);
});

afterAll(() => {
  rig[Symbol.dispose]();
});

// Each test runs whole programs one after the other, which a busy machine takes its time for.
describe('endcap start', { timeout: 120_000 }, () => {
  it('says where everything is, and ends with 0 when it is asked to stop', async () => {
    const running = rig.start(['start', '--config', 'store.yaml'], { ENDCAP_DATA_DIR: 'alone' });
    const [, url] = await written(running, /Manager page +(http:\/\/\S+)/);
    expect((await fetch(`${url}/healthz`)).status).toBe(200);
    await written(running, /First login +one-time code \d/);
    running.stop('SIGTERM');
    const { code, stdout } = await running.ended;
    expect(code).toBe(0);
    expect(stdout).toContain('Store         Corner\n');
  });

  it('runs the sample store with simulated shoppers, whose devices connect with secrets of their own', async () => {
    const running = rig.start(['start'], { ENDCAP_DATA_DIR: 'lively', ENDCAP_SIMULATOR_SPEED: '20' });
    const [, url] = await written(running, /Manager page +(http:\/\/\S+)/);
    await written(running, /with simulated shoppers/);
    expect(await metric(`${url}/metrics`, /^endcap_mqtt_clients (\d+)$/m)).toBeGreaterThan(0);
    running.stop('SIGINT');
    expect((await running.ended).code).toBe(0);
    const kept = JSON.parse(readFileSync(join(rig.folder, 'lively', 'simulator-credentials.json'), 'utf8')) as Readonly<
      Record<string, string>
    >;
    expect(kept['shelf-03']).toHaveLength(43);
  });

  it('leaves a simulated device to whoever was given its password by hand', async () => {
    const environment = { ENDCAP_DATA_DIR: 'lively' };
    expect((await rig.run(['device', 'add', 'shelf-03'], environment)).code).toBe(0);
    const running = rig.start(['start'], environment);
    await written(running, /Manager page/);
    running.stop('SIGTERM');
    await running.ended;
    const kept = JSON.parse(readFileSync(join(rig.folder, 'lively', 'simulator-credentials.json'), 'utf8')) as Readonly<
      Record<string, string>
    >;
    expect(kept['shelf-03']).toBeUndefined();
    expect(kept['shelf-04']).toHaveLength(43);
  });

  it('simulates nobody in a store of its own, nor with --no-simulator', async () => {
    const running = rig.start(['start', '--no-simulator'], { ENDCAP_DATA_DIR: 'waiting' });
    await written(running, /First login/);
    running.stop('SIGTERM');
    expect((await running.ended).stdout).not.toContain('simulated');
  });

  it.each([
    ['the pages', 'ENDCAP_HTTP_PORT', 'http.port'],
    ['devices', 'ENDCAP_MQTT_PORT', 'mqtt.port'],
  ])('a taken port of %s is one line that names the setting', async (_name, variable, setting) => {
    await using taken = await takePort();
    const { code, stderr } = await rig.run(['start', '--config', 'store.yaml'], {
      ENDCAP_DATA_DIR: 'taken',
      [variable]: String(taken.port),
    });
    expect(code).toBe(69);
    expect(stderr.split('\n')).toHaveLength(2);
    expect(stderr).toContain(setting);
    expect(stderr).toContain(variable);
    expect(stderr).toContain(String(taken.port));
  });

  it('a second agent on the same data folder is refused', async () => {
    mkdirSync(join(rig.folder, 'shared'), { recursive: true });
    const environment = { ENDCAP_DATA_DIR: 'shared' };
    const first = rig.start(['start', '--config', 'store.yaml'], environment);
    await written(first, /Manager page/);
    const second = await rig.run(['start', '--config', 'store.yaml'], environment);
    first.stop('SIGTERM');
    await first.ended;
    expect(second.code).toBe(69);
    expect(second.stderr.split('\n')).toHaveLength(2);
  });
});

async function metric(url: string, pattern: RegExp): Promise<number> {
  for (let attempt = 0; attempt < 200; attempt++) {
    const match = pattern.exec(await (await fetch(url)).text());
    if (match !== null && Number(match[1]) > 0) return Number(match[1]);
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  return 0;
}
