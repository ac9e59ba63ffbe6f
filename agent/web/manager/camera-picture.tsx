import type { Signal } from '@preact/signals';
import type { JSX } from 'preact';
import type { Camera, Pair, Picture } from './camera-api.ts';
import { type Draft, floorGrid, outlineInPicture, type Projection, type Shape } from './camera-draft.ts';
import { Handle, inPicture } from './camera-handle.tsx';
import { useWidth } from './use-width.ts';

export interface CameraPictureProps {
  readonly camera: Camera;
  readonly live: Picture | undefined;
  /** Height by width of the picture as it is shown. */
  readonly aspect: number;
  readonly draft: Signal<Draft>;
  readonly projection: Projection | undefined;
  readonly zones: readonly { readonly id: string; readonly outline: readonly { readonly xM: number; readonly yM: number }[] }[];
}

/** The live picture of a camera with everything that is drawn into it. */
export function CameraPicture(props: CameraPictureProps): JSX.Element {
  const { camera, live, aspect, draft, projection } = props;
  const { ref, widthPx } = useWidth(640);
  const height = Math.round(widthPx * aspect);
  const toPx = ([x, y]: Pair): Pair => [x * widthPx, y * height];
  const fromPx = ([x, y]: Pair): Pair => inPicture([x / widthPx, y / height]);
  const { floor, shapes } = draft.value;

  function moveFloor(index: number, picture: Pair): void {
    const moved = floor?.map((point, at) => (at === index ? { ...point, picture } : point));
    draft.value = { ...draft.value, floor: moved };
  }

  return (
    <div ref={ref}>
      <svg class="camera-view" viewBox={`0 0 ${widthPx} ${height}`} role="presentation">
        <rect class="camera-ground" width={widthPx} height={height} />
        {live?.kind === 'picture' ? <LivePicture url={live.url} rotate={camera.rotate} width={widthPx} height={height} /> : null}
        {shapes.map((shape, at) => (shape.kind === 'mask' ? <path key={at} class="mask" d={closed(shape.points, toPx)} /> : null))}
        {projection === undefined || floor === undefined ? null : (
          <g class="projected">
            {props.zones.flatMap(({ id, outline }) =>
              outlineInPicture(
                outline.map(({ xM, yM }): Pair => [xM, yM]),
                projection,
              ).map((line, at) => <path key={`${id}${at}`} class="projected-zone" d={open(line, toPx)} />),
            )}
            {floorGrid(floor, projection).map((line, at) => (
              <path key={at} class="projected-line" d={open(line, toPx)} />
            ))}
          </g>
        )}
        {shapes.map((shape, at) => (
          <ShapeDrawing key={at} shape={shape} toPx={toPx} />
        ))}
        {shapes.flatMap((shape, index) =>
          shape.points.map((point, corner) => (
            <Handle
              key={`${index} ${corner}`}
              label={handleLabel(shape, corner)}
              text={shape.kind === 'entrance' && corner === 2 ? 'in' : ''}
              look={`handle-${shape.kind}`}
              at={point}
              toPx={toPx}
              fromPx={fromPx}
              step={0.005}
              onMove={(to) => {
                draft.value = { ...draft.value, shapes: withCorner(draft.value.shapes, { index, corner, to: inPicture(to) }) };
              }}
            />
          )),
        )}
        {floor?.map((point, index) => (
          <Handle
            key={index}
            label={`Floor point ${index + 1} in the picture`}
            text={String(index + 1)}
            look="handle-floor"
            at={point.picture}
            toPx={toPx}
            fromPx={fromPx}
            step={0.002}
            onMove={(to) => moveFloor(index, inPicture(to))}
          />
        ))}
      </svg>
    </div>
  );
}

/** Turned upright as the agent turns it before it looks. */
function LivePicture(props: {
  readonly url: string;
  readonly rotate: Camera['rotate'];
  readonly width: number;
  readonly height: number;
}): JSX.Element {
  const { url, rotate, width, height } = props;
  const [w, h] = rotate === 90 || rotate === 270 ? [height, width] : [width, height];
  const turn = {
    0: '',
    90: `translate(${width} 0) rotate(90)`,
    180: `translate(${width} ${height}) rotate(180)`,
    270: `translate(0 ${height}) rotate(270)`,
  };
  return <image href={url} width={w} height={h} preserveAspectRatio="none" transform={turn[rotate]} />;
}

function ShapeDrawing(props: { readonly shape: Shape; readonly toPx: (at: Pair) => Pair }): JSX.Element | null {
  const { shape, toPx } = props;
  if (shape.kind === 'mask') return null;
  if (shape.kind !== 'entrance') return <path class={`shape shape-${shape.kind}`} d={closed(shape.points, toPx)} />;
  const [a, b, inside] = shape.points;
  if (a === undefined || b === undefined || inside === undefined) return null;
  const middle: Pair = [(a[0] + b[0]) / 2, (a[1] + b[1]) / 2];
  return (
    <g class="shape shape-entrance">
      <path d={open([a, b], toPx)} />
      <path class="shape-way" d={open([middle, inside], toPx)} />
    </g>
  );
}

function handleLabel(shape: Shape, corner: number): string {
  switch (shape.kind) {
    case 'entrance':
      return corner === 2 ? `Inner side of entrance ${shape.name}` : `End ${corner + 1} of entrance ${shape.name}`;
    case 'queue':
      return `Corner ${corner + 1} of the queue at ${shape.name}`;
    case 'shelf':
      return `Corner ${corner + 1} of shelf ${shape.name}`;
    case 'mask':
      return `Corner ${corner + 1} of a blacked out part`;
  }
}

function withCorner(
  shapes: readonly Shape[],
  moved: { readonly index: number; readonly corner: number; readonly to: Pair },
): readonly Shape[] {
  return shapes.map((shape, at) =>
    at === moved.index ? { ...shape, points: shape.points.map((point, corner) => (corner === moved.corner ? moved.to : point)) } : shape,
  );
}

function open(points: readonly Pair[], toPx: (at: Pair) => Pair): string {
  return points
    .map(
      (point, at) =>
        `${at === 0 ? 'M' : 'L'}${toPx(point)
          .map((px) => px.toFixed(1))
          .join(' ')}`,
    )
    .join('');
}

function closed(points: readonly Pair[], toPx: (at: Pair) => Pair): string {
  return `${open(points, toPx)}Z`;
}
