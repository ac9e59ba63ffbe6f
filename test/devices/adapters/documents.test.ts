import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { createAdapterRegistry, describeAdapters, listFamilies } from '../../../devices/adapters/registry.ts';
import { mappingSchema } from '../../../devices/mapping/mapping-schema.ts';
import { loaded, SMALL_STORE } from '../../config/small-store.ts';

const { adapters } = createAdapterRegistry({ store: 'demo' });

describe('what is written about devices', () => {
  it.each([
    ['devices/adapters/connecting.md', 'adapters', describeAdapters(adapters)],
    ['README.md', 'families', listFamilies(adapters)],
  ])('%s holds the table as the registry has it', (file, tag, table) => {
    const text = readFileSync(file, 'utf8');
    const written = text.split(`<!-- ${tag} -->`)[1]?.split(`<!-- /${tag} -->`)[0];
    expect(cellsOf(written ?? '')).toEqual(cellsOf(table));
  });

  const blocks = [...readFileSync('devices/adapters/connecting.md', 'utf8').matchAll(/```yaml\n([\s\S]*?)```/g)].map((match) => match[1]!);

  it('shows a mapping that works', () => {
    const written = blocks.map((block) => parse(block) as { mappings?: unknown[] }).find((block) => block.mappings !== undefined);
    const mapping = mappingSchema.parse(written?.mappings?.[0]);
    const registry = createAdapterRegistry({ store: 'demo', mappings: [mapping] });
    const payload = Buffer.from('{"ts":1772359200000,"load":{"net":1.25},"battery":{"volts":3.75}}');
    expect(registry.decode({ topic: 'acme/s1/scale/03-2', payload, retain: false, receivedAtMs: 5 })).toMatchObject({
      readings: [
        { kind: 'shelf.weight', slot: '03-2', grams: 1_250, atMs: 1_772_359_200_000 },
        { kind: 'device.status', batteryPercent: expect.closeTo(50, 3) },
      ],
    });
  });

  it('shows devices that a configuration accepts', () => {
    const devices = blocks.flatMap((block) => (parse(block) as { devices?: { adapter: string; knownAs: string }[] }).devices ?? []);
    expect(devices.length).toBeGreaterThan(4);
    const lines = devices.map((device, index) =>
      JSON.stringify({ ...device, id: `d-${index}`, fixture: 'shelf-1', zone: undefined, slot: undefined, slots: undefined }),
    );
    expect(() => loaded(SMALL_STORE.replace('tags:', `${lines.map((line) => `  - ${line}`).join('\n')}\ntags:`))).not.toThrow();
  });
});

/** A table as rows of trimmed cells, so that a formatter may align it. */
function cellsOf(table: string): string[][] {
  return table
    .trim()
    .split('\n')
    .filter((line) => !/^\|[\s|:-]+\|$/.test(line))
    .map((line) =>
      line
        .split('|')
        .map((cell) => cell.trim())
        .filter((cell) => cell !== ''),
    );
}
