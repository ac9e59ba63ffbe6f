import { stabilityIndex } from '../histogram.ts';
import type { ModelManifest } from '../manifest.ts';
import { VISIT_SPEC } from '../visit-spec.ts';
import { type Evidence, sharesOf } from './evidence.ts';

/** How far one input, or the scores, are from a reference. */
export interface Drift {
  readonly name: string;
  /** Population stability index: below 0.1 noise, above 0.25 another crowd. */
  readonly index: number;
  /** In words that a manager reads. */
  readonly words: string;
}

/** What a model met here when it came: the reference for what it meets later. */
export interface DriftReference {
  readonly scores: readonly number[];
  readonly features: Readonly<Record<string, readonly number[]>>;
}

/** The evidence so far as a reference for later. */
export function referenceOf(evidence: Evidence): DriftReference {
  const features = Object.fromEntries(Object.entries(evidence.features).map(([name, counts]) => [name, sharesOf(counts)]));
  return { scores: sharesOf(evidence.scores), features };
}

/** Inputs against what training saw, the farthest first. A manifest without that gives none. */
export function driftFromTraining(evidence: Evidence, manifest: ModelManifest): readonly Drift[] {
  const expected = manifest.columns.flatMap(({ name, feature, seen }) =>
    seen === undefined ? [] : [{ name, feature, shares: seen.shares }],
  );
  return farthestFirst(
    expected.map(({ name, feature, shares }) => driftOf(name, feature, stabilityIndex(shares, evidence.features[name] ?? []))),
  );
}

/** Inputs and scores against what the model met when it came, the farthest first. */
export function driftSince(
  evidence: Evidence,
  reference: DriftReference,
): { readonly scores: number; readonly features: readonly Drift[] } {
  const features = Object.entries(reference.features).map(([name, shares]) =>
    driftOf(name, name, stabilityIndex(shares, evidence.features[name] ?? [])),
  );
  return { scores: stabilityIndex(reference.scores, evidence.scores), features: farthestFirst(features) };
}

function driftOf(name: string, feature: string, index: number): Drift {
  const position = VISIT_SPEC.index.get(feature);
  const meaning = position === undefined ? name : VISIT_SPEC.features[position]!.meaning;
  // The part before a semicolon or comma says what it is, the rest how it is counted.
  return { name, index, words: meaning.split(/[;,]/)[0]! };
}

function farthestFirst(drifts: readonly Drift[]): readonly Drift[] {
  return [...drifts].sort((a, b) => b.index - a.index);
}
