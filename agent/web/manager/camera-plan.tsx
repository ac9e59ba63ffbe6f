import type { Signal } from '@preact/signals';
import type { JSX } from 'preact';
import type { Pair } from './camera-api.ts';
import type { Draft, Projection } from './camera-draft.ts';
import { Handle, onPlan } from './camera-handle.tsx';
import { useOverview } from './page.ts';
import { useWidth } from './use-width.ts';

const MARGIN = 16;

/** The store plan with the four points of the floor and what the camera sees of it. */
export function CameraPlan(props: { readonly draft: Signal<Draft>; readonly projection: Projection | undefined }): JSX.Element {
  const { plan, zones, fixtures } = useOverview();
  const { draft, projection } = props;
  const { ref, widthPx } = useWidth(420);
  const scale = (widthPx - 2 * MARGIN) / plan.widthM;
  const height = plan.depthM * scale + 2 * MARGIN;
  const toPx = ([x, y]: Pair): Pair => [MARGIN + x * scale, MARGIN + y * scale];
  const fromPx = ([x, y]: Pair): Pair => onPlan([(x - MARGIN) / scale, (y - MARGIN) / scale], plan);
  const { floor } = draft.value;
  const view = projection === undefined ? [] : viewOnPlan(projection);
  const text = (points: readonly Pair[]) =>
    points
      .map((point) =>
        toPx(point)
          .map((px) => px.toFixed(1))
          .join(','),
      )
      .join(' ');
  return (
    <div ref={ref}>
      <svg class="camera-plan" viewBox={`0 0 ${widthPx} ${height}`} role="presentation">
        {zones.map((zone) => (
          <g key={zone.id} class={zone.id === draft.value.zone && floor === undefined ? 'plan-zone plan-zone-chosen' : 'plan-zone'}>
            <polygon points={text(zone.outline.map(({ xM, yM }): Pair => [xM, yM]))} />
            <text {...labelAt(zone.outline, toPx)}>{zone.name}</text>
          </g>
        ))}
        {fixtures.map((fixture) => {
          const [x, y] = toPx([fixture.xM, fixture.yM]);
          return (
            <rect key={fixture.id} class="plan-fixture" x={x - 5} y={y - 5} width="10" height="10" rx="2">
              <title>{fixture.name}</title>
            </rect>
          );
        })}
        {view.length > 2 ? <polygon class="plan-view" points={text(view)} /> : null}
        {floor === undefined ? null : <polygon class="plan-quad" points={text(floor.map(({ plan: at }) => at))} />}
        {floor?.map((point, index) => (
          <Handle
            key={index}
            label={`Floor point ${index + 1} on the plan, ${point.plan[0]} m from the left, ${point.plan[1]} m from the top`}
            text={String(index + 1)}
            look="handle-floor"
            at={point.plan}
            toPx={toPx}
            fromPx={fromPx}
            step={0.1}
            onMove={(to) => {
              const moved = floor.map((one, at) => (at === index ? { ...one, plan: onPlan(to, plan) } : one));
              draft.value = { ...draft.value, floor: moved };
            }}
          />
        ))}
      </svg>
    </div>
  );
}

/** The part of the plan between the lower edge of the picture and where its floor gets too far away to tell. */
function viewOnPlan({ toPlan }: Projection): readonly Pair[] {
  const left: Pair[] = [];
  const right: Pair[] = [];
  for (let y = 1; y >= 0; y -= 0.05) {
    const [a, b] = [toPlan([0, y]), toPlan([1, y])];
    if (a === undefined || b === undefined || Math.hypot(a[0] - b[0], a[1] - b[1]) > 40) break;
    left.push(a);
    right.push(b);
  }
  return [...left, ...right.reverse()];
}

function labelAt(outline: readonly { readonly xM: number; readonly yM: number }[], toPx: (at: Pair) => Pair) {
  const x = Math.min(...outline.map(({ xM }) => xM));
  const y = Math.min(...outline.map(({ yM }) => yM));
  const [left, top] = toPx([x, y]);
  return { x: left + 6, y: top + 16 };
}
