import { describe, expect, it } from 'vitest';
import { defineFeatureSpec, type FeatureDefinition, isInRange, toModelValue } from '../../models/feature-spec.ts';
import { VISIT_SPEC } from '../../models/visit-spec.ts';

const A: FeatureDefinition = { name: 'a', unit: 's', min: 0, max: 9, missing: -1, meaning: 'first' };
const B: FeatureDefinition = { name: 'b', unit: 'level', min: 0, max: 1, levels: ['x', 'y'], meaning: 'second' };
const hash = (...features: FeatureDefinition[]): string => defineFeatureSpec('test', features).hash;

describe('a feature spec', () => {
  it('has the same hash for the same text', () => {
    expect(hash(A, B)).toBe(hash({ ...A }, { ...B }));
    expect(defineFeatureSpec('test', [A]).id).toBe(`test@${hash(A).slice(0, 12)}`);
  });

  it.each<[string, string]>([
    ['its name', defineFeatureSpec('other', [A, B]).hash],
    ['the order', hash(B, A)],
    ['a name', hash({ ...A, name: 'c' }, B)],
    ['a unit', hash({ ...A, unit: 'ms' }, B)],
    ['a range', hash({ ...A, max: 10 }, B)],
    ['a meaning', hash({ ...A, meaning: 'other' }, B)],
    ['what stands for not known', hash({ ...A, missing: -2 }, B)],
    ['a level', hash(A, { ...B, levels: ['x', 'z'] })],
    ['whether levels have an order', hash(A, { ...B, ordered: true })],
    ['a feature more', hash(A, B, { ...A, name: 'c' })],
    ['a name that imitates a separator', hash({ ...A, name: 'a","s' }, B)],
  ])('changes its hash with %s', (_, changed) => {
    expect(changed).not.toBe(hash(A, B));
  });

  it('refuses repeated names, empty ranges and a "not known" inside the range', () => {
    expect(() => hash(A, A)).toThrow('appears twice');
    expect(() => hash({ ...A, min: 10 })).toThrow('its range is empty');
    expect(() => hash({ ...A, missing: 3 })).toThrow('inside its range');
  });

  it('says what lies in range and turns "not known" into NaN for models', () => {
    expect([isInRange(A, 0), isInRange(A, 9), isInRange(A, -1), isInRange(A, 10), isInRange(A, Number.NaN)]).toEqual([
      true,
      true,
      true,
      false,
      false,
    ]);
    expect([toModelValue(A, -1), toModelValue(A, 4)]).toEqual([Number.NaN, 4]);
  });
});

describe('the spec of visits', () => {
  it('has between 24 and 36 features that say nothing about who a shopper is', () => {
    expect(VISIT_SPEC.features.length).toBeGreaterThanOrEqual(24);
    expect(VISIT_SPEC.features.length).toBeLessThanOrEqual(36);
  });
});
