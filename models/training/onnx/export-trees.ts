import type { Ensemble } from '../tree.ts';
import { ProtoWriter } from './protobuf.ts';

/** Names and versions that an exported model carries; the manifest repeats them. */
export const EXPORT = {
  input: 'features',
  output: 'probability',
  opset: { 'ai.onnx': 17, 'ai.onnx.ml': 3 },
  operators: ['Sigmoid', 'ai.onnx.ml:TreeEnsembleRegressor'],
} as const;

const IR_VERSION = 8;
const FLOAT = 1;

/**
 * The ensemble as an ONNX file: float32 rows of `ensemble.columns` numbers in (NaN is "not known"), one probability per row out. Same
 * ensemble, same bytes: nothing of time, machine or versions goes in.
 */
export function exportTrees(ensemble: Ensemble, name: string): Uint8Array {
  const graph = new ProtoWriter()
    .bytes(1, treeNode(ensemble))
    .bytes(1, new ProtoWriter().bytes(1, 'margin').bytes(2, EXPORT.output).bytes(3, 'sigmoid').bytes(4, 'Sigmoid'))
    .bytes(2, name)
    .bytes(11, tensorInfo(EXPORT.input, ensemble.columns))
    .bytes(12, tensorInfo(EXPORT.output, 1));
  const model = new ProtoWriter().int(1, IR_VERSION).bytes(2, 'endcap').bytes(7, graph);
  for (const [domain, version] of Object.entries(EXPORT.opset)) {
    model.bytes(8, new ProtoWriter().bytes(1, domain === 'ai.onnx' ? '' : domain).int(2, version));
  }
  return model.build();
}

function treeNode(ensemble: Ensemble): ProtoWriter {
  const lists = flatten(ensemble);
  return new ProtoWriter()
    .bytes(1, EXPORT.input)
    .bytes(2, 'margin')
    .bytes(3, 'trees')
    .bytes(4, 'TreeEnsembleRegressor')
    .bytes(5, text('aggregate_function', 'SUM'))
    .bytes(5, floats('base_values', [ensemble.base]))
    .bytes(5, new ProtoWriter().bytes(1, 'n_targets').int(3, 1).int(20, ATTRIBUTE.int))
    .bytes(5, ints('nodes_falsenodeids', lists.falseNodes))
    .bytes(5, ints('nodes_featureids', lists.columns))
    .bytes(5, floats('nodes_hitrates', lists.covers))
    .bytes(5, ints('nodes_missing_value_tracks_true', lists.missingTrue))
    .bytes(5, texts('nodes_modes', lists.modes))
    .bytes(5, ints('nodes_nodeids', lists.nodes))
    .bytes(5, ints('nodes_treeids', lists.trees))
    .bytes(5, ints('nodes_truenodeids', lists.trueNodes))
    .bytes(5, floats('nodes_values', lists.thresholds))
    .bytes(5, text('post_transform', 'NONE'))
    .bytes(
      5,
      ints(
        'target_ids',
        lists.leafTrees.map(() => 0),
      ),
    )
    .bytes(5, ints('target_nodeids', lists.leafNodes))
    .bytes(5, ints('target_treeids', lists.leafTrees))
    .bytes(5, floats('target_weights', lists.leafValues))
    .bytes(7, 'ai.onnx.ml');
}

/** The runtime wants all trees as parallel lists. An ensemble without trees becomes one leaf that adds nothing, as none is not allowed. */
function flatten(ensemble: Ensemble) {
  const lists = {
    trees: [] as number[],
    nodes: [] as number[],
    columns: [] as number[],
    thresholds: [] as number[],
    /** How many training rows came through each node: explanations need it, runtimes may use it for speed. */
    covers: [] as number[],
    modes: [] as string[],
    trueNodes: [] as number[],
    falseNodes: [] as number[],
    missingTrue: [] as number[],
    leafTrees: [] as number[],
    leafNodes: [] as number[],
    leafValues: [] as number[],
  };
  for (const [treeId, tree] of [...ensemble.trees, ...(ensemble.trees.length === 0 ? [LONE_LEAF] : [])].entries()) {
    for (const [node, column] of tree.column.entries()) {
      const leaf = column < 0;
      lists.trees.push(treeId);
      lists.nodes.push(node);
      lists.columns.push(leaf ? 0 : column);
      lists.thresholds.push(leaf ? 0 : tree.threshold[node]!);
      lists.covers.push(tree.cover[node]!);
      lists.modes.push(leaf ? 'LEAF' : 'BRANCH_LEQ');
      lists.trueNodes.push(leaf ? 0 : tree.left[node]!);
      lists.falseNodes.push(leaf ? 0 : tree.right[node]!);
      lists.missingTrue.push(leaf ? 0 : tree.missingLeft[node]!);
      if (!leaf) continue;
      lists.leafTrees.push(treeId);
      lists.leafNodes.push(node);
      lists.leafValues.push(tree.value[node]!);
    }
  }
  return lists;
}

const LONE_LEAF = {
  column: Int16Array.of(-1),
  threshold: Float32Array.of(0),
  missingLeft: Uint8Array.of(0),
  left: Int32Array.of(-1),
  right: Int32Array.of(-1),
  value: Float32Array.of(0),
  cover: Float64Array.of(1),
};

/** Values of AttributeProto.type. */
const ATTRIBUTE = { int: 2, string: 3, floats: 6, ints: 7, strings: 8 } as const;

function text(name: string, value: string): ProtoWriter {
  return new ProtoWriter().bytes(1, name).bytes(4, value).int(20, ATTRIBUTE.string);
}

function texts(name: string, values: readonly string[]): ProtoWriter {
  const attribute = new ProtoWriter().bytes(1, name);
  for (const value of values) attribute.bytes(9, value);
  return attribute.int(20, ATTRIBUTE.strings);
}

function ints(name: string, values: readonly number[]): ProtoWriter {
  return new ProtoWriter().bytes(1, name).packedInts(8, values).int(20, ATTRIBUTE.ints);
}

function floats(name: string, values: readonly number[]): ProtoWriter {
  return new ProtoWriter().bytes(1, name).packedFloats(7, values).int(20, ATTRIBUTE.floats);
}

/** A float32 tensor of shape [batch, columns]. */
function tensorInfo(name: string, columns: number): ProtoWriter {
  const shape = new ProtoWriter().bytes(1, new ProtoWriter().bytes(2, 'batch')).bytes(1, new ProtoWriter().int(1, columns));
  const type = new ProtoWriter().bytes(1, new ProtoWriter().int(1, FLOAT).bytes(2, shape));
  return new ProtoWriter().bytes(1, name).bytes(2, type);
}
