import { appendFileSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { parse, stringify } from 'yaml';
import { RadioWorld } from '../core/locate/radio-world.ts';
import { CliRig } from './cli-rig.ts';

const rig = new CliRig();
afterAll(() => rig[Symbol.dispose]());

/** The sample store with a place for each of its four scanners, or for none; and stands with their sightings, as an integrator would bring them home. */
function prepare(options: { readonly isPlaced: boolean }) {
  const config = parse(readFileSync('config/store.example.yaml', 'utf8')) as {
    zones: { id: string; outline: [number, number][] }[];
    store: { plan: { widthM: number; depthM: number } };
    devices: { id: string; name: string; role: string; zone?: string; at?: [number, number] }[];
  };
  const middles = new Map(
    config.zones.map(({ id, outline }) => [
      id,
      [0, 1].map((axis) => outline.reduce((sum, point) => sum + point[axis]!, 0) / outline.length) as [number, number],
    ]),
  );
  const scanners = config.devices.filter(({ role }) => role === 'scanner');
  for (const scanner of scanners) {
    if (options.isPlaced) scanner.at = middles.get(scanner.zone ?? '')!;
    else delete scanner.at;
  }
  const name = options.isPlaced ? 'placed' : 'plain';
  const file = join(rig.folder, `${name}.yaml`);
  writeFileSync(file, stringify(config));
  const world = new RadioWorld(31, {
    plan: config.store.plan,
    zones: [],
    devices: scanners.map((scanner) => ({
      ...scanner,
      adapter: 'native',
      role: 'scanner',
      quietAfterMs: 1,
      xM: middles.get(scanner.zone ?? '')![0],
      yM: middles.get(scanner.zone ?? '')![1],
    })),
  });
  const [capture, stands] = [join(rig.folder, `${name}-capture.jsonl`), join(rig.folder, `${name}-stands.jsonl`)];
  writeFileSync(capture, '');
  writeFileSync(stands, '');
  for (const [index, { id }] of config.zones.entries()) {
    const [xM, yM] = middles.get(id)!;
    const fromMs = 1_780_000_000_000 + index * 60_000;
    const { sightings } = world.stand({ zone: id, xM: xM + 1, yM: yM + 1 }, 30, fromMs);
    appendFileSync(
      stands,
      `${JSON.stringify({ zone: id, at: [xM + 1, yM + 1], from: new Date(fromMs).toISOString(), to: fromMs + 30_000 })}\n`,
    );
    for (const { atMs, scanner, rssiDbm } of sightings)
      appendFileSync(capture, `${JSON.stringify({ atMs, device: scanner, beacon: 'cart-01', rssiDbm })}\n`);
  }
  return { file, capture, stands };
}

describe('endcap survey', () => {
  it('reads stands and a capture, judges what it fitted, and prints a block that the configuration accepts', async () => {
    const { file, capture, stands } = prepare({ isPlaced: true });
    const run = await rig.run(['survey', capture, '--stands', stands, '-c', file, '--tag', 'cart-01']);
    expect(run.stderr).toMatch(/right zone \d+ %, mean error/);
    expect(run.stderr).toMatch(/Smallest zone that these scanners can honestly tell apart: about \d+ m/);
    expect(run.code).toBe(0);
    appendFileSync(file, run.stdout);
    const check = await rig.run(['config', 'check', file]);
    expect([check.code, check.stdout, check.stderr]).toEqual([0, expect.any(String), expect.not.stringContaining('calibration')]);
    expect((parse(readFileSync(file, 'utf8')) as { calibration: { points: unknown[] } }).calibration.points).toHaveLength(4);
  });

  it('says what is missing', async () => {
    const { file, capture, stands } = prepare({ isPlaced: false });
    const homeless = await rig.run(['survey', capture, '--stands', stands, '-c', file, '--tag', 'cart-01']);
    expect([homeless.code, homeless.stderr]).toEqual([78, expect.stringContaining('fewer than three scanners have a place')]);
    const placed = prepare({ isPlaced: true });
    const stranger = await rig.run(['survey', placed.capture, '--stands', placed.stands, '-c', placed.file, '--tag', 'not-ours']);
    expect([stranger.code, stranger.stderr]).toEqual([64, expect.stringContaining('add it to tags first')]);
    const silent = await rig.run(['survey', placed.capture, '--stands', placed.stands, '-c', placed.file, '--tag', 'cart-02']);
    expect([silent.code, silent.stderr]).toEqual([69, expect.stringContaining('nothing was heard')]);
  });
});
