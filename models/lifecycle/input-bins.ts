import { at } from '../confidence.ts';
import { toModelValue } from '../feature-spec.ts';
import type { ModelManifest } from '../manifest.ts';
import { VISIT_SPEC } from '../visit-spec.ts';
import type { InputBins } from './evidence.ts';

/** Gives the inputs of a model from a vector of `VISIT_SPEC`, each with the bins of what training saw. */
export type InputReader = (vector: readonly number[]) => Iterable<readonly [column: InputBins, value: number]>;

/** Reads what a model looks at; a manifest without distributions gives nothing to read. */
export function inputReader(manifest: ModelManifest | undefined): InputReader {
  const columns = (manifest?.columns ?? []).flatMap(({ name, feature, level, seen }) => {
    if (seen === undefined || level !== undefined || !VISIT_SPEC.index.has(feature)) return [];
    const position = at(feature);
    return [{ bins: { name, edges: seen.edges }, position, definition: VISIT_SPEC.features[position]! }];
  });
  return (vector) =>
    columns.map(({ bins, position, definition }) => [bins, toModelValue(definition, vector[position] ?? Number.NaN)] as const);
}
