import { fail, ok, type Result } from '../../agent/core/result.ts';
import { type ProtoField, protoBody, protoFields, protoFloats, protoInts, protoText } from './proto-fields.ts';

/** Trees of a model as explanations need them; parallel arrays, node 0 of each tree is its root. */
export interface CoverTree {
  /** Column a node looks at, -1 for a leaf. */
  readonly column: Int32Array;
  readonly threshold: Float64Array;
  readonly missingLeft: Uint8Array;
  readonly left: Int32Array;
  readonly right: Int32Array;
  /** What a leaf adds to the margin. */
  readonly value: Float64Array;
  /** Weight of the training rows that came through the node. */
  readonly cover: Float64Array;
}

export interface CoverEnsemble {
  readonly base: number;
  readonly trees: readonly CoverTree[];
}

/**
 * The trees of an ONNX file that is one `TreeEnsembleRegressor` with at most a sigmoid behind it and that says how many training rows came
 * through each node (`nodes_hitrates`). Anything else is returned as a fact: such a model has to be explained from outside.
 */
export function readTrees(bytes: Uint8Array): Result<CoverEnsemble, string> {
  try {
    const graph = [...protoFields(bytes)].find(({ number }) => number === 7);
    if (graph === undefined) return fail('it holds no graph');
    const nodes = [...protoFields(protoBody(graph))].filter(({ number }) => number === 1).map(readNode);
    const trees = nodes.filter(({ operator }) => operator === 'TreeEnsembleRegressor');
    const rest = nodes.filter(({ operator }) => operator !== 'TreeEnsembleRegressor' && operator !== 'Sigmoid');
    if (trees.length !== 1 || rest.length > 0 || nodes.length > 2) return fail('it is not made of trees alone');
    return toEnsemble(trees[0]!.attributes);
  } catch (error) {
    return fail(error instanceof Error ? error.message : String(error));
  }
}

interface Attribute {
  readonly floats: readonly number[];
  readonly ints: readonly number[];
  readonly texts: readonly string[];
  readonly text: string;
}

function readNode(node: ProtoField): { readonly operator: string; readonly attributes: ReadonlyMap<string, Attribute> } {
  let operator = '';
  const attributes = new Map<string, Attribute>();
  for (const field of protoFields(protoBody(node))) {
    if (field.number === 4) operator = protoText(field);
    else if (field.number === 5) attributes.set(...readAttribute(field));
  }
  return { operator, attributes };
}

function readAttribute(attribute: ProtoField): [string, Attribute] {
  let name = '';
  let text = '';
  const floats: number[] = [];
  const ints: number[] = [];
  const texts: string[] = [];
  for (const field of protoFields(protoBody(attribute))) {
    if (field.number === 1) name = protoText(field);
    else if (field.number === 3) ints.push(field.value);
    else if (field.number === 4) text = protoText(field);
    else if (field.number === 7) floats.push(...protoFloats(field));
    else if (field.number === 8) ints.push(...protoInts(field));
    else if (field.number === 9) texts.push(protoText(field));
  }
  return [name, { floats, ints, texts, text }];
}

function toEnsemble(attributes: ReadonlyMap<string, Attribute>): Result<CoverEnsemble, string> {
  const floats = (name: string) => attributes.get(name)?.floats ?? [];
  const ints = (name: string) => attributes.get(name)?.ints ?? [];
  const modes = attributes.get('nodes_modes')?.texts ?? [];
  const trees = ints('nodes_treeids');
  const cover = floats('nodes_hitrates');
  const aggregate = attributes.get('aggregate_function')?.text ?? 'SUM';
  const transform = attributes.get('post_transform')?.text ?? 'NONE';
  if (cover.length !== trees.length) return fail('it does not say how many training rows came through its branches');
  if (aggregate !== 'SUM' || transform !== 'NONE' || (ints('n_targets')[0] ?? 1) !== 1) return fail('its trees are not simply added up');
  if (modes.some((mode) => mode !== 'BRANCH_LEQ' && mode !== 'LEAF')) return fail('its branches ask something else than "at most"');
  const columns = ints('nodes_featureids');
  const thresholds = floats('nodes_values');
  const left = ints('nodes_truenodeids');
  const right = ints('nodes_falsenodeids');
  const missing = ints('nodes_missing_value_tracks_true');
  const values = new Map<string, number>();
  const weights = floats('target_weights');
  for (const [i, tree] of ints('target_treeids').entries()) values.set(`${tree} ${ints('target_nodeids')[i]}`, weights[i] ?? 0);
  const starts = trees.flatMap((tree, i) => (i === 0 || trees[i - 1] !== tree ? [i] : []));
  const built = starts.map((start, at): CoverTree => {
    const end = starts[at + 1] ?? trees.length;
    const span = Array.from({ length: end - start }, (_, node) => start + node);
    const isLeaf = (i: number) => modes[i] === 'LEAF';
    return {
      column: Int32Array.from(span, (i) => (isLeaf(i) ? -1 : (columns[i] ?? -1))),
      threshold: Float64Array.from(span, (i) => thresholds[i] ?? 0),
      missingLeft: Uint8Array.from(span, (i) => (missing[i] === 1 ? 1 : 0)),
      left: Int32Array.from(span, (i) => (isLeaf(i) ? -1 : (left[i] ?? -1))),
      right: Int32Array.from(span, (i) => (isLeaf(i) ? -1 : (right[i] ?? -1))),
      value: Float64Array.from(span, (i, node) => (isLeaf(i) ? (values.get(`${trees[i]} ${node}`) ?? 0) : 0)),
      cover: Float64Array.from(span, (i) => cover[i] ?? 0),
    };
  });
  const broken = built.some(hasLooseEnds);
  return broken ? fail('its branches lead nowhere') : ok({ base: floats('base_values')[0] ?? 0, trees: built });
}

/** Children come after their parent: what makes a walk end. */
function hasLooseEnds({ column, left, right, cover }: CoverTree): boolean {
  for (let node = 0; node < column.length; node++) {
    if (!(cover[node]! >= 0)) return true;
    if (column[node]! < 0) continue;
    for (const child of [left[node]!, right[node]!]) if (child <= node || child >= column.length) return true;
  }
  return false;
}
