import type { ComponentChildren, JSX } from 'preact';
import { useRef } from 'preact/hooks';
import type { FixtureOverview, StoreOverview, ZoneOverview } from '../../core/overview.ts';
import { plural } from '../shared/format.ts';
import { STOCK_WORDS, stockMark } from './device-stock.tsx';
import { isSamePlace, type Selection } from './place-details.tsx';
import { boxOf, LINE_PX, MARGIN_PX, MARK_PX, type Point, placeLabel, shortCount } from './plan-geometry.ts';

export interface DrawingProps {
  readonly overview: StoreOverview;
  readonly pxPerM: number;
  readonly selection: Selection | undefined;
  /** The one item that the Tab key stops at. */
  readonly tabStop: Selection | undefined;
  readonly onSelect: (item: Selection) => void;
  /** Asks for the item after (1) or before (-1) the chosen one. */
  readonly onMove: (step: 1 | -1) => void;
}

const STEPS: { readonly [K in string]: 1 | -1 } = { ArrowRight: 1, ArrowDown: 1, ArrowLeft: -1, ArrowUp: -1 };

/** The plan itself: zones as areas, shelves as marks, together one group of radio buttons. */
export function Drawing(props: DrawingProps): JSX.Element {
  const { overview, pxPerM } = props;
  const svg = useRef<SVGSVGElement>(null);
  const width = overview.plan.widthM * pxPerM + 2 * MARGIN_PX;
  const height = overview.plan.depthM * pxPerM + 2 * MARGIN_PX;
  const most = Math.max(1, ...overview.zones.map((zone) => zone.visitsNow));

  function onKeyDown(event: KeyboardEvent): void {
    const step = STEPS[event.key];
    if (step === undefined) return;
    event.preventDefault();
    props.onMove(step);
    // The focus follows the choice, as in any group of radio buttons; the new stop exists once the choice is drawn.
    requestAnimationFrame(() => svg.current?.querySelector<SVGElement>('[tabindex="0"]')?.focus());
  }

  return (
    <div role="radiogroup" aria-label="Floor plan: zones and shelves" onKeyDown={onKeyDown}>
      <svg ref={svg} class="plan" width={width} height={height} viewBox={`0 0 ${width} ${height}`} role="presentation">
        {overview.zones.map((zone) => (
          <Zone key={zone.id} zone={zone} share={zone.visitsNow / most} plan={props} />
        ))}
        {overview.fixtures.map((fixture) => (
          <Fixture key={fixture.id} fixture={fixture} plan={props} />
        ))}
      </svg>
    </div>
  );
}

function Choice(props: {
  readonly plan: DrawingProps;
  readonly me: Selection;
  readonly look: string;
  readonly label: string;
  readonly children: ComponentChildren;
}): JSX.Element {
  const { plan, me } = props;
  return (
    // biome-ignore lint/a11y/useSemanticElements: an input cannot stand inside a drawing
    <g
      class={props.look}
      role="radio"
      aria-checked={isSamePlace(me, plan.selection)}
      aria-label={props.label}
      // In SVG attributes are spelled exactly: `tabIndex` would be ignored.
      tabindex={isSamePlace(me, plan.tabStop) ? 0 : -1}
      onClick={() => plan.onSelect(me)}
      onKeyDown={(event) => {
        if (event.key !== ' ' && event.key !== 'Enter') return;
        event.preventDefault();
        plan.onSelect(me);
      }}
    >
      {props.children}
    </g>
  );
}

function Zone(props: { readonly plan: DrawingProps; readonly zone: ZoneOverview; readonly share: number }): JSX.Element {
  const { zone, plan } = props;
  const corners = zone.outline.map((corner) => toPx(corner, plan.pxPerM));
  const points = corners.map(({ x, y }) => `${x},${y}`).join(' ');
  const marks = plan.overview.fixtures.map((fixture) => toPx(fixture, plan.pxPerM));
  const label = placeLabel(boxOf(corners), labelVariants(zone), marks);
  return (
    <Choice
      plan={plan}
      me={{ kind: 'zone', id: zone.id }}
      look={`zone zone-${zone.state}`}
      label={`${zone.name}: ${zone.peopleNow === undefined ? '' : `${plural(zone.peopleNow, 'person', 'people')} counted, `}${plural(zone.visitsNow, 'visit')} now, ${ZONE_WORDS[zone.state].toLowerCase()}`}
    >
      <polygon class="zone-floor" points={points} />
      <polygon class="zone-heat" points={points} fill-opacity={(zone.visitsNow === 0 ? 0 : 0.08 + 0.24 * props.share).toFixed(2)} />
      {label.lines.map((line, at) => (
        <text key={line} class={lineLook(at, label.lines.length)} x={label.x} y={label.y + LINE_PX * at + 12}>
          {line}
        </text>
      ))}
    </Choice>
  );
}

const ZONE_WORDS: { readonly [S in ZoneOverview['state']]: string } = { ok: 'Working', quiet: 'Quiet', blind: 'No sensor here' };

/** Two or three lines where there is room, one where there is not; a sign stands for the state then, and the list beside says it in words. */
function labelVariants(zone: ZoneOverview): readonly (readonly string[])[] {
  const sign = { ok: '', quiet: '! ', blind: '– ' }[zone.state];
  const visits =
    zone.peopleNow === undefined ? `${plural(zone.visitsNow, 'visit')} now` : `${plural(zone.peopleNow, 'person', 'people')} counted`;
  const full = zone.state === 'ok' ? [zone.name, visits] : [zone.name, visits, `${sign}${ZONE_WORDS[zone.state]}`];
  return [full, [`${sign}${zone.name}: ${zone.visitsNow}`]];
}

function lineLook(at: number, lines: number): string {
  if (at === 2 || lines === 1) return 'zone-state';
  return at === 0 ? 'zone-name' : '';
}

function Fixture(props: { readonly plan: DrawingProps; readonly fixture: FixtureOverview }): JSX.Element {
  const { fixture, plan } = props;
  const middle = toPx(fixture, plan.pxPerM);
  const mark = stockMark(fixture);
  return (
    <Choice
      plan={plan}
      me={{ kind: 'fixture', id: fixture.id }}
      look={fixture.interactionsToday > 0 ? 'fixture' : 'fixture fixture-still'}
      label={`${fixture.name}: ${plural(fixture.interactionsToday, 'interaction')} today${mark === undefined ? '' : `, ${STOCK_WORDS[mark]}`}`}
    >
      <title>{fixture.name}</title>
      <rect x={middle.x - MARK_PX / 2} y={middle.y - MARK_PX / 2} width={MARK_PX} height={MARK_PX} rx="6" />
      <text x={middle.x} y={middle.y + 4} text-anchor="middle">
        {shortCount(fixture.interactionsToday)}
      </text>
      {mark === undefined ? null : <StockMark mark={mark} x={middle.x + MARK_PX / 2 - 1} y={middle.y - MARK_PX / 2 + 1} />}
    </Choice>
  );
}

/** Shapes as well as colours: a square is empty, a triangle is low, a ring is out of date. */
function StockMark(props: { readonly mark: keyof typeof STOCK_WORDS; readonly x: number; readonly y: number }): JSX.Element {
  const { mark, x, y } = props;
  if (mark === 'out') return <rect class="stock-mark stock-out" x={x - 5} y={y - 5} width="10" height="10" />;
  if (mark === 'low') return <path class="stock-mark stock-low" d={`M${x} ${y - 6}l6 11h-12z`} />;
  return <circle class="stock-mark stock-stale" cx={x} cy={y} r="4.5" />;
}

function toPx(point: { readonly xM: number; readonly yM: number }, pxPerM: number): Point {
  return { x: MARGIN_PX + point.xM * pxPerM, y: MARGIN_PX + point.yM * pxPerM };
}
