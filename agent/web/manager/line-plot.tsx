import type { JSX } from 'preact';
import { useEffect, useRef } from 'preact/hooks';
import uPlot from 'uplot';
import type { StoreOverview } from '../../core/overview.ts';
import { LINES, type LinePlotProps } from './lines.ts';

const HEIGHT_PX = 220;

/** The last hour as lines on a canvas that follows the page's colours and width. */
export function LinePlot(props: LinePlotProps): JSX.Element {
  const host = useRef<HTMLDivElement>(null);
  const plot = useRef<uPlot | undefined>(undefined);
  const data = useRef<uPlot.AlignedData>([[]]);
  data.current = dataOf(props.series);

  useEffect(() => {
    const element = host.current;
    if (element === null) return undefined;
    const draw = () => {
      plot.current?.destroy();
      plot.current = new uPlot(optionsFor(element, props), data.current, element);
    };
    const scheme = matchMedia('(prefers-color-scheme: dark)');
    const observer = new ResizeObserver(() => plot.current?.setSize({ width: element.clientWidth, height: HEIGHT_PX }));
    draw();
    // A canvas does not follow the colours of the page by itself.
    scheme.addEventListener('change', draw);
    observer.observe(element);
    return () => {
      scheme.removeEventListener('change', draw);
      observer.disconnect();
      plot.current?.destroy();
    };
  }, []);
  useEffect(() => plot.current?.setData(data.current), [props.series]);
  return <div class="plot" ref={host} />;
}

function dataOf(series: StoreOverview['series']): uPlot.AlignedData {
  return [series.startMs.map((ms) => ms / 1_000), [...series.visits], [...series.offers], [...series.redeemed]];
}

function optionsFor(element: HTMLElement, props: LinePlotProps): uPlot.Options {
  const style = getComputedStyle(element);
  const colour = (name: string) => style.getPropertyValue(name).trim();
  const axis = { stroke: colour('--ink-soft'), font: `12px ${style.fontFamily}`, ticks: { show: false } };
  return {
    width: element.clientWidth,
    height: HEIGHT_PX,
    legend: { show: false },
    cursor: { y: false, drag: { x: false, y: false }, points: { size: 8 } },
    scales: { y: { range: (_plot, _min, max) => [0, Math.max(4, Math.ceil(max * 1.15))] } },
    // The last time stands half outside of the plot.
    padding: [8, 20, 0, 0],
    axes: [
      {
        ...axis,
        size: 28,
        grid: { show: false },
        incrs: [60, 120, 300, 600, 900],
        values: (_plot, ticks) => ticks.map((s) => props.timeText(s * 1_000)),
        space: 70,
      },
      { ...axis, grid: { stroke: colour('--line'), width: 1 }, incrs: [1, 2, 5, 10, 20, 50, 100, 200, 500, 1_000], size: 40 },
    ],
    series: [
      {},
      ...LINES.map(({ look, dash, name }) => ({ label: name, stroke: colour(look), width: 2, dash: [...dash], points: { show: false } })),
    ],
    hooks: {
      setCursor: [
        (plot) => {
          props.hovered.value = plot.cursor.idx ?? undefined;
        },
      ],
    },
  };
}
