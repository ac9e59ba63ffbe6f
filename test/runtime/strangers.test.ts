import { randomBytes } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { afterEach, describe, expect, it } from 'vitest';
import type { StoreMap } from '../../agent/core/store-map.ts';
import { LoopRig } from '../support/loop-rig.ts';
import { sampleStore } from '../support/sample-store.ts';

const rigs: LoopRig[] = [];
afterEach(async () => {
  for (const rig of rigs.splice(0)) await rig.close();
});

/** The sample store with twelve scanners in a grid, each with its place. */
function twelveScanners(): StoreMap {
  const { devices } = sampleStore();
  const scanners = Array.from({ length: 12 }, (_, n) => ({
    id: `grid-${n}`,
    name: `Scanner ${n}`,
    adapter: 'native',
    role: 'scanner' as const,
    zone: 'coffee',
    xM: 2 + 5 * (n % 4),
    yM: 2 + 4 * Math.floor(n / 4),
    quietAfterMs: 300_000,
  }));
  return sampleStore({ devices: [...devices.filter(({ role }) => role !== 'scanner'), ...scanners] });
}

function onDisk(rig: LoopRig): string {
  return readdirSync(rig.dir, { withFileTypes: true, recursive: true })
    .filter((entry) => entry.isFile())
    .map((entry) => readFileSync(join(entry.parentPath, entry.name), 'latin1'))
    .join('');
}

describe('an hour of a busy street', () => {
  it('10,000 strangers, half of them with tokens, leave memory flat and nothing on disk', async () => {
    const rig = new LoopRig();
    rigs.push(rig);
    await rig.configure(twelveScanners());
    const names: string[] = [];
    const pass = async (count: number) => {
      for (let n = 0; n < count; n++) {
        const bytes = randomBytes(16).toString('hex');
        const beacon = n % 2 === 0 ? `token:${bytes}` : (bytes.slice(0, 12).match(/../g) ?? []).join(':').toUpperCase();
        if (n % 500 === 0) names.push(beacon);
        rig.nowMs += 360;
        // Each is heard by three of the twelve.
        for (const scanner of [n % 12, (n + 1) % 12, (n + 5) % 12]) {
          const body = {
            id: `${n}-${scanner}-${bytes.slice(0, 6)}`,
            at: new Date(rig.nowMs).toISOString(),
            kind: 'ble.sighting',
            beacon,
            rssiDbm: -70,
          };
          expect(await rig.receive(`grid-${scanner}`, body)).toBe('done');
        }
      }
    };
    setFlagsFromString('--expose-gc');
    const collect = runInNewContext('gc') as () => void;
    const used = () => {
      collect();
      return process.memoryUsage().heapUsed;
    };
    await pass(1_000);
    const [logged, before] = [rig.logged().length, used()];
    await pass(9_000);
    expect(rig.logged()).toHaveLength(logged);
    expect(rig.logged()).toEqual(['store.configured']);
    // 27,000 sightings: a few bytes kept of each would be more than this.
    expect(used() - before).toBeLessThan(3_000_000);
    const disk = onDisk(rig);
    for (const name of names) expect(disk).not.toContain(name.replace('token:', ''));
    expect(rig.loop.state.tags.size).toBe(0);
  });

  it('leaves carts that speak three times a second to twelve scanners where they are, though a third of it is lost', async () => {
    const rig = new LoopRig();
    rigs.push(rig);
    await rig.configure(twelveScanners());
    const carts = [
      { beacon: 'cart-01', xM: 4, yM: 3, zone: 'coffee' },
      { beacon: 'cart-02', xM: 16, yM: 3, zone: 'care' },
      { beacon: 'cart-03', xM: 15, yM: 10.5, zone: 'checkout' },
    ];
    let sent = 0;
    for (let third = 0; third < 45; third++) {
      rig.nowMs += 333;
      for (const { beacon, xM, yM } of carts) {
        for (let n = 0; n < 12; n++) {
          // Drops out now and then, and every scanner hears its own shadows.
          if ((7 * third + 5 * n) % 3 === 0) continue;
          const metres = Math.hypot(xM - (2 + 5 * (n % 4)), yM - (2 + 4 * Math.floor(n / 4)), 1.3);
          const rssiDbm = Math.round(-59 - 25 * Math.log10(metres) + ((third * 13 + n * 31) % 9) - 4);
          const at = new Date(rig.nowMs).toISOString();
          // Answered after its commit; the next one need not wait for that.
          void rig.receive(`grid-${n}`, { id: `s${sent++}`, at, kind: 'ble.sighting', beacon, rssiDbm });
        }
      }
      await rig.loop.submit({ kind: 'tick' });
    }
    expect(carts.map(({ beacon }) => rig.loop.state.tags.get(beacon)?.place?.zone)).toEqual(carts.map(({ zone }) => zone));
  });
});
