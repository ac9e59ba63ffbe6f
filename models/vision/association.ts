import { linearSumAssignment } from 'linear-sum-assignment';

/** Pairs of rows and columns, and what was left over. */
export interface Association {
  readonly pairs: readonly (readonly [row: number, column: number])[];
  readonly freeRows: readonly number[];
  readonly freeColumns: readonly number[];
}

/**
 * Pairs rows with columns so that the sum of their affinities (0 to 1) is largest; pairs of no affinity stay apart. At most a few hundred
 * of each: the cost grows with the cube.
 */
export function associate(
  size: { readonly rows: number; readonly columns: number },
  affinity: (row: number, column: number) => number,
): Association {
  const rows = Array.from({ length: size.rows }, (_, row) => row);
  const columns = Array.from({ length: size.columns }, (_, column) => column);
  if (size.rows === 0 || size.columns === 0) return { pairs: [], freeRows: rows, freeColumns: columns };
  const table = rows.map((row) => columns.map((column) => affinity(row, column)));
  const { rowAssignments } = linearSumAssignment(
    table.map((line) => line.map((value) => 1 - value)),
    { maximaze: false },
  );
  const pairs: [number, number][] = [];
  for (const [row, column] of rowAssignments.entries()) if (column >= 0 && (table[row]?.[column] ?? 0) > 0) pairs.push([row, column]);
  const usedRows = new Set(pairs.map(([row]) => row));
  const usedColumns = new Set(pairs.map(([, column]) => column));
  return {
    pairs,
    freeRows: rows.filter((row) => !usedRows.has(row)),
    freeColumns: columns.filter((column) => !usedColumns.has(column)),
  };
}
