import { createHash } from 'node:crypto';
import { afterEach, describe, expect, it } from 'vitest';
import type { ModelsOverview } from '../../agent/core/models-overview.ts';
import { smallArtifact } from '../models/onnx-fixture.ts';
import { LiveStore } from '../support/live-store.ts';
import { call, signIn } from '../support/till-and-phone.ts';
import { until } from '../support/until.ts';

const ARTIFACT = smallArtifact();
const NAME = `purchase-intent@${ARTIFACT.manifest.sha256.slice(0, 12)}`;

describe('a model, from a shell and from the page', { timeout: 120_000 }, () => {
  let store: LiveStore;

  afterEach(() => store?.[Symbol.asyncDispose]());

  function write(name: string, onnx: Uint8Array): string {
    const sha256 = createHash('sha256').update(onnx).digest('hex');
    store.write(`${name}/${ARTIFACT.manifest.file}`, Buffer.from(onnx));
    store.write(`${name}/manifest.json`, JSON.stringify({ ...ARTIFACT.manifest, sha256, bytes: onnx.length }));
    return `${name}/manifest.json`;
  }

  async function endcap(...words: readonly string[]): Promise<{ readonly code: number | null; readonly said: string }> {
    const { code, stdout, stderr } = await store.run(['model', ...words]);
    return { code, said: stdout + stderr };
  }

  it('is handed in, tried on the log, put into use, taken back with one press, and is where it was after a kill', async () => {
    store = await LiveStore.create();
    const first = await store.start();
    const cookie = await signIn(store.url, (await first.written(/one-time code (\S+)/))[1]);
    const view = async () => (await call(`${store.url}/api/v1/store/model`, { cookie })).body as unknown as ModelsOverview;
    const own = (await view()).live.name;
    expect(await endcap('stage', write('new', ARTIFACT.onnx))).toMatchObject({
      code: 0,
      said: expect.stringContaining(`${NAME} is checked`),
    });
    expect((await view()).candidate?.name).toBe(NAME);
    expect((await endcap('evaluate', 'new/manifest.json')).said).toMatch(/On the last day: too few known outcomes/);
    await first.stop('SIGKILL');
    const second = await store.start();
    await second.written(/Manager page/);
    await until('the candidate again', async () => (await view()).candidate?.name === NAME);
    expect((await endcap('promote')).said).toContain(`${NAME} is in use`);
    expect((await view()).live.sentence).toContain(NAME);
    await second.stop('SIGKILL');
    const third = await store.start();
    await third.written(/Manager page/);
    await until('the model in use again', async () => (await view()).live.sentence.includes(`by the model ${NAME}`));
    const pressed = await call(`${store.url}/api/v1/store/model`, { cookie, body: { action: 'return' }, headers: { origin: store.url } });
    expect(pressed.body).toEqual({ sentence: `${own} is in use again` });
    const { said } = await endcap('status');
    expect(said).toContain(`in use: ${own}; one step back: ${NAME}`);
    expect((await endcap('rollback')).said).toContain(`${NAME} is in use again`);
  });

  it('that is bad is refused at once, with a sentence', async () => {
    store = await LiveStore.create();
    await store.start();
    const { code, said } = await endcap('stage', write('bad', Buffer.from('no model at all, and a manifest that vouches for it')));
    expect(code).toBe(1);
    expect(said).toMatch(/Refused: Cannot read the model/);
  });

  it('waits in the database while no agent is running', async () => {
    store = await LiveStore.create();
    expect((await endcap('stage', write('new', ARTIFACT.onnx))).said).toContain('it is done when one starts');
    await store.start();
    await until('the candidate', async () => (await endcap('status')).said.includes(`on its way: ${NAME}`));
  });
});
