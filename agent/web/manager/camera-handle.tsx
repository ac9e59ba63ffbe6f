import type { JSX } from 'preact';
import type { Pair } from './camera-api.ts';

/** A point that can be dragged, or moved by the arrow keys. */
export interface HandleProps {
  readonly label: string;
  readonly text: string;
  readonly look: string;
  /** Where it is, in the drawing's own unit. */
  readonly at: Pair;
  /** Of the drawing: where that is in its pixels, and back. */
  readonly toPx: (at: Pair) => Pair;
  readonly fromPx: (px: Pair) => Pair;
  /** How far an arrow key moves it; ten times as far with Shift. */
  readonly step: number;
  readonly onMove: (to: Pair) => void;
  readonly onFocus?: () => void;
}

const KEYS: { readonly [K in string]: Pair } = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] };

export function Handle(props: HandleProps): JSX.Element {
  const [x, y] = props.toPx(props.at);

  function drag(event: PointerEvent & { readonly currentTarget: SVGGElement }): void {
    const handle = event.currentTarget;
    const drawing = handle.ownerSVGElement;
    if (drawing === null || event.button !== 0) return;
    event.preventDefault();
    event.stopPropagation();
    handle.focus();
    handle.setPointerCapture(event.pointerId);
    const move = (moved: PointerEvent) => {
      const box = drawing.getBoundingClientRect();
      const { width, height } = drawing.viewBox.baseVal;
      props.onMove(props.fromPx([((moved.clientX - box.left) / box.width) * width, ((moved.clientY - box.top) / box.height) * height]));
    };
    const end = () => {
      handle.removeEventListener('pointermove', move);
      handle.removeEventListener('pointerup', end);
      handle.removeEventListener('pointercancel', end);
    };
    handle.addEventListener('pointermove', move);
    handle.addEventListener('pointerup', end);
    handle.addEventListener('pointercancel', end);
  }

  function press(event: KeyboardEvent): void {
    const way = KEYS[event.key];
    if (way === undefined) return;
    event.preventDefault();
    const far = props.step * (event.shiftKey ? 10 : 1);
    props.onMove([props.at[0] + far * way[0], props.at[1] + far * way[1]]);
  }

  return (
    // biome-ignore lint/a11y/useSemanticElements: a button cannot stand inside a drawing
    <g
      class={`handle ${props.look}`}
      role="button"
      // In SVG attributes are spelled exactly: `tabIndex` would be ignored.
      tabindex={0}
      aria-label={`${props.label}; arrow keys move it`}
      transform={`translate(${x.toFixed(1)} ${y.toFixed(1)})`}
      onPointerDown={drag}
      onKeyDown={press}
      onFocus={props.onFocus}
    >
      <circle class="handle-reach" r="16" />
      <circle class="handle-mark" r="9" />
      <text y="4" text-anchor="middle">
        {props.text}
      </text>
    </g>
  );
}

/** A point pulled back into the picture. */
export function inPicture([x, y]: Pair): Pair {
  return [clamp(x, 1), clamp(y, 1)];
}

/** A point pulled back onto the plan, to the nearest five centimetres. */
export function onPlan([x, y]: Pair, plan: { readonly widthM: number; readonly depthM: number }): Pair {
  const round = (value: number) => Math.round(20 * value) / 20;
  return [round(clamp(x, plan.widthM)), round(clamp(y, plan.depthM))];
}

function clamp(value: number, most: number): number {
  return Math.min(most, Math.max(0, Math.round(value * 10_000) / 10_000));
}
