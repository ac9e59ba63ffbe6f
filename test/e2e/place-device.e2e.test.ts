import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { connectAsync, type MqttClient } from 'mqtt';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type EndcapProcess, LiveStore } from '../support/live-store.ts';
import { hasPeer } from '../support/peers.ts';
import { until } from '../support/until.ts';
import { axeFindings, SIZES, startBrowser, type TestBrowser, type WatchedPage } from '../web/support/browser.ts';

const SCALE = '{"Time":"2026-06-01T10:00:00","HX711":{"Weight":1.2,"WeightRaw":1200,"AbsRaw":8412}}';

describe.skipIf(!hasPeer('chromium'))('a Tasmota scale that nobody has placed', { timeout: 90_000 }, () => {
  let store: LiveStore;
  let agent: EndcapProcess;
  let browser: TestBrowser;
  let desk: WatchedPage;
  let scale: MqttClient | undefined;

  beforeAll(async () => {
    store = await LiveStore.create();
    [agent, browser] = await Promise.all([store.start(), startBrowser()]);
    const [, code] = await agent.written(/one-time code (\S+)/);
    desk = await browser.open(`${store.url}/#devices`, SIZES.desk);
    const { page } = desk;
    await page.getByLabel('Setup code').fill(code!);
    await page.getByLabel('Your name').fill('ana');
    await page.getByLabel('Password', { exact: true }).fill('four random words here');
    await page.getByRole('button', { name: 'Create account' }).click();
  });

  afterAll(async () => {
    await scale?.endAsync(true);
    await browser?.[Symbol.asyncDispose]();
    await store?.[Symbol.asyncDispose]();
  });

  const file = () => readFileSync(join(store.folder, 'store.yaml'), 'utf8');
  const unknown = () => desk.page.locator('#unknown-devices');
  const connect = (who: { readonly username?: string; readonly password?: string }) =>
    connectAsync(`mqtt://127.0.0.1:${store.mqttPort}`, { clientId: 'DVES_12AB34', reconnectPeriod: 0, ...who });

  it('may not connect before a manager listens for new devices', async () => {
    await expect(connect({})).rejects.toThrow();
  });

  it('appears with its last message and what would be read from it, field by field', async () => {
    await unknown().getByRole('button', { name: 'Listen for new devices' }).click();
    await unknown().getByText('Listening for new devices').waitFor();
    scale = await connect({});
    await scale.publishAsync('tele/scale1/SENSOR', SCALE);
    await unknown().getByRole('heading', { name: 'scale1' }).waitFor();
    await unknown().getByText('Looks like tasmota').waitFor();
    await unknown().getByRole('row', { name: 'shelf.weight grams 1200' }).waitFor();
    expect(desk.complaints).toEqual([]);
  });

  it('is placed with one press: in the file, in the running agent, with its password on the screen', async () => {
    const before = file();
    await unknown().getByRole('button', { name: 'Place it… scale1' }).click();
    const form = unknown().getByRole('form', { name: 'Place scale1' });
    await form.getByLabel('Name for people').fill('Tea scale');
    await form.getByLabel('Shelf or fixture').selectOption('shelf-1');
    await form.getByLabel('Slot').selectOption('1-1');
    expect(await axeFindings(desk.page)).toEqual([]);
    await form.getByRole('button', { name: 'Place', exact: true }).click();
    await unknown().getByText('Tea scale is part of the store now').waitFor();
    expect(await axeFindings(desk.page)).toEqual([]);
    const after = file();
    const added = after.split('\n').filter((line) => !before.split('\n').includes(line));
    expect(added).toEqual([expect.stringContaining('{ id: scale1, name: Tea scale, role: sensor, adapter: tasmota, knownAs: scale1')]);
    expect(before.split('\n').every((line) => after.includes(line))).toBe(true);
    await desk.page
      .locator('#devices')
      .getByRole('row', { name: /Tea scale/ })
      .waitFor();
    await unknown().getByText('Backlog MqttHost').waitFor();
  });

  it('reports with the password that was shown, and its shelf is weighed', async () => {
    const password = await unknown().locator('.access > div', { hasText: 'Password' }).locator('code').textContent();
    await scale?.endAsync(true);
    scale = await until('the sign-in', () => connect({ username: 'scale1', password: password ?? '' }).catch(() => undefined));
    await scale.publishAsync('tele/scale1/SENSOR', SCALE, { qos: 1 });
    await desk.page
      .locator('#devices')
      .getByRole('row', { name: /Tea scale.*Working/ })
      .waitFor();
    await unknown().getByRole('button', { name: 'I have written it down' }).click();
    await unknown().getByText('scale1').waitFor({ state: 'hidden' });
  });

  it('gets a new password, and goes, each after one more question', async () => {
    const row = () => desk.page.locator('#devices').getByRole('row', { name: /Tea scale/ });
    await row().getByRole('button', { name: 'New password' }).click();
    await row().getByRole('button', { name: 'Yes, make a new one' }).click();
    await desk.page.getByText('Tea scale has a new password').waitFor();
    // Whoever is connected showed the old one.
    await until('the old connection ends', () => scale?.connected === false);
    await row().getByRole('button', { name: 'Remove' }).click();
    await row().getByRole('button', { name: 'Yes, remove it' }).click();
    await desk.page.getByText('Tea scale is no longer part of the store').waitFor();
    await row().waitFor({ state: 'hidden' });
    expect(file()).not.toContain('scale1');
    expect(desk.complaints).toEqual([]);
  });
});
