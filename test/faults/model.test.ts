import { createHash, randomBytes } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { afterEach, describe, expect, it } from 'vitest';
import type { StoreOverview } from '../../agent/core/overview.ts';
import { residentBytes } from '../../models/child/start-child.ts';
import { smallArtifact } from '../models/onnx-fixture.ts';
import { manifestFor, poisonModels } from '../models/poison-models.ts';
import { DeviceClient } from '../support/device-client.ts';
import { LiveStore } from '../support/live-store.ts';
import { call, Phone, signIn } from '../support/till-and-phone.ts';
import { until } from '../support/until.ts';

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

/** One of each way to be bad; the whole dozen is tried on the process that runs them, in test/models/child-runner.test.ts. */
const IN_A_STORE: ReadonlySet<string> = new Set([
  'random bytes',
  '8 GB asked for when it is run',
  'an endless loop',
  'answers that are no numbers',
  'two numbers a row',
  'an operator that was removed',
]);

describe('a model that somebody sent and that is bad', { timeout: 90_000 }, () => {
  const artifact = smallArtifact();
  const good = { manifest: artifact.manifest, onnx: artifact.onnx };
  let store: LiveStore;

  afterEach(() => store?.[Symbol.asyncDispose]());

  function place(onnx: Uint8Array, change: object = {}): void {
    const sha256 = createHash('sha256').update(onnx).digest('hex');
    store.write('model/purchase-intent.onnx', Buffer.from(onnx));
    store.write('model/purchase-intent.manifest.json', JSON.stringify({ ...good.manifest, ...change, sha256, bytes: onnx.length }));
  }

  it.each(
    poisonModels(artifact.manifest.columns.length)
      .filter(({ name }) => IN_A_STORE.has(name))
      .map((poison) => [poison.name, poison] as const),
  )(
    '%s: rules decide within the deadline, one problem says so, memory stays flat, and the good model serves when it is back',
    async (_name, poison) => {
      store = await LiveStore.create();
      place(poison.onnx, manifestFor(artifact, poison));
      const agent = await store.start({ environment: { ENDCAP_MODEL_MANIFEST_FILE: 'model/purchase-intent.manifest.json' } });
      const cookie = await signIn(store.url, (await agent.written(/one-time code (\S+)/))[1]);
      const password = (await store.addDevices('shelf-1')).get('shelf-1')!;
      const shelf = await DeviceClient.connect(store.mqttPort, { device: 'shelf-1', password });
      const before = megabytesOf(agent.pid);
      const phone = await (await Phone.open(store.url, 'shelf-1')).listen();
      const startMs = performance.now();
      await shelf.publish({ id: 'p-1', kind: 'shelf.pick', slot: '1-1', count: 1 });
      expect((await phone.nextOffer()).sku).toBe('TEA');
      expect(performance.now() - startMs).toBeLessThan(5_000);
      const overview = async () => (await call(`${store.url}/api/v1/store/overview`, { cookie })).body as unknown as StoreOverview;
      const { problems, model } = await overview();
      expect(problems.map(({ id }) => id)).toEqual(['model']);
      expect(problems[0]?.sentence).toMatch(/^Intent is scored by rules \(rules@1\): Cannot (use|read) the model/);
      expect(model.state).toBe('fallback');
      place(good.onnx);
      // Every scan of a new visit asks for a score, and so for the model.
      await until('the good model', async () => {
        await (await Phone.open(store.url, 'shelf-1')).call('/api/v1/products/TEA?visit');
        return (await overview()).model.state === 'live';
      });
      await until('no problem', async () => (await overview()).problems.length === 0);
      expect(megabytesOf(agent.pid) - before).toBeLessThan(150);
      shelf.close();
    },
  );

  function megabytesOf(pid: number): number {
    return (residentBytes(pid) ?? 0) / 1e6;
  }
});
