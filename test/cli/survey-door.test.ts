import { appendFileSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { parse, stringify } from 'yaml';
import type { StoreMap } from '../../agent/core/store-map.ts';
import { loadConfig } from '../../config/load.ts';
import { type DoorTag, readDoor, SIDES } from '../bench/accuracy/doorway.ts';
import { CoreDriver } from '../support/core-driver.ts';
import { CliRig } from './cli-rig.ts';

const rig = new CliRig();
afterAll(() => rig[Symbol.dispose]());
const tags = readDoor('../shared/data/ble-vestibule');

/** Where the store places a tag of each side: the shop begins at the entrance, the vestibule is a zone, outside is nowhere. */
const ZONES = ['entrance', 'vestibule', undefined] as const;

/** The sample store with a door that two scanners hear, and the recorded tags as its own. */
function writeStore(name: string): string {
  const config = parse(readFileSync('config/store.example.yaml', 'utf8')) as Record<string, unknown> & {
    zones: unknown[];
    devices: { id: string; name: string; role: string; zone?: string }[];
  };
  config['zones'] = [
    ...config.zones,
    {
      id: 'vestibule',
      name: 'Vestibule',
      kind: 'entrance',
      outline: [
        [0, 15],
        [8, 15],
        [8, 16],
        [0, 16],
      ],
      offersAllowed: false,
    },
  ];
  config['devices'] = [
    ...config.devices.filter(({ role }) => role !== 'scanner'),
    { id: 'door-inner', name: 'Inner', role: 'scanner', zone: 'entrance' },
    { id: 'door-outer', name: 'Outer', role: 'scanner', zone: 'entrance' },
  ];
  config['tags'] = (tags ?? []).map((tag) => ({ id: tag.name, name: tag.name }));
  const file = join(rig.folder, `${name}.yaml`);
  writeFileSync(file, stringify(config));
  return file;
}

function sightingsOf({ name, readings }: DoorTag) {
  return readings.flatMap(({ atMs, firstDbm, secondDbm }) => [
    { atMs, device: 'door-inner', beacon: name, rssiDbm: firstDbm },
    { atMs, device: 'door-outer', beacon: name, rssiDbm: secondDbm },
  ]);
}

async function surveyWith(name: string, learned: readonly DoorTag[]) {
  const file = writeStore(name);
  const [capture, stands] = [join(rig.folder, `${name}-capture.jsonl`), join(rig.folder, `${name}-stands.jsonl`)];
  writeFileSync(
    capture,
    learned
      .flatMap(sightingsOf)
      .map((line) => JSON.stringify(line))
      .join('\n'),
  );
  writeFileSync(
    stands,
    learned
      .map(({ name: tag, side, readings }) => {
        const zone = ZONES[side];
        const [from, to] = [readings[0]!.atMs, readings.at(-1)!.atMs + 1];
        return JSON.stringify({ side: SIDES[side], tag, inside: side === 0, ...(zone === undefined ? {} : { zone }), from, to });
      })
      .join('\n'),
  );
  const run = await rig.run(['survey', capture, '--door', 'door-inner,door-outer', '--stands', stands, '-c', file]);
  return { file, run };
}

/** Follows one tag through the core of a store; how many of its seconds are said right, and how often it is said to have moved. */
function followed(store: StoreMap, tag: DoorTag): { readonly right: number; readonly seconds: number; readonly changes: number } {
  const driver = new CoreDriver(store);
  const score = { right: 0, seconds: 0, changes: 0 };
  let said: string | undefined;
  let nextMs = 0;
  const startMs = driver.nowMs;
  const firstMs = tag.readings[0]!.atMs;
  for (const { device, atMs, beacon, rssiDbm } of sightingsOf(tag)) {
    for (nextMs ||= atMs + 2_000; nextMs <= atMs; nextMs += 1_000) {
      const zone = driver.state.tags.get(tag.name)?.place?.zone;
      score.seconds++;
      if (zone === ZONES[tag.side]) score.right++;
      if (score.seconds > 1 && zone !== said) score.changes++;
      said = zone;
    }
    driver.nowMs = startMs + atMs - firstMs;
    driver.reading(device, { kind: 'ble.sighting', beacon, rssiDbm });
  }
  return score;
}

describe.skipIf(tags === undefined)('endcap survey --door on tags recorded at a door (../shared/data/ble-vestibule)', () => {
  it('learns a door that then tells tags it was not learned from whether they are in, in between or out', async () => {
    const all: { side: number; right: number; seconds: number; changes: number }[] = [];
    for (const turn of [0, 1, 2]) {
      const out = SIDES.map((_, side) => tags!.filter((tag) => tag.side === side)[turn]!);
      const learned = tags!.filter((tag) => !out.includes(tag));
      const { file, run } = await surveyWith(`turn-${turn}`, learned);
      expect([run.code, run.stderr]).toEqual([0, expect.stringMatching(/on average \d+ %, [\d.]+ false changes a minute/)]);
      appendFileSync(file, run.stdout);
      const loaded = loadConfig({ file, environment: {}, workingDirectory: rig.folder });
      expect(loaded).toMatchObject({ kind: 'loaded' });
      if (loaded.kind === 'loaded') for (const tag of out) all.push({ side: tag.side, ...followed(loaded.loaded.store, tag) });
    }
    const shares = SIDES.map((_, side) => {
      const own = all.filter((score) => score.side === side);
      return own.reduce((sum, { right }) => sum + right, 0) / own.reduce((sum, { seconds }) => sum + seconds, 0);
    });
    const minutes = all.reduce((sum, { seconds }) => sum + seconds, 0) / 60;
    expect(shares.reduce((sum, share) => sum + share, 0) / SIDES.length).toBeGreaterThan(0.9);
    expect(all.reduce((sum, { changes }) => sum + changes, 0) / minutes).toBeLessThan(0.5);
  });
});
