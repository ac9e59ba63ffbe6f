import type { Signal } from '@preact/signals';
import type { JSX } from 'preact';
import type { Pair } from './camera-api.ts';
import { type Draft, newShape, type Shape, type ShapeKind } from './camera-draft.ts';
import { useOverview } from './page.ts';

const KINDS: readonly { readonly kind: ShapeKind; readonly add: string; readonly note: string }[] = [
  { kind: 'entrance', add: 'Add an entrance', note: 'A line on the floor that people cross; the arrow points inwards' },
  { kind: 'queue', add: 'Add a queue', note: 'The floor on which people wait at a till' },
  { kind: 'shelf', add: 'Add a shelf', note: 'The front that hands reach into' },
  { kind: 'mask', add: 'Black out a part', note: 'Nothing looks at it: a screen, a window, a place of the staff' },
];

const MOST_CORNERS = 12;

/** Everything that is drawn into the picture, one line each, to be named, given corners, or removed. */
export function ShapeList(props: { readonly draft: Signal<Draft> }): JSX.Element {
  const { draft } = props;
  const { shapes } = draft.value;
  const overview = useOverview();
  const tills = overview.devices.filter(({ role }) => role === 'till');
  const change = (index: number, changes: Partial<Shape>) => {
    draft.value = { ...draft.value, shapes: shapes.map((shape, at) => (at === index ? { ...shape, ...changes } : shape)) };
  };
  const nameOf: Readonly<Record<ShapeKind, string>> = {
    entrance: 'door',
    queue: tills[0]?.id ?? 'till-1',
    shelf: overview.fixtures[0]?.id ?? '',
    mask: '',
  };
  return (
    <div class="shape-list">
      <ul>
        {shapes.map((shape, index) => (
          <li key={index} class="shape-line">
            <span class={`shape-sample sample-${shape.kind}`} aria-hidden="true" />
            <ShapeFields shape={shape} index={index} onChange={(changes) => change(index, changes)} />
            {shape.kind === 'entrance' ? null : (
              <>
                <button
                  type="button"
                  class="button small"
                  disabled={shape.points.length >= MOST_CORNERS}
                  onClick={() => change(index, { points: withMore(shape.points) })}
                >
                  Add a corner
                </button>
                <button
                  type="button"
                  class="button small"
                  disabled={shape.points.length <= 3}
                  onClick={() => change(index, { points: shape.points.slice(0, -1) })}
                >
                  Take one away
                </button>
              </>
            )}
            <button
              type="button"
              class="button small"
              onClick={() => (draft.value = { ...draft.value, shapes: shapes.filter((_, at) => at !== index) })}
            >
              Remove
            </button>
          </li>
        ))}
      </ul>
      <p class="shape-adds">
        {KINDS.map(({ kind, add, note }) => (
          <button
            key={kind}
            type="button"
            class="button small"
            title={note}
            onClick={() => (draft.value = { ...draft.value, shapes: [...shapes, newShape(kind, nameOf[kind])] })}
          >
            {add}
          </button>
        ))}
      </p>
    </div>
  );
}

function ShapeFields(props: {
  readonly shape: Shape;
  readonly index: number;
  readonly onChange: (changes: Partial<Shape>) => void;
}): JSX.Element {
  const { shape, index, onChange } = props;
  const { fixtures, devices } = useOverview();
  const id = `shape-${index}`;
  switch (shape.kind) {
    case 'entrance':
      return (
        <span class="filter">
          <label for={id}>Entrance</label>
          <input
            id={id}
            value={shape.name}
            maxLength={64}
            pattern="[A-Za-z0-9][A-Za-z0-9_.:\-]*"
            onInput={(event) => onChange({ name: event.currentTarget.value })}
          />
        </span>
      );
    case 'queue': {
      const tills = devices.filter(({ role }) => role === 'till');
      const isOther = !tills.some((till) => till.id === shape.name);
      return (
        <>
          <span class="filter">
            <label for={id}>Queue at</label>
            <select id={id} value={shape.name} onChange={(event) => onChange({ name: event.currentTarget.value })}>
              {isOther ? <option value={shape.name}>{shape.title ?? shape.name}</option> : null}
              {tills.map((till) => (
                <option key={till.id} value={till.id}>
                  {till.name}
                </option>
              ))}
            </select>
          </span>
          <span class="filter narrow">
            <label for={`${id}-at`}>Tell staff from</label>
            <input
              id={`${id}-at`}
              type="number"
              min="1"
              max="100"
              value={shape.alertAt}
              onInput={(event) => onChange({ alertAt: Math.min(100, Math.max(1, Math.round(Number(event.currentTarget.value) || 1))) })}
            />
          </span>
        </>
      );
    }
    case 'shelf':
      return (
        <span class="filter">
          <label for={id}>Shelf</label>
          <select id={id} value={shape.name} onChange={(event) => onChange({ name: event.currentTarget.value })}>
            {fixtures.map((fixture) => (
              <option key={fixture.id} value={fixture.id}>
                {fixture.name}
              </option>
            ))}
          </select>
        </span>
      );
    case 'mask':
      return <span class="filter">Blacked out</span>;
  }
}

/** One more corner, between the last and the first. */
function withMore(points: readonly Pair[]): readonly Pair[] {
  const [first, last] = [points[0], points.at(-1)];
  if (first === undefined || last === undefined) return points;
  return [...points, [(first[0] + last[0]) / 2, (first[1] + last[1]) / 2]];
}
