import { fail, ok, type Result } from '../../agent/core/result.ts';
import { at } from '../confidence.ts';
import { toModelValue } from '../feature-spec.ts';
import type { ModelManifest } from '../manifest.ts';
import { VISIT_SPEC } from '../visit-spec.ts';
import type { ModelExplainer } from './model-explainer.ts';
import { readTrees } from './read-trees.ts';
import { treeExplainer } from './tree-shapley.ts';

/** Explains a model from its own trees; a fact where that cannot be done. The bytes must be those that the manifest describes. */
export function explainTreeModel(bytes: Uint8Array, manifest: Pick<ModelManifest, 'columns'>): Result<ModelExplainer, string> {
  const read = readTrees(bytes);
  if (!read.ok) return read;
  const stranger = manifest.columns.find(({ feature }) => !VISIT_SPEC.index.has(feature));
  if (stranger !== undefined) return fail(`it looks at "${stranger.feature}", which is not stored`);
  const positions = manifest.columns.map(({ feature }) => at(feature));
  const explainer = treeExplainer(read.value, positions.length);
  if (explainer === undefined) return fail('its trees are too deep');
  const levels = manifest.columns.map(({ level }, i) =>
    level === undefined ? -1 : (VISIT_SPEC.features[positions[i]!]!.levels?.indexOf(level) ?? -1),
  );
  /** The row as the model sees it: float32, NaN for "not known". */
  const rowOf = (values: readonly number[]): Float32Array =>
    Float32Array.from(positions, (position, i) => {
      const value = toModelValue(VISIT_SPEC.features[position]!, values[position] ?? Number.NaN);
      return levels[i]! < 0 ? value : value === levels[i] ? 1 : 0;
    });
  return ok({
    method: 'trees',
    attribute(values) {
      const { base, shares } = explainer.explain(rowOf(values));
      // Columns of one feature (its levels) are one part.
      const byFeature = new Map<number, number>();
      for (const [i, position] of positions.entries()) byFeature.set(position, (byFeature.get(position) ?? 0) + shares[i]!);
      return {
        method: 'trees',
        base,
        parts: [...byFeature].map(([position, share]) => ({ name: VISIT_SPEC.features[position]!.name, share })),
      };
    },
    intent: (values) => 1 / (1 + Math.exp(-explainer.margin(rowOf(values)))),
  });
}
