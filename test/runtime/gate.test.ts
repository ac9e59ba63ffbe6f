import { afterEach, describe, expect, it } from 'vitest';
import { LoopRig } from '../support/loop-rig.ts';

const rigs: LoopRig[] = [];

afterEach(async () => {
  for (const rig of rigs.splice(0)) await rig.close();
});

async function rig(): Promise<LoopRig> {
  const made = new LoopRig();
  rigs.push(made);
  return made.configure();
}

function outcomes(made: LoopRig): string[] {
  const found: string[] = [];
  for (const [name, values] of made.counters.entries()) {
    if (name === 'endcap_messages_total') for (const [labels, count] of values) found.push(`${labels} ${count}`);
  }
  return found;
}

describe('every message has a named outcome', () => {
  it.each([
    [
      'accepted',
      'shelf-03',
      (now: number) => ({ id: '1', at: iso(now), kind: 'shelf.pick', slot: '03-2', count: 1 }),
      'outcome="accepted",kind="shelf.pick" 1',
    ],
    [
      'late',
      'shelf-03',
      (now: number) => ({ id: '1', at: iso(now - 120_000), kind: 'shelf.pick', slot: '03-2', count: 1 }),
      'outcome="accepted-late",kind="shelf.pick" 1',
    ],
    [
      'a device nobody placed',
      'shelf-99',
      (now: number) => ({ id: '1', at: iso(now), kind: 'presence', count: 1 }),
      'outcome="unknown-device",kind="presence" 1',
    ],
    [
      'a slot nobody knows',
      'shelf-03',
      (now: number) => ({ id: '1', at: iso(now), kind: 'shelf.pick', slot: '99-9', count: 1 }),
      'outcome="unknown-slot",kind="shelf.pick" 1',
    ],
    [
      'a stranger',
      'scan-coffee',
      (now: number) => ({ id: '1', at: iso(now), kind: 'ble.sighting', beacon: 'AA:BB:CC:DD:EE:FF', rssiDbm: -60 }),
      'outcome="stranger",kind="ble.sighting" 1',
    ],
  ])('%s', async (_name, device, body, expected) => {
    const made = await rig();
    expect(await made.receive(device, body(made.nowMs))).toBe('done');
    expect(outcomes(made)).toEqual([expected]);
  });

  it('malformed: acknowledged, counted and put into quarantine, never stored', async () => {
    const made = await rig();
    expect(await made.receive('shelf-03', '{"id":')).toBe('done');
    expect(made.quarantined).toHaveLength(1);
    expect(made.logged()).toEqual(['store.configured']);
    expect(outcomes(made)[0]).toMatch(/^outcome="malformed"/);
  });

  it('redelivered: recognised by device and id, stored once, acknowledged every time', async () => {
    const made = await rig();
    expect(await Promise.all([made.pick('1'), made.pick('1'), made.pick('1', '07-1')])).toEqual(['done', 'done', 'done']);
    expect(await made.pick('1')).toBe('done');
    expect(made.logged()).toEqual(['store.configured', 'shelf.pick 1', 'shelf.pick 1']);
    expect(outcomes(made)).toContain('outcome="duplicate",kind="shelf.pick" 2');
  });

  it('ahead of time: our clock is used instead', async () => {
    const made = await rig();
    await made.pick('1', '03-2', made.nowMs + 86_400_000);
    const [, entry] = [...made.store.journal.read(0)];
    expect(entry?.input.kind === 'reading' && entry.input.reading.atMs).toBe(made.nowMs);
    expect(made.counters.total('endcap_future_timestamps_total')).toBe(1);
  });
});

describe("a stranger's address", () => {
  it('is nowhere on disk', async () => {
    const made = await rig();
    for (let n = 0; n < 100; n++) {
      await made.receive('scan-coffee', {
        id: `s${n}`,
        at: iso(made.nowMs),
        kind: 'ble.sighting',
        beacon: `AA:BB:CC:DD:EE:${String(n).padStart(2, '0')}`,
        rssiDbm: -60,
      });
    }
    await made.pick('1');
    expect(JSON.stringify([...made.store.journal.read(0)])).not.toContain('AA:BB:CC');
  });
});

describe('a flood of telemetry that promised nothing', () => {
  it('is shed above the mark and counted exactly, while events get through', async () => {
    const made = await rig();
    const sent = 6_000;
    const settled = Promise.all(
      Array.from({ length: sent }, (_, n) =>
        made.receive('shelf-03', { id: `w${n}`, at: iso(made.nowMs), kind: 'shelf.weight', slot: '03-1', grams: 5_000 }, { qos: 0 }),
      ),
    );
    const event = made.pick('p1', '07-1');
    expect(await event).toBe('done');
    await settled;
    const accepted = made.counters.total('endcap_messages_total', 'outcome="accepted",kind="shelf.weight"');
    const shed = made.counters.total('endcap_messages_total', 'outcome="shed"');
    expect(shed).toBeGreaterThan(0);
    expect(accepted + shed).toBe(sent);
  });
});

function iso(atMs: number): string {
  return new Date(atMs).toISOString();
}
