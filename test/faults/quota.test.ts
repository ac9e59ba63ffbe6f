import { afterEach, describe, expect, it } from 'vitest';
import { visitIn } from '../support/core-driver.ts';
import { LoopRig } from '../support/loop-rig.ts';
import { until } from '../support/until.ts';

/** Of this, about five megabytes are the database's: a tenth of what the least quota of a configuration gives. */
const QUOTA_BYTES = 40 * 1024 * 1024;

describe('a disk quota that is reached', { timeout: 60_000 }, () => {
  let rig: LoopRig | undefined;

  afterEach(async () => {
    await rig?.close();
    rig = undefined;
  });

  const detections = (n: number, atMs: number) => ({
    id: `c-${n}`,
    at: new Date(atMs).toISOString(),
    kind: 'camera.detections',
    people: Array.from({ length: 200 }, () => ({ x: 0.1, y: 0.1, w: 0.1, h: 0.1, confidence: 0.5 })),
  });

  /** Sends telemetry, fifty messages at a time, until some of it is refused; gives how many messages that took. */
  async function fill(made: LoopRig, from: number): Promise<number> {
    for (let n = from; n < from + 5_000; n += 50) {
      made.nowMs += 1_000;
      const messages = Array.from({ length: 50 }, (_, at) => made.receive('cam-care', detections(n + at, made.nowMs)));
      if ((await Promise.all(messages)).includes('retry')) return n + 50;
    }
    throw new Error('Cannot reach the quota');
  }

  it('stops telemetry and never consents, offers and redemptions; room that is made is used without a restart', async () => {
    const made = await new LoopRig({ quotaBytes: QUOTA_BYTES }).configure();
    rig = made;
    const stopped = await fill(made, 0);
    expect(stopped).toBeGreaterThan(50);
    expect(made.troubles).toContain('disk-full');
    expect(made.counters.total('endcap_shed_total')).toBeGreaterThan(0);
    expect(made.store.database.usage().usedBytes).toBeLessThanOrEqual(made.store.database.usage().quotaBytes);

    const visit = visitIn('treated');
    const consents = { offers: true, measurement: true };
    const opened = await made.loop.submit({ kind: 'visit.opened', visit, consents, textVersion: '1', tokenHash: 'h', fixture: 'shelf-03' });
    expect(opened.kind).toBe('committed');
    expect(await made.pick('p-1')).toBe('done');
    const [offer] = made.acts.flatMap((act) => (act.kind === 'act.deliver' ? [act.offer.id] : []));
    expect(offer).toBeDefined();
    const redeemed = await made.loop.submit({ kind: 'offer.redeem', offer: offer!, receipt: 'r', till: 'till-1' });
    expect(redeemed).toMatchObject({ kind: 'committed', reply: { kind: 'redeemed', repeated: false } });
    expect((await made.loop.submit({ kind: 'visit.consented', visit, consents: { offers: false }, textVersion: '1' })).kind).toBe(
      'committed',
    );
    expect((await made.loop.submit({ kind: 'visit.erased', visit })).kind).toBe('committed');

    // The oldest telemetry makes room, and what the camera sends again is taken.
    await until('telemetry to be taken again', async () => (await made.receive('cam-care', detections(stopped, made.nowMs))) === 'done');
    expect(made.counters.total('endcap_step_failures_total') + made.counters.total('endcap_turn_failures_total')).toBe(0);
  });

  it('is met again and again for a long time without growing, and the state can always be read back', async () => {
    const made = await new LoopRig({ quotaBytes: QUOTA_BYTES }).configure();
    rig = made;
    let from = 0;
    for (let round = 0; round < 3; round += 1) {
      from = await fill(made, from);
      await until('room', async () => (await made.receive('cam-care', detections(from, made.nowMs))) === 'done');
      from += 1;
    }
    const before = made.loop.state.nowMs;
    made.abandon();
    const again = new LoopRig({ dir: made.dir, quotaBytes: QUOTA_BYTES });
    rig = again;
    expect(again.loop.state.nowMs).toBe(before);
    expect((await again.loop.submit({ kind: 'tick' })).kind).toBe('committed');
  });
});
