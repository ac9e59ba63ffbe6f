/** A decision tree as flat arrays; node 0 is the root. */
export interface Tree {
  /** Column that a node looks at, -1 for a leaf. */
  readonly column: Int16Array;
  /** A row goes left when its value is at most this; float32. */
  readonly threshold: Float32Array;
  /** 1 where "not known" goes left. */
  readonly missingLeft: Uint8Array;
  readonly left: Int32Array;
  readonly right: Int32Array;
  /** What a leaf adds to the margin; float32, as in the exported model. 0 for inner nodes. */
  readonly value: Float32Array;
  /** Weight of the training rows that came through a node; explanations need it. */
  readonly cover: Float64Array;
}

/** Trees whose values add up to a margin (log-odds). */
export interface Ensemble {
  readonly base: number;
  readonly trees: readonly Tree[];
  readonly columns: number;
}

/** Margin of one row; `at(column)` must be a float32 value. */
export function marginOf(ensemble: Ensemble, at: (column: number) => number): number {
  let margin = ensemble.base;
  for (const tree of ensemble.trees) margin += tree.value[leafOf(tree, at)]!;
  return margin;
}

/** Margins of all rows. */
export function margins(ensemble: Ensemble, columns: readonly Float32Array[]): Float64Array {
  const rows = columns[0]?.length ?? 0;
  const result = new Float64Array(rows).fill(ensemble.base);
  for (const tree of ensemble.trees) {
    for (let row = 0; row < rows; row++) {
      let node = 0;
      let column = tree.column[0]!;
      while (column >= 0) {
        const value = columns[column]![row]!;
        const goesLeft = value <= tree.threshold[node]! || (tree.missingLeft[node] === 1 && Number.isNaN(value));
        node = goesLeft ? tree.left[node]! : tree.right[node]!;
        column = tree.column[node]!;
      }
      result[row]! += tree.value[node]!;
    }
  }
  return result;
}

/** The leaf that a row falls into. */
export function leafOf(tree: Tree, at: (column: number) => number): number {
  let node = 0;
  for (let column = tree.column[0]!; column >= 0; column = tree.column[node]!) {
    const value = at(column);
    const goesLeft = value <= tree.threshold[node]! || (tree.missingLeft[node] === 1 && Number.isNaN(value));
    node = goesLeft ? tree.left[node]! : tree.right[node]!;
  }
  return node;
}

/** The mean of several ensembles as one, with every margin then taken as `scale * margin + shift`. */
export function combine(members: readonly Ensemble[], { scale, shift }: { readonly scale: number; readonly shift: number }): Ensemble {
  const factor = scale / members.length;
  const base = members.reduce((sum, member) => sum + member.base, 0) * factor + shift;
  const trees = members.flatMap((member) => member.trees.map((tree) => ({ ...tree, value: tree.value.map((value) => value * factor) })));
  return { base, trees, columns: members[0]?.columns ?? 0 };
}

/** Columns that any tree looks at. */
export function usedColumns(ensemble: Ensemble): Set<number> {
  const used = new Set<number>();
  for (const tree of ensemble.trees) for (const column of tree.column) if (column >= 0) used.add(column);
  return used;
}
