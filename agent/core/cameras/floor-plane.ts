/** A point of the picture, in [0, 1] from its top left corner, and where it is on the plan, in metres. */
export interface FloorPoint {
  readonly x: number;
  readonly y: number;
  readonly xM: number;
  readonly yM: number;
}

/** A place on the plan, in metres. */
export interface PlanPoint {
  readonly xM: number;
  readonly yM: number;
}

/** From the picture to the plan, for points that lie on the floor. */
export type ToFloor = (x: number, y: number) => PlanPoint | undefined;

/**
 * The way from picture to floor through four points, no three of them on a line; `undefined` where they are. Points at or above the
 * horizon, which are no floor, give `undefined`.
 */
export function floorFrom(points: readonly [FloorPoint, FloorPoint, FloorPoint, FloorPoint]): ToFloor | undefined {
  if (hasLine(points.map(({ x, y }) => [x, y] as const)) || hasLine(points.map(({ xM, yM }) => [xM, yM] as const))) return undefined;
  // Counted from the middle of the four, which is floor for certain: the corner of the picture may lie on the horizon.
  const mx = points.reduce((sum, { x }) => sum + x / 4, 0);
  const my = points.reduce((sum, { y }) => sum + y / 4, 0);
  const rows = points.flatMap(({ x: px, y: py, xM, yM }) => {
    const [x, y] = [px - mx, py - my];
    return [
      [x, y, 1, 0, 0, 0, -x * xM, -y * xM, xM],
      [0, 0, 0, x, y, 1, -x * yM, -y * yM, yM],
    ];
  });
  const h = solve(rows);
  if (h === undefined) return undefined;
  const [a = 0, b = 0, c = 0, d = 0, e = 0, f = 0, g = 0, i = 0] = h;
  const depth = (x: number, y: number) => g * x + i * y + 1;
  // All four must lie on the same side of the horizon as their middle.
  if (points.some(({ x, y }) => depth(x - mx, y - my) <= 0)) return undefined;
  return (px, py) => {
    const [x, y] = [px - mx, py - my];
    const w = depth(x, y);
    return w < 1e-6 ? undefined : { xM: (a * x + b * y + c) / w, yM: (d * x + e * y + f) / w };
  };
}

/** Whether three of some points lie on a line, or as good as. */
function hasLine(points: readonly (readonly [number, number])[]): boolean {
  return points.some((_, left) => {
    const [a, b, c] = points.filter((_point, i) => i !== left);
    if (a === undefined || b === undefined || c === undefined) return true;
    const area = Math.abs((b[0] - a[0]) * (c[1] - a[1]) - (c[0] - a[0]) * (b[1] - a[1]));
    return area < 1e-3 * (Math.hypot(b[0] - a[0], b[1] - a[1]) + Math.hypot(c[0] - a[0], c[1] - a[1])) ** 2;
  });
}

/** Whether a place lies inside an outline (even-odd rule). */
export function isInside({ xM, yM }: PlanPoint, outline: readonly PlanPoint[]): boolean {
  let inside = false;
  for (const [i, a] of outline.entries()) {
    const b = outline.at(i - 1) ?? a;
    if (a.yM > yM !== b.yM > yM && xM < ((b.xM - a.xM) * (yM - a.yM)) / (b.yM - a.yM) + a.xM) inside = !inside;
  }
  return inside;
}

/** Gauss with row pivots; `undefined` where there is no single answer. Each row ends with its right-hand side. */
function solve(rows: number[][]): number[] | undefined {
  const size = rows.length;
  for (let column = 0; column < size; column++) {
    let pivot = column;
    for (let row = column + 1; row < size; row++)
      if (Math.abs(rows[row]?.[column] ?? 0) > Math.abs(rows[pivot]?.[column] ?? 0)) pivot = row;
    const chosen = rows[pivot];
    const displaced = rows[column];
    if (chosen === undefined || displaced === undefined || Math.abs(chosen[column] ?? 0) < 1e-9) return undefined;
    rows[pivot] = displaced;
    rows[column] = chosen;
    for (const [row, line] of rows.entries()) {
      if (row === column) continue;
      const factor = (line[column] ?? 0) / (chosen[column] ?? 1);
      for (let k = column; k <= size; k++) line[k] = (line[k] ?? 0) - factor * (chosen[k] ?? 0);
    }
  }
  return rows.map((line, i) => (line[size] ?? 0) / (line[i] ?? 1));
}
