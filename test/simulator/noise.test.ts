import { describe, expect, it } from 'vitest';
import type { DeviceMessageEvent } from '../../devices/simulator/sim-event.ts';
import { facts, messages, quietScenario, run } from './support.ts';

/** Half an hour of the same store under one kind of noise, without beacons: few but telling messages. */
function store(noise: Record<string, unknown> = {}, more: Record<string, unknown> = {}) {
  return run(
    quietScenario({
      durationMinutes: 30,
      shoppers: { cartTagShare: 0 },
      devices: { strangers: { mean: 0 }, shelfReports: 'events', presenceIntervalSeconds: 1 },
      noise,
      ...more,
    }),
  );
}

function idsOf(events: ReturnType<typeof store>['events']) {
  return messages(events).map(({ device, id }) => `${device} ${id}`);
}

describe('noise', () => {
  it('without any, every message arrives once, at once, with the right time', () => {
    const { events } = store();
    const ids = idsOf(events);
    expect(new Set(ids).size).toBe(ids.length);
    for (const { atMs, deviceAtMs } of messages(events)) expect(deviceAtMs).toBe(atMs);
  });

  it('loses the stated share, but never a sale', () => {
    const all = messages(store().events).length;
    const { events, truth } = store({ dropOutShare: 0.3 });
    expect(messages(events).length / all).toBeCloseTo(0.7, 1);
    expect(messages(events).filter(({ body }) => body.kind === 'pos.sale').length).toBe(facts(truth, 'purchase').length);
  });

  it('sends the stated share again, the very same message, later', () => {
    const { events } = store({ duplicateShare: 0.2, duplicateDelaySeconds: 3 });
    const first = new Map<unknown, DeviceMessageEvent>();
    const delays: number[] = [];
    for (const event of events) {
      if (event.kind !== 'message') continue;
      const earlier = first.get(event.message);
      if (earlier === undefined) first.set(event.message, event);
      else delays.push(event.atMs - earlier.atMs);
    }
    expect(delays.length / first.size).toBeCloseTo(0.2, 1);
    expect(mean(delays)).toBeGreaterThan(2_500);
    expect(mean(delays)).toBeLessThan(3_500);
    expect(new Set(idsOf(events)).size).toBe(first.size);
  });

  it('holds the stated share back, with the time of the event', () => {
    const { events } = store({ lateShare: 0.2, lateSeconds: 100 });
    const delays = messages(events).map(({ atMs, deviceAtMs }) => atMs - deviceAtMs);
    const late = delays.filter((delay) => delay > 0);
    // Some are still held back when the scenario ends.
    expect(late.length / delays.length).toBeGreaterThan(0.15);
    expect(mean(late)).toBeGreaterThan(85_000);
    expect(mean(late)).toBeLessThan(115_000);
  });

  it('keeps the order of a connection under ordinary delay', () => {
    const { events } = store({ latencyMs: 5_000 });
    const numbers = new Map<string, number>();
    for (const { device, id } of messages(events)) {
      const number = Number(id.split('-').at(-1));
      expect(number).toBe((numbers.get(device) ?? 0) + 1);
      numbers.set(device, number);
    }
    expect(mean(messages(events).map(({ atMs, deviceAtMs }) => atMs - deviceAtMs))).toBeGreaterThan(4_000);
  });

  it('sets clocks wrong: named devices by what is stated, all by their drift', () => {
    const { events } = store({ clockOffsetMs: { sd: 0, devices: { 'cam-care': -90_000 } }, clockDriftPpm: 1_000 });
    const offsets = (device: string) =>
      messages(events)
        .filter((message) => message.device === device)
        .map(({ atMs, deviceAtMs }) => deviceAtMs - atMs);
    expect(offsets('cam-care')[0]).toBeCloseTo(-90_000, -2);
    // A thousandth of half an hour.
    expect(offsets('cam-coffee').at(-1)).toBeGreaterThan(1_790);
    expect(offsets('cam-coffee').at(-1)).toBeLessThan(1_810);
  });

  it('garbles the stated share', () => {
    const { events } = store({ malformedShare: 0.25 });
    const sent = events.filter((event) => event.kind === 'message');
    const raw = sent.filter((event) => 'text' in event.message);
    expect(raw.length / sent.length).toBeCloseTo(0.25, 1);
  });

  it('spreads and drifts weights', () => {
    const weights = (noise: Record<string, unknown>) =>
      messages(
        store(noise, { arrivals: { factor: 0 }, devices: { shelfReports: 'weight', strangers: { mean: 0 }, weightIntervalSeconds: 10 } })
          .events,
      ).flatMap(({ body }) => (body.kind === 'shelf.weight' && body.slot === '05-1' ? [body.grams] : []));
    expect(new Set(weights({ weightGrams: 0, weightDriftGramsPerHour: 0 })).size).toBe(1);
    expect(deviation(weights({ weightGrams: 4, weightDriftGramsPerHour: 0 }))).toBeGreaterThan(3);
    expect(deviation(weights({ weightGrams: 4, weightDriftGramsPerHour: 0 }))).toBeLessThan(5);
    const drifting = weights({ weightGrams: 0, weightDriftGramsPerHour: 50 });
    expect(Math.abs((drifting.at(-1) ?? 0) - (drifting[0] ?? 0))).toBeGreaterThan(1);
  });

  it('miscounts at cameras and doors', () => {
    const counted = (noise: Record<string, unknown>) =>
      messages(store(noise).events).reduce((sum, { body }) => sum + (body.kind === 'presence' ? body.count : 0), 0);
    expect(counted({ cameraMissShare: 0.5 }) / counted({})).toBeCloseTo(0.5, 1);
    expect(counted({ cameraGhostShare: 0.5 })).toBeGreaterThan(counted({}));
    const doors = messages(store({ doorMissShare: 1 }).events).filter(({ body }) => body.kind === 'door.count');
    expect(doors).toEqual([]);
  });
});

describe('radio', () => {
  /** Sightings of carts, by scanner. */
  function strengths(noise: Record<string, unknown>, devices: Record<string, unknown> = {}) {
    const calm = { shadowingDb: 0, fadingDb: 0, receiverOffsetDb: 0, zoneWallDb: 0, ...noise };
    const { events } = run(
      quietScenario({ durationMinutes: 15, shoppers: { cartTagShare: 1 }, noise: calm, devices: { strangers: { mean: 0 }, ...devices } }),
    );
    return messages(events).flatMap(({ body }) => (body.kind === 'ble.sighting' ? [body.rssiDbm] : []));
  }

  it('falls with distance as the exponent says', () => {
    // The farthest corner is under 25 m from any scanner, the nearest half a metre counts.
    const weakest = Math.min(...strengths({ pathLossExponent: 2, sensitivityDbm: -120 }));
    expect(weakest).toBeGreaterThan(-60 - 20 * Math.log10(25));
    expect(Math.min(...strengths({ pathLossExponent: 4, sensitivityDbm: -120 }))).toBeLessThan(weakest - 10);
    expect(Math.max(...strengths({ pathLossExponent: 2 }))).toBeLessThanOrEqual(-60 + 6);
  });

  it('is not heard below the sensitivity, and less between zones', () => {
    expect(Math.min(...strengths({ sensitivityDbm: -75, fadingDb: 6 }))).toBeGreaterThanOrEqual(-75);
    expect(mean(strengths({ zoneWallDb: 20, sensitivityDbm: -130 }))).toBeLessThan(mean(strengths({ sensitivityDbm: -130 })) - 10);
  });

  it('is heard as often as stated', () => {
    const once = strengths({ sensitivityDbm: -130 }).length;
    expect(strengths({ sensitivityDbm: -130 }, { sightingsPerSecond: 4 }).length / once).toBeCloseTo(4, 0);
  });

  it('brings in strangers whom nobody knows', () => {
    const beacons = (mean: number) =>
      new Set(
        messages(
          run(quietScenario({ durationMinutes: 15, shoppers: { cartTagShare: 0 }, devices: { strangers: { mean } } })).events,
        ).flatMap(({ body }) => (body.kind === 'ble.sighting' ? [body.beacon] : [])),
      );
    expect(beacons(0).size).toBe(0);
    const strangers = beacons(50);
    expect(strangers.size).toBeGreaterThan(60);
    for (const address of strangers) expect(address).toMatch(/^[4-7][0-9a-f](:[0-9a-f]{2}){5}$/);
  });
});

describe('failures', () => {
  const failing = (mode: string, more: Record<string, unknown> = {}) =>
    store({}, { failures: [{ device: 'cam-care', atMinute: 10, forMinutes: 5, mode, ...more }] });
  const camera = (events: ReturnType<typeof store>['events']) => messages(events).filter(({ device }) => device === 'cam-care');
  const fromMs = Date.UTC(2026, 2, 3, 10, 10);
  const untilMs = Date.UTC(2026, 2, 3, 10, 15);

  it('break the connection and bring it back', () => {
    const { events } = failing('offline');
    expect(events.filter((event) => event.kind === 'link')).toEqual([
      { kind: 'link', atMs: fromMs, device: 'cam-care', up: false },
      { kind: 'link', atMs: untilMs, device: 'cam-care', up: true },
    ]);
    expect(camera(events).filter(({ atMs }) => atMs > fromMs && atMs < untilMs)).toEqual([]);
  });

  it('let a device that buffers send everything afterwards, late', () => {
    const kept = camera(failing('offline', { buffers: true }).events).filter(
      ({ deviceAtMs }) => deviceAtMs > fromMs && deviceAtMs < untilMs,
    );
    expect(kept.length).toBeGreaterThan(290);
    for (const { atMs } of kept) expect(atMs).toBeGreaterThanOrEqual(untilMs);
  });

  it('silence a device whose connection stays', () => {
    const { events } = failing('silent');
    expect(events.some((event) => event.kind === 'link')).toBe(false);
    expect(camera(events).filter(({ atMs }) => atMs > fromMs && atMs < untilMs)).toEqual([]);
    expect(camera(events).filter(({ atMs }) => atMs > untilMs).length).toBeGreaterThan(800);
  });

  it('freeze a scale', () => {
    const { events } = run(
      quietScenario({
        devices: { shelfReports: 'weight', strangers: { mean: 0 } },
        noise: { weightGrams: 5 },
        failures: [{ device: 'shelf-05', atMinute: 10, forMinutes: 30, mode: 'stuck' }],
      }),
    );
    const stuck = messages(events).flatMap(({ body, atMs }) =>
      body.kind === 'shelf.weight' && body.slot === '05-1' && atMs > fromMs + 60_000 && atMs < fromMs + 29 * 60_000 ? [body.grams] : [],
    );
    expect(stuck.length).toBeGreaterThan(20);
    expect(new Set(stuck).size).toBe(1);
  });
});

function mean(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}

function deviation(values: readonly number[]): number {
  const middle = mean(values);
  return Math.sqrt(mean(values.map((value) => (value - middle) ** 2)));
}
