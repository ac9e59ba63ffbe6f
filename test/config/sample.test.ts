import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { configJsonSchema } from '../../config/json-schema.ts';
import { loaded } from './small-store.ts';

describe('the sample store', () => {
  const text = readFileSync('config/store.example.yaml', 'utf8');
  const { store, config, warnings } = loaded(text);

  it('has 4 zones, 12 fixtures, about 40 products and 3 campaigns', () => {
    expect([store.zones.length, store.fixtures.length, store.campaigns.length]).toEqual([4, 12, 3]);
    expect(store.products.length).toBeGreaterThanOrEqual(38);
    expect(store.products.length).toBeLessThanOrEqual(45);
    expect(warnings).toEqual([]);
  });

  it('zones tile the plan: every half metre of the floor is in exactly one', () => {
    const { widthM, depthM } = store.plan;
    for (let x = 0.25; x < widthM; x += 0.5) {
      for (let y = 0.25; y < depthM; y += 0.5) expect(zonesAt(x, y)).toHaveLength(1);
    }
  });

  it('each fixture stands inside its zone and is watched by the sensor of its name', () => {
    for (const fixture of store.fixtures) {
      expect(zonesAt(fixture.xM, fixture.yM)).toEqual([fixture.zone]);
      expect(store.devices.find((device) => device.id === fixture.id)).toMatchObject({
        role: 'sensor',
        fixture: fixture.id,
        zone: fixture.zone,
      });
    }
  });

  it('slot 03-2 is on shelf-03, and every slot carries the number of its shelf', () => {
    expect(store.slots.find((slot) => slot.id === '03-2')?.fixture).toBe('shelf-03');
    for (const slot of store.slots) expect(`shelf-${slot.id.slice(0, 2)}`).toBe(slot.fixture);
  });

  it('every product stands somewhere, weighs something and earns something', () => {
    for (const product of store.products) {
      expect(store.slots.some((slot) => slot.sku === product.sku)).toBe(true);
      expect(product.unitGrams).toBeGreaterThan(0);
      expect(product.priceCents).toBeGreaterThan(product.costCents);
    }
  });

  it('every zone has a scanner, and there is a till, a door and two displays', () => {
    for (const zone of store.zones) expect(store.devices.some((device) => device.role === 'scanner' && device.zone === zone.id)).toBe(true);
    const roles = store.devices.map((device) => device.role);
    expect([roles.filter((role) => role === 'display').length, roles.includes('till'), roles.includes('door')]).toEqual([2, true, true]);
    expect(store.tags.length).toBe(30);
  });

  it('is not simulated by itself: a copy of it may become a real store', () => {
    expect(config.simulator.enabled).toBe(false);
  });

  it('names the schema for editors, and the committed schema is fresh', () => {
    expect(text.startsWith('# yaml-language-server: $schema=./store.schema.json\n')).toBe(true);
    // Compared as values: the formatter may lay the file out in its own way.
    const committed: unknown = JSON.parse(readFileSync('config/store.schema.json', 'utf8'));
    expect(committed, 'run: npm run --silent endcap -- config schema > config/store.schema.json').toEqual(JSON.parse(configJsonSchema()));
  });

  function zonesAt(x: number, y: number): string[] {
    return store.zones.filter(({ outline }) => isInside(outline, x, y)).map((zone) => zone.id);
  }
});

/** Crossing number of a ray to the right; points are never on an edge here. */
function isInside(outline: readonly { readonly xM: number; readonly yM: number }[], x: number, y: number): boolean {
  let inside = false;
  outline.forEach((a, index) => {
    const b = outline[(index + 1) % outline.length]!;
    if (a.yM > y !== b.yM > y && x < ((b.xM - a.xM) * (y - a.yM)) / (b.yM - a.yM) + a.xM) inside = !inside;
  });
  return inside;
}
