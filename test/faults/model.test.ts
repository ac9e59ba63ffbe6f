import { createHash, randomBytes } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { afterEach, describe, expect, it } from 'vitest';
import type { StoreOverview } from '../../agent/core/overview.ts';
import { DeviceClient } from '../support/device-client.ts';
import { LiveStore } from '../support/live-store.ts';
import { call, Phone, signIn } from '../support/till-and-phone.ts';

const MANIFEST = readFileSync('models/artifacts/purchase-intent.manifest.json', 'utf8');
const MODEL = readFileSync('models/artifacts/purchase-intent.onnx');

/** A manifest that vouches for exactly these bytes. */
function vouchingFor(model: Buffer): string {
  const hash = (bytes: Buffer) => createHash('sha256').update(bytes).digest('hex');
  return MANIFEST.replaceAll(hash(MODEL), hash(model));
}

const TORN = MODEL.subarray(0, MODEL.length / 2);
const NOISE = randomBytes(50_000);

describe('a model that cannot be used', { timeout: 60_000 }, () => {
  let store: LiveStore;

  afterEach(() => store?.[Symbol.asyncDispose]());

  it.each<readonly [string, string | undefined, Buffer | undefined]>([
    ['a manifest that is missing', undefined, undefined],
    ['a manifest that is no JSON', '{"name":', MODEL],
    ['a model that is missing', MANIFEST, undefined],
    ['a model that is not the one of the manifest', MANIFEST, NOISE],
    ['random bytes that the manifest vouches for', vouchingFor(NOISE), NOISE],
    ['half a model that the manifest vouches for', vouchingFor(TORN), TORN],
  ])('%s: rules decide, and one problem says so', async (_name, manifest, model) => {
    store = await LiveStore.create();
    if (manifest !== undefined) store.write('model/purchase-intent.manifest.json', manifest);
    if (model !== undefined) store.write('model/purchase-intent.onnx', model);
    const agent = await store.start({ environment: { ENDCAP_MODEL_MANIFEST_FILE: 'model/purchase-intent.manifest.json' } });
    const cookie = await signIn(store.url, (await agent.written(/one-time code (\S+)/))[1]);
    const password = (await store.addDevices('shelf-1')).get('shelf-1')!;
    const phone = await (await Phone.open(store.url, 'shelf-1')).listen();
    const shelf = await DeviceClient.connect(store.mqttPort, { device: 'shelf-1', password });
    await shelf.publish({ id: 'p-1', kind: 'shelf.pick', slot: '1-1', count: 1 });
    expect((await phone.nextOffer()).sku).toBe('TEA');
    shelf.close();
    const decisions = await call(`${store.url}/api/v1/store/decisions`, { cookie });
    expect(JSON.stringify(decisions.body)).toContain('"model":"rules@');
    const { body } = await call(`${store.url}/api/v1/store/overview`, { cookie });
    const overview = body as unknown as StoreOverview;
    expect(overview.problems.map(({ id, severity }) => [id, severity])).toEqual([['model', 'warning']]);
    expect(overview.model.state).toBe('fallback');
    expect(agent.output()).not.toMatch(/\n {4}at /);
  });
});
