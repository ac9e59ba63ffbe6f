import type { JSX } from 'preact';
import type { HeatGrid } from '../../core/cameras/heat-grid.ts';
import type { TrafficHour } from '../../core/cameras/traffic-overview.ts';
import { useOverview } from './page.ts';
import { useWidth } from './use-width.ts';

const MARGIN = 10;
/** Ways drawn as arrows; the table has more. */
const MOST_ARROWS = 12;

/** The plan with the time that people spent on each square, and the ways they took, in one hour. */
export function TrafficMap(props: {
  readonly grid: HeatGrid;
  /** All hours: one scale for all of them, so that a quiet hour looks quiet. */
  readonly hours: readonly TrafficHour[];
  readonly hour: TrafficHour;
  readonly name: string;
}): JSX.Element {
  const { plan, zones } = useOverview();
  const { grid, hour } = props;
  const { ref, widthPx } = useWidth(640);
  const scale = (widthPx - 2 * MARGIN) / plan.widthM;
  const height = plan.depthM * scale + 2 * MARGIN;
  const size = grid.cellM * scale;
  const top = topOf(props.hours);
  const mostPeople = Math.max(1, ...hour.flows.map(({ people }) => people));
  const minutes = Math.round(hour.cells.reduce((sum, { seconds }) => sum + seconds, 0) / 60);
  return (
    <div class="traffic-frame" ref={ref}>
      <svg
        class="traffic-map"
        viewBox={`0 0 ${widthPx} ${height}`}
        role="img"
        aria-label={`Floor from ${props.name}: ${minutes} minutes of people’s time.`}
      >
        {zones.map((zone) => (
          <polygon key={zone.id} class="traffic-zone" points={zone.outline.map((corner) => pointOf(corner, scale)).join(' ')} />
        ))}
        {hour.cells.map(({ cell, seconds }) => (
          <rect
            key={cell}
            class="heat"
            x={(MARGIN + (cell % grid.columns) * size).toFixed(1)}
            y={(MARGIN + Math.floor(cell / grid.columns) * size).toFixed(1)}
            width={size.toFixed(1)}
            height={size.toFixed(1)}
            // By the root: a till would otherwise be all there is to see.
            fill-opacity={(0.12 + 0.78 * Math.sqrt(Math.min(1, seconds / top))).toFixed(2)}
          />
        ))}
        {hour.flows.slice(0, MOST_ARROWS).map(({ from, to, people }) => {
          const [a, b] = [middleOf(zones, from), middleOf(zones, to)];
          if (a === undefined || b === undefined) return null;
          return (
            <path
              key={`${from} ${to}`}
              class="flow"
              d={arrow(toPx(a, scale), toPx(b, scale))}
              stroke-width={(1.5 + 5 * (people / mostPeople)).toFixed(1)}
            />
          );
        })}
        {zones.map((zone) => {
          const at = toPx({ xM: Math.min(...zone.outline.map(({ xM }) => xM)), yM: Math.min(...zone.outline.map(({ yM }) => yM)) }, scale);
          return (
            <text key={zone.id} x={at.x + 6} y={at.y + 17}>
              {zone.name}
            </text>
          );
        })}
      </svg>
    </div>
  );
}

interface Place {
  readonly xM: number;
  readonly yM: number;
}

/** Almost the hottest square of all hours: one that is far above the others must not pale them. */
function topOf(hours: readonly TrafficHour[]): number {
  const all = hours.flatMap(({ cells }) => cells.map(({ seconds }) => seconds)).sort((a, b) => a - b);
  return Math.max(60, all[Math.floor(0.97 * (all.length - 1))] ?? 0);
}

function toPx({ xM, yM }: Place, scale: number): { readonly x: number; readonly y: number } {
  return { x: MARGIN + xM * scale, y: MARGIN + yM * scale };
}

function pointOf(place: Place, scale: number): string {
  const { x, y } = toPx(place, scale);
  return `${x.toFixed(1)},${y.toFixed(1)}`;
}

function middleOf(zones: readonly { readonly id: string; readonly outline: readonly Place[] }[], id: string): Place | undefined {
  const outline = zones.find((zone) => zone.id === id)?.outline;
  if (outline === undefined) return undefined;
  return {
    xM: outline.reduce((sum, { xM }) => sum + xM, 0) / outline.length,
    yM: outline.reduce((sum, { yM }) => sum + yM, 0) / outline.length,
  };
}

/** A bent line with a head, so that there and back do not cover each other. */
function arrow(from: { readonly x: number; readonly y: number }, to: { readonly x: number; readonly y: number }): string {
  const [dx, dy] = [to.x - from.x, to.y - from.y];
  const length = Math.max(1, Math.hypot(dx, dy));
  const bend = Math.min(40, 0.18 * length);
  const [mx, my] = [(from.x + to.x) / 2 - (dy / length) * bend, (from.y + to.y) / 2 + (dx / length) * bend];
  const [ex, ey] = [to.x - (to.x - mx) * 0.12, to.y - (to.y - my) * 0.12];
  const turn = Math.atan2(ey - my, ex - mx);
  const head = [turn + 2.6, turn - 2.6].map((angle) => `${(ex + 9 * Math.cos(angle)).toFixed(1)} ${(ey + 9 * Math.sin(angle)).toFixed(1)}`);
  return `M${from.x.toFixed(1)} ${from.y.toFixed(1)}Q${mx.toFixed(1)} ${my.toFixed(1)} ${ex.toFixed(1)} ${ey.toFixed(1)}M${head[0]}L${ex.toFixed(1)} ${ey.toFixed(1)}L${head[1]}`;
}
