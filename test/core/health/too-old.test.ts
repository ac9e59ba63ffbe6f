import { describe, expect, it } from 'vitest';
import { gaugesOf } from '../../../agent/compose-metrics.ts';
import { readState, writeState } from '../../../agent/core/snapshot.ts';
import { Counters } from '../../../agent/runtime/counters.ts';
import { healthFindings } from '../../../agent/runtime/health-findings.ts';
import { createMetrics } from '../../../agent/runtime/metrics.ts';
import { CoreDriver, START_MS } from '../../support/core-driver.ts';

const SCANNER = 'scan-coffee';

/** The scanner hears a cart once a second and sends every five; `lagMs` is how much older one of each batch is besides. */
function hear(driver: CoreDriver, seconds: number, lagMs = 0): void {
  for (let at = 0; at < seconds; at += 5) {
    driver.wait(5_000);
    for (const agoMs of [4_000, 3_000, 2_000, 1_000, 50]) {
      const atMs = driver.nowMs - agoMs - (agoMs === 4_000 ? lagMs : 0);
      const body = { kind: 'ble.sighting', beacon: 'cart-01', rssiDbm: -60 } as const;
      driver.input({ kind: 'reading', reading: { id: `s${driver.seq}`, device: SCANNER, atMs, ...body } });
    }
  }
}

const found = (driver: CoreDriver) =>
  healthFindings({ state: driver.state, nowMs: driver.nowMs, startedAtMs: START_MS }).filter(({ id }) => id === `too-old:${SCANNER}`);

async function metrics(driver: CoreDriver): Promise<string> {
  const gauges = gaugesOf({ loop: { state: driver.state } } as unknown as Parameters<typeof gaugesOf>[0]);
  return createMetrics(
    new Counters(),
    gauges.filter(({ name }) => name === 'endcap_sightings_dropped_total'),
  ).text();
}

describe('sightings that are too old to say where anybody is', () => {
  it('are none of a scanner that sends in batches', async () => {
    const driver = new CoreDriver();
    hear(driver, 300);
    expect(driver.state.devices.get(SCANNER)?.tooOld).toBeUndefined();
    expect(await metrics(driver)).not.toContain('{reason="too-old"');
  });

  it('are counted by scanner, also across a snapshot', async () => {
    const driver = new CoreDriver();
    hear(driver, 90);
    hear(driver, 20, 20_000);
    driver.state = readState(writeState(driver.state));
    const text = await metrics(driver);
    expect(text).toContain('# TYPE endcap_sightings_dropped_total counter');
    expect(text).toContain(`endcap_sightings_dropped_total{reason="too-old",device="${SCANNER}"} 4\n`);
    // One hiccup is nobody's fault.
    expect(found(driver)).toEqual([]);
  });

  it('are one problem in plain words when they keep coming, and none when they stop', () => {
    const driver = new CoreDriver();
    hear(driver, 90);
    hear(driver, 240, 20_000);
    expect(found(driver)).toEqual([
      expect.objectContaining({ sentence: expect.stringMatching(/^Scanner .+ more than 10 s old for 4 min/) }),
    ]);
    hear(driver, 120);
    expect(found(driver)).toEqual([]);
  });
});
