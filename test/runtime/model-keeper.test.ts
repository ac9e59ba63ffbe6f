import { afterEach, describe, expect, it } from 'vitest';
import type { Score } from '../../agent/core/decision.ts';
import { isCanary } from '../../agent/runtime/model-director.ts';
import { modelFindings, modelView } from '../../agent/runtime/model-view.ts';
import { sampleRequests } from '../../models/sample-requests.ts';
import { intentRows } from '../models/onnx-fixture.ts';
import { until } from '../support/until.ts';
import { BAD, GOOD_REPLAY, NEW, OWN, Rig, truth } from './model-rig.ts';

const NEW_NAME = `purchase-intent@${NEW.manifest.sha256.slice(0, 12)}`;
const OWN_NAME = `purchase-intent@${OWN.manifest.sha256.slice(0, 12)}`;

describe('a new model on its way', { timeout: 60_000 }, () => {
  let rig: Rig;
  afterEach(() => rig?.[Symbol.asyncDispose]());

  async function inShadow(): Promise<void> {
    rig = await Rig.create();
    await rig.handIn();
    await until('the replay', async () => {
      await rig.pass(0);
      return rig.stage === 'shadow';
    });
  }

  async function inCanary(): Promise<void> {
    await inShadow();
    await rig.visits(600);
    await rig.pass(5);
    expect(rig.stage ?? rig.keeper.lifecycle.history.at(-1)?.reason).toBe('canary');
  }

  it('is checked, tried on the log, looks on, decides for its share of the visits, and then for all', async () => {
    await inShadow();
    expect((await rig.visits(20)).map(({ model }) => model)).toEqual(new Array(40).fill(OWN_NAME));
    await rig.visits(600);
    await rig.pass(1);
    expect(rig.stage).toBe('shadow');
    await rig.pass(5);
    expect(rig.stage).toBe('canary');
    const scores = await rig.visits(900);
    const share = scores.filter(({ model }) => model === NEW_NAME).length / scores.length;
    expect(share).toBeGreaterThan(0.2);
    expect(share).toBeLessThan(0.4);
    await rig.pass(2);
    expect(rig.stage).toBe('canary');
    await rig.pass(23);
    expect(rig.keeper.lifecycle.candidate).toBeUndefined();
    expect(rig.keeper.lifecycle.live.name).toBe(NEW_NAME);
    expect((await rig.visits(5)).map(({ model }) => model)).toEqual(new Array(10).fill(NEW_NAME));
    expect(rig.keeper.lifecycle.history.map(({ kind, to }) => `${kind} ${to}`)).toEqual([
      'staged verified',
      'passed replayed',
      'passed shadow',
      'passed canary',
      'passed live',
    ]);
  });

  it('keeps a visit with one model, whenever it is scored', async () => {
    await inCanary();
    const [asked] = sampleRequests(1, { seed: 3, products: 1 });
    const models = new Set<string>();
    for (let i = 0; i < 20; i++) for (const score of (await rig.director.score([asked!])).flat()) models.add(score.model);
    expect(models.size).toBe(1);
    expect(isCanary('v', { share: 0, salt: 's' })).toBe(false);
    expect(isCanary('v', { share: 1, salt: 's' })).toBe(true);
  });

  it('is refused where it predicts worse on the log, and nobody was scored by it', async () => {
    rig = await Rig.create();
    rig.replay = async () => ({ ...GOOD_REPLAY, lossDifference: { value: 0.1, low: 0.05, high: 0.15 } });
    await rig.handIn();
    await until('the verdict', async () => {
      await rig.pass(0);
      return rig.keeper.lifecycle.candidate === undefined;
    });
    expect(rig.keeper.lifecycle.history.at(-1)).toMatchObject({
      kind: 'refused',
      reason: 'Tried on the last days: log-loss +0.100 (+0.050 to +0.150)',
    });
    expect(rig.keeper.lifecycle.live.name).toBe(OWN_NAME);
  });

  it('is refused while it looks on when it predicts worse than the one in use', async () => {
    rig = await Rig.create();
    await rig.handIn(BAD);
    await until('the replay', async () => {
      await rig.pass(0);
      return rig.stage === 'shadow';
    });
    await rig.visits(600);
    await rig.pass(5);
    expect(rig.keeper.lifecycle.history.at(-1)).toMatchObject({
      kind: 'refused',
      reason: expect.stringMatching(/^Looking on: log-loss \+/),
    });
    expect((await rig.visits(3)).every(({ model }) => model === OWN_NAME)).toBe(true);
  });

  it('goes out when its visits are shown to buy less', async () => {
    await inCanary();
    await rig.visits(900, { buys: ({ model }) => (model === NEW_NAME ? 0.05 : 0.6) });
    await rig.pass(2);
    expect(rig.keeper.lifecycle.candidate).toBeUndefined();
    expect(rig.keeper.lifecycle.history.at(-1)).toMatchObject({ kind: 'refused', model: NEW_NAME });
    expect(rig.keeper.lifecycle.live.name).toBe(OWN_NAME);
    expect((await rig.visits(30)).every(({ model }) => model === OWN_NAME)).toBe(true);
  });

  it('goes out when it has not passed a gate in time', async () => {
    await inShadow();
    await rig.pass(24 * 8);
    expect(rig.keeper.lifecycle.history.at(-1)).toMatchObject({
      kind: 'refused',
      reason: expect.stringMatching(/^Looking on: not passed in time/),
    });
  });

  it.each(['restart', 'killAndStart'] as const)('goes on where it was after a %s', async (how) => {
    await inCanary();
    await rig.visits(50);
    await rig.keeper.look();
    const counted = rig.keeper.verdicts().find(({ id }) => id === 'visits')?.figure;
    await rig[how]();
    expect(rig.stage).toBe('canary');
    expect(rig.keeper.verdicts().find(({ id }) => id === 'visits')?.figure).toBe(counted);
    expect((await rig.visits(60)).some(({ model }) => model === NEW_NAME)).toBe(true);
    await rig.keeper.promote('somebody');
    await rig.killAndStart();
    expect(rig.keeper.lifecycle.live.name).toBe(NEW_NAME);
    expect((await rig.visits(3)).every(({ model }) => model === NEW_NAME)).toBe(true);
  });

  it('one press goes back, and another one forth', async () => {
    await inCanary();
    await rig.keeper.promote('somebody');
    expect(await rig.keeper.goBack('Ada')).toBe(`${OWN_NAME} is in use again`);
    expect((await rig.visits(3)).every(({ model }) => model === OWN_NAME)).toBe(true);
    expect(modelFindings(rig.keeper, rig.nowMs).filter(({ id }) => id === 'model-returned')).toEqual([]);
    await rig.keeper.goBack('Ada');
    expect(rig.keeper.lifecycle.live.name).toBe(NEW_NAME);
  });

  it.each([
    ['promises more than comes', async () => void (await rig.visits(600, { buys: () => 0 })), /promises are off/],
    [
      'is told things it was not told before',
      async () => {
        const strange = intentRows(2, 9)[0]!.values!.map((value) => Number(value) + 40);
        for (let i = 0; i < 700; i++)
          rig.keeper.scored('live', [{ sku: 'x', intent: 0.9, confidence: 1, features: strange, featureSpec: '', model: '' }]);
      },
      /unlike those it gave when it came|has changed since it came/,
    ],
    [
      'fails',
      async () => {
        for (let i = 0; i < 900; i++) rig.keeper.called('live', { outcome: 'failed', elapsedMs: 1 });
      },
      /failed or came late/,
    ],
  ])('a model in use that %s goes back by itself, and one problem says why', async (_name, spoil, reason) => {
    await inCanary();
    await rig.keeper.promote('somebody');
    await rig.visits(2_100);
    await rig.pass(1);
    await rig.pass(25);
    expect(rig.keeper.lifecycle.live.name).toBe(NEW_NAME);
    await spoil();
    await rig.pass(1);
    expect(rig.keeper.lifecycle.live.name).toBe(OWN_NAME);
    expect(rig.keeper.lifecycle.previous?.name).toBe('rules@1');
    const problems = modelFindings(rig.keeper, rig.nowMs).filter(({ id }) => id === 'model-returned');
    expect(problems.map(({ sentence }) => sentence)).toEqual([expect.stringMatching(reason)]);
  });

  it('keeps a bounded history', async () => {
    rig = await Rig.create();
    for (let i = 0; i < 130; i++) await rig.keeper.goBack('Ada');
    expect(rig.keeper.lifecycle.history).toHaveLength(100);
    expect(modelView({ keeper: rig.keeper, learning: rig.learning, serving: 's', isApprentice: false, nowMs: 0 }).history).toHaveLength(20);
  });

  it('learns how much its promises are off here, and only once they are known to be', async () => {
    rig = await Rig.create();
    const before = await rig.visits(400, { buys: (score) => truth(score) / 3 });
    expect(rig.learning.calibrationOf(OWN_NAME)).toBeUndefined();
    await rig.visits(2_000, { buys: (score) => truth(score) / 3 });
    rig.keeper.recalibrate();
    const note = rig.learning.calibrationOf(OWN_NAME)!;
    expect(note.eceAfter).toBeLessThan(note.eceBefore / 2);
    const mean = (scores: readonly Score[]) => scores.reduce((sum, { intent }) => sum + intent, 0) / scores.length;
    expect(mean(await rig.visits(400))).toBeLessThan(0.7 * mean(before));
    await rig.killAndStart();
    expect(mean(await rig.visits(400))).toBeLessThan(0.7 * mean(before));
  });
});
