import { createHash } from 'node:crypto';

/** One value of a feature vector: what it is, in what unit, and where it can lie. */
export interface FeatureDefinition {
  readonly name: string;
  readonly unit: string;
  readonly min: number;
  readonly max: number;
  /** Stands for "not known", outside [min, max]. A feature without it uses NaN. */
  readonly missing?: number;
  /** For a category: its values, in order; a row then carries the value's index. */
  readonly levels?: readonly string[];
  /** Whether the levels have an order that a split may use (months), or are only names (regions, the default). */
  readonly ordered?: boolean;
  /** Says what was around and nothing of what was done: it is expected to be other tomorrow, so no drift is told from it. */
  readonly around?: boolean;
  readonly meaning: string;
}

/** An ordered list of features with a hash that changes whenever any of them does. */
export interface FeatureSpec {
  readonly name: string;
  readonly features: readonly FeatureDefinition[];
  /** sha256 over the canonical text, 64 hex digits. */
  readonly hash: string;
  /** `<name>@<first 12 digits of the hash>`: what a score carries. */
  readonly id: string;
  /** Position of each feature by name. */
  readonly index: ReadonlyMap<string, number>;
}

/** Builds a spec and its hash. Throws where names repeat, a range is empty, or a "not known" value lies inside its range. */
export function defineFeatureSpec(name: string, features: readonly FeatureDefinition[]): FeatureSpec {
  const index = new Map<string, number>();
  for (const [position, feature] of features.entries()) {
    if (index.has(feature.name)) throw new Error(`Cannot define feature spec "${name}": "${feature.name}" appears twice`);
    if (!(feature.min <= feature.max)) throw new Error(`Cannot define feature "${feature.name}": its range is empty`);
    if (feature.missing !== undefined && feature.missing >= feature.min && feature.missing <= feature.max) {
      throw new Error(`Cannot define feature "${feature.name}": its value for "not known" lies inside its range`);
    }
    index.set(feature.name, position);
  }
  const hash = createHash('sha256').update(canonicalText(name, features)).digest('hex');
  return Object.freeze({ name, features, hash, id: `${name}@${hash.slice(0, 12)}`, index });
}

/** The text the hash is taken of: one JSON array a feature, in order, so that no separator can be forged by a name. */
export function canonicalText(name: string, features: readonly FeatureDefinition[]): string {
  const lines = features.map((f) =>
    JSON.stringify([
      f.name,
      f.unit,
      f.min,
      f.max,
      f.missing ?? null,
      f.levels ?? null,
      f.ordered ?? false,
      f.meaning,
      ...(f.around === true ? ['around'] : []),
    ]),
  );
  return [JSON.stringify(name), ...lines].join('\n');
}

/** Whether a value is one the feature may take: inside its range, or its own "not known". */
export function isInRange(feature: FeatureDefinition, value: number): boolean {
  if (isMissing(feature, value)) return true;
  return value >= feature.min && value <= feature.max;
}

/** Whether a value says "not known". */
export function isMissing(feature: FeatureDefinition, value: number): boolean {
  return Number.isNaN(value) ? feature.missing === undefined : value === feature.missing;
}

/** A value as models see it: NaN for "not known". Serving and training both go through here. */
export function toModelValue(feature: FeatureDefinition, value: number): number {
  return value === feature.missing ? Number.NaN : value;
}
