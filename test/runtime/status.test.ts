import { describe, expect, it } from 'vitest';
import { compileStore } from '../../agent/core/compiled-store.ts';
import { createState } from '../../agent/core/state.ts';
import { Counters } from '../../agent/runtime/counters.ts';
import { Recent } from '../../agent/runtime/recent.ts';
import { Status } from '../../agent/runtime/status.ts';
import { sampleStore } from '../support/sample-store.ts';

const ARM = { visits: 0, conversions: 0, profitCents: 0, profitCentsSquared: 0 };

/** A status over a fresh sample store; `made` counts overviews, of which the outcomes are a part. */
function rig() {
  const made = { overviews: 0 };
  const state = createState();
  state.store = compileStore(sampleStore());
  const clock = { trusted: true, nowMs: 1_000_000 };
  const counters = new Counters();
  const status = new Status({
    state: () => state,
    nowMs: () => clock.nowMs,
    startedAtMs: 1_000_000,
    version: '1.2.3',
    shopUrl: '/shop',
    counters,
    recent: new Recent(1_000_000),
    clockTrusted: () => clock.trusted,
    transport: () => ({ name: 'test', state: 'listening', sentence: 'Listening', clients: 0, refused: {} }),
    cloud: () => ({ state: 'off', sentence: 'No cloud', lastUploadAtMs: undefined, backlogBatches: 0, backlogBytes: 0 }),
    model: () => ({ name: 'rules', state: 'live', sentence: 'Working' }),
    disk: () => ({ usedBytes: 1, quotaBytes: 1_000 }),
    outcomes: () => {
      made.overviews++;
      return { treated: ARM, holdout: ARM };
    },
    startFindings: [],
    onProblems: () => undefined,
  });
  return { status, made, clock, counters, state };
}

describe('Status', () => {
  it('tells the health at every look, and makes the overview only when somebody asks, once a look', () => {
    const { status, made, clock } = rig();
    expect(status.look()).toEqual({ atMs: 1_000_000, version: '1.2.3', health: { state: 'ok', sentence: 'The store is working' } });
    clock.trusted = false;
    expect(status.look()?.health.state).toBe('down');
    expect(made.overviews).toBe(0);
    expect(status.overview()).toBe(status.overview());
    expect(made.overviews).toBe(1);
    expect(status.overview()?.problems.map(({ id }) => id)).toEqual(['clock']);
    clock.trusted = true;
    status.look();
    expect(status.overview()?.health.state).toBe('ok');
    expect(made.overviews).toBe(2);
  });

  it('calls the store overloaded when readings are dropped, and not when a camera leaves a picture out', () => {
    const { status, clock, counters } = rig();
    const afterASecond = () => {
      clock.nowMs += 1_000;
      status.look();
      return status.overview()?.problems.map(({ sentence }) => sentence);
    };
    status.look();
    counters.add('endcap_shed_total', 'reason="camera-busy"');
    counters.add('endcap_shed_total', 'reason="camera-rate"');
    expect(afterASecond()).toEqual([]);
    counters.add('endcap_shed_total', 'class="0"');
    expect(afterASecond()).toEqual(['Overloaded: 1 sensor reading was dropped in the last minute']);
  });

  it('looks first when it is asked before it ever looked', () => {
    const { status, clock } = rig();
    clock.trusted = false;
    expect(status.overview()?.problems.map(({ id }) => id)).toEqual(['clock']);
  });

  it('has nothing to show of a store that is not configured', () => {
    const { status, state } = rig();
    state.store = undefined;
    expect(status.look()).toBeUndefined();
    expect(status.overview()).toBeUndefined();
  });

  it('calls a zone blind without sensors, and its state follows the devices in it, whether placed by zone or by fixture', () => {
    const { status, state } = rig();
    const map = sampleStore();
    const zones = () => new Map(status.overview()?.zones.map((zone) => [zone.id, zone.state]));
    const placed = new Set(map.devices.flatMap(({ zone, fixture }) => zone ?? map.fixtures.find(({ id }) => id === fixture)?.zone ?? []));
    for (const { id } of map.zones) expect(zones().get(id)).toBe(placed.has(id) ? 'quiet' : 'blind');
    const shelf = map.devices.find(({ fixture }) => fixture !== undefined);
    const zone = map.fixtures.find(({ id }) => id === shelf?.fixture)?.zone ?? '';
    state.devices.set(shelf?.id ?? '', {
      lastSeenAtMs: 1_000_000,
      messagesToday: 1,
      online: undefined,
      batteryPercent: undefined,
      rssiDbm: undefined,
      clockOffsetMs: 0,
    });
    status.look();
    expect(zones().get(zone)).toBe('ok');
  });
});
