import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { Gate } from '../../agent/runtime/gate.ts';
import { createAdapterRegistry } from '../../devices/adapters/registry.ts';
import { exampleMessage } from '../contracts/adapter.contract.ts';
import { LoopRig } from '../support/loop-rig.ts';

/** What a device of each family says of the coffee shelf, as that shelf's own device. */
const names = createAdapterRegistry({ store: 'demo' }).adapters.map(({ name }) => name);
const HOUR_MS = 3_600_000;

describe('what a broker repeats to an agent that connects', () => {
  let rig: LoopRig;

  beforeEach(async () => {
    rig = await new LoopRig().configure();
    await rig.loop.submit({
      kind: 'visit.opened',
      visit: 'v-1',
      consents: { offers: true, measurement: true },
      textVersion: '1',
      tokenHash: 'h',
      fixture: 'shelf-03',
    });
  });

  afterEach(() => rig.close());

  async function hear(family: string, how: { readonly retain: boolean; readonly agoMs: number }): Promise<void> {
    const registry = createAdapterRegistry({ store: 'demo', devices: [{ id: 'shelf-03', adapter: family, slot: '03-2', knownAs: 'x-1' }] });
    const gate = new Gate({
      loop: rig.loop,
      decode: (message) => {
        const decoded = registry.decode(message);
        if (decoded.kind !== 'readings') return decoded;
        // By the clock of the device it happened then.
        const readings = decoded.readings.map((reading) => ({ ...reading, device: 'shelf-03', atMs: rig.nowMs - how.agoMs }));
        return { kind: 'readings', readings };
      },
      counters: rig.counters,
      nowMs: () => rig.nowMs,
      resolveCode: () => undefined,
      quarantine: () => undefined,
    });
    const adapter = registry.adapters.find(({ name }) => name === family);
    for (const example of adapter?.examples ?? []) {
      const message = exampleMessage(example, { store: 'demo', device: 'x-1' });
      await new Promise((resolve) => gate.receive({ ...message, qos: 1, retain: how.retain, client: 'broker' }, resolve));
    }
  }

  const interactions = () => [...rig.loop.state.visits.values()].flatMap((visit) => visit.interactions);
  const soldCents = () => rig.loop.state.today.salesCents;
  /** Only what a device says of itself may count. */
  const counted = () => rig.logged().filter((line) => !/^(?:store|visit)|^device\.status/.test(line));

  it.each(names)('%s: a retained message is no interaction, no reading and no sale', async (family) => {
    await hear(family, { retain: true, agoMs: 0 });
    expect(interactions()).toEqual([]);
    expect(soldCents()).toBe(0);
    expect(counted()).toEqual([]);
  });

  it.each(names)('%s: what happened an hour ago by the device’s clock is no interaction now', async (family) => {
    await hear(family, { retain: false, agoMs: HOUR_MS });
    expect(interactions()).toEqual([]);
  });

  it('the same said now, and live, is one', async () => {
    await rig.pick('p-1', '03-2');
    expect(interactions()).toHaveLength(1);
    const before = interactions().length;
    await rig.receive('shelf-03', {
      id: 'p-2',
      at: new Date(rig.nowMs - HOUR_MS).toISOString(),
      kind: 'shelf.pick',
      slot: '03-2',
      count: 1,
    });
    await rig.receive('shelf-03', { id: 'p-3', at: new Date(rig.nowMs - HOUR_MS).toISOString(), kind: 'reach', active: true });
    expect(interactions()).toHaveLength(before);
  });
});
