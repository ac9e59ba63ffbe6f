import { type FloorPoint, floorFrom } from '../../core/cameras/floor-plane.ts';
import type { Camera, CameraDrawing, Pair } from './camera-api.ts';

/** A part of the drawing whose corners can be moved. */
export type ShapeKind = 'entrance' | 'queue' | 'shelf' | 'mask';

/** A shape in the picture. `name`: of the entrance, till or fixture; unused for masks. Entrances have three points: both ends, and inside. */
export interface Shape {
  readonly kind: ShapeKind;
  readonly name: string;
  readonly points: readonly Pair[];
  readonly alertAt: number;
  /** Set where the configuration said so; kept as it is. */
  readonly zone?: string | undefined;
  readonly title?: string | undefined;
}

/** What a manager has drawn so far. */
export interface Draft {
  /** Without a floor everybody in the picture is in this zone. */
  readonly zone: string | undefined;
  readonly floor: readonly { readonly picture: Pair; readonly plan: Pair }[] | undefined;
  readonly shapes: readonly Shape[];
}

/** Everything that a camera's settings say, as a drawing. */
export function draftOf(camera: Camera): Draft {
  const plain = { alertAt: 4 };
  return {
    zone: camera.zone,
    floor: camera.floor,
    shapes: [
      ...camera.entrances.map(({ id, zone, line, inside }) => ({
        ...plain,
        kind: 'entrance' as const,
        name: id,
        zone,
        points: [...line, inside],
      })),
      ...camera.queues.map(({ till, name, area, alertAt }) => ({ kind: 'queue' as const, name: till, title: name, points: area, alertAt })),
      ...camera.shelves.map(({ fixture, polygon }) => ({ ...plain, kind: 'shelf' as const, name: fixture, points: polygon })),
      ...camera.masks.map((points) => ({ ...plain, kind: 'mask' as const, name: '', points })),
    ],
  };
}

/** The drawing as it is saved. */
export function drawingOf({ zone, floor, shapes }: Draft): CameraDrawing {
  const of = (kind: ShapeKind) => shapes.filter((shape) => shape.kind === kind);
  return {
    ...(floor === undefined ? { zone } : { floor }),
    entrances: of('entrance').flatMap(({ name, zone: into, points: [a, b, inside] }) =>
      a === undefined || b === undefined || inside === undefined
        ? []
        : [{ id: name, line: [a, b] as const, inside, ...(into === undefined ? {} : { zone: into }) }],
    ),
    queues: of('queue').map(({ name, title, points, alertAt }) => ({
      till: name,
      area: points,
      alertAt,
      ...(title === undefined ? {} : { name: title }),
    })),
    shelves: of('shelf').map(({ name, points }) => ({ fixture: name, polygon: points })),
    masks: of('mask').map(({ points }) => points),
  };
}

/** A new shape in the middle of the picture, to be dragged where it belongs. */
export function newShape(kind: ShapeKind, name: string): Shape {
  const square: readonly Pair[] = [
    [0.35, 0.35],
    [0.65, 0.35],
    [0.65, 0.65],
    [0.35, 0.65],
  ];
  const threshold: readonly Pair[] = [
    [0.3, 0.6],
    [0.7, 0.6],
    [0.5, 0.4],
  ];
  return { kind, name, alertAt: 4, points: kind === 'entrance' ? threshold : square };
}

/** Four points to begin with: the lower part of the picture, and two metres of floor in the middle of the plan. */
export function firstFloor(plan: { readonly widthM: number; readonly depthM: number }): NonNullable<Draft['floor']> {
  const [x, y] = [plan.widthM / 2, plan.depthM / 2];
  return [
    { picture: [0.3, 0.5], plan: [round(x - 1), round(y - 1)] },
    { picture: [0.7, 0.5], plan: [round(x + 1), round(y - 1)] },
    { picture: [0.9, 0.9], plan: [round(x + 1), round(y + 1)] },
    { picture: [0.1, 0.9], plan: [round(x - 1), round(y + 1)] },
  ];
}

/** A click of a person is off by about this share of the picture. */
const CLICK_ERROR = 0.006;

/** The way between picture and plan through four points; `undefined` while they are none. */
export interface Projection {
  readonly toPicture: (plan: Pair) => Pair | undefined;
  readonly toPlan: (picture: Pair) => Pair | undefined;
  /** How far off somebody on the floor between the points may be placed, in metres: in the middle, and at worst. */
  readonly errorM: { readonly middle: number; readonly worst: number };
}

/** Finds the projection and what a click beside the mark would do to it. */
export function project(floor: Draft['floor']): Projection | undefined {
  const toPlan = wayTo(floor, 'plan');
  const toPicture = wayTo(floor, 'picture');
  if (floor === undefined || toPlan === undefined || toPicture === undefined) return undefined;
  const corners = floor.map(({ picture }) => picture);
  const middle: Pair = [mean(corners.map(([x]) => x)), mean(corners.map(([, y]) => y))];
  const probes = [middle, ...corners.map(([x, y]): Pair => [0.85 * x + 0.15 * middle[0], 0.85 * y + 0.15 * middle[1]])];
  const errors = probes.map((probe) => errorAt(floor, probe));
  return { toPlan, toPicture, errorM: { middle: errors[0] ?? 0, worst: Math.max(...errors) } };
}

function errorAt(floor: NonNullable<Draft['floor']>, probe: Pair): number {
  const right = wayTo(floor, 'plan')?.(probe);
  if (right === undefined) return Number.POSITIVE_INFINITY;
  let sum = 0;
  for (const [i] of floor.entries()) {
    for (const [dx, dy] of [
      [CLICK_ERROR, 0],
      [0, CLICK_ERROR],
    ] as const) {
      const moved = floor.map((point, at) =>
        at === i ? { ...point, picture: [point.picture[0] + dx, point.picture[1] + dy] as const } : point,
      );
      const there = wayTo(moved, 'plan')?.(probe);
      sum += there === undefined ? 1 : (there[0] - right[0]) ** 2 + (there[1] - right[1]) ** 2;
    }
  }
  return Math.sqrt(sum);
}

function wayTo(floor: Draft['floor'], goal: 'plan' | 'picture'): ((from: Pair) => Pair | undefined) | undefined {
  const points = floor?.map(({ picture, plan }): FloorPoint => {
    const [[x, y], [xM, yM]] = goal === 'plan' ? [picture, plan] : [plan, picture];
    return { x, y, xM, yM };
  });
  const [a, b, c, d] = points ?? [];
  const way = a && b && c && d ? floorFrom([a, b, c, d]) : undefined;
  if (way === undefined) return undefined;
  return ([x, y]) => {
    const at = way(x, y);
    return at === undefined ? undefined : [at.xM, at.yM];
  };
}

/** Lines of the floor, one metre apart (more where the floor is large), as ways through the picture. */
export function floorGrid(floor: NonNullable<Draft['floor']>, { toPicture }: Projection): readonly (readonly Pair[])[] {
  const [xs, ys] = [floor.map(({ plan: [x] }) => x), floor.map(({ plan: [, y] }) => y)];
  const [left, right, top, bottom] = [Math.min(...xs) - 1, Math.max(...xs) + 1, Math.min(...ys) - 1, Math.max(...ys) + 1];
  const step = Math.max(1, Math.ceil(Math.max(right - left, bottom - top) / 12));
  const lines: (readonly Pair[])[] = [];
  for (let x = Math.ceil(left / step) * step; x <= right; x += step) lines.push(sampled([x, top], [x, bottom], toPicture));
  for (let y = Math.ceil(top / step) * step; y <= bottom; y += step) lines.push(sampled([left, y], [right, y], toPicture));
  return lines.filter((line) => line.length > 1);
}

/** An outline of the plan as it lies in the picture: ways where it is in view. */
export function outlineInPicture(outline: readonly Pair[], { toPicture }: Projection): readonly (readonly Pair[])[] {
  return outline
    .map((corner, i) => sampled(corner, outline[(i + 1) % outline.length] ?? corner, toPicture))
    .filter((line) => line.length > 1);
}

function sampled(from: Pair, to: Pair, toPicture: Projection['toPicture']): readonly Pair[] {
  return Array.from(
    { length: 25 },
    (_, i): Pair => [from[0] + ((to[0] - from[0]) * i) / 24, from[1] + ((to[1] - from[1]) * i) / 24],
  ).flatMap((point) => {
    const at = toPicture(point);
    return at === undefined || at[0] < -0.1 || at[0] > 1.1 || at[1] < -0.1 || at[1] > 1.1 ? [] : [at];
  });
}

function mean(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}

function round(value: number): number {
  return Math.round(value * 10) / 10;
}
