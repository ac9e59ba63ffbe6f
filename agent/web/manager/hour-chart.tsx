import { useSignal } from '@preact/signals';
import type { JSX } from 'preact';
import type { StoreOverview } from '../../core/overview.ts';
import { plural } from '../shared/format.ts';
import { useLate } from './late.ts';
import { LINES, type LinePlotProps } from './lines.ts';
import { useClock, useOverview } from './page.ts';
import { Card, Empty } from './parts.tsx';

/** The last hour, minute by minute, as a picture and as a table. */
export function HourChart(): JSX.Element {
  const { series } = useOverview();
  const clock = useClock();
  const hovered = useSignal<number | undefined>(undefined);
  const isEmpty = LINES.every(({ key }) => series[key].every((value) => value === 0));
  const at = hovered.value ?? series.startMs.length - 1;
  const summary = LINES.map(({ key, name }) => `${name.toLowerCase()}: ${sum(series[key])}`).join(', ');
  return (
    <Card id="hour" title="The last hour" wide={8} aside={<span class="note">{reachWords(series.startMs, clock.time)}</span>}>
      {isEmpty ? (
        <Empty title="A quiet hour">Visits, offers and redemptions are drawn here as they happen.</Empty>
      ) : (
        <>
          <ul class="legend" aria-hidden="true">
            {LINES.map(({ key, name, look }) => (
              <li key={key}>
                <svg class={`sample sample${look}`} viewBox="0 0 24 6" aria-hidden="true">
                  <path d="M0 3h24" />
                </svg>
                {name} <strong>{series[key][at] ?? 0}</strong>
              </li>
            ))}
            <li class="note">at {clock.time(series.startMs[at] ?? 0)}</li>
          </ul>
          <div role="img" aria-label={`Chart of the last 60 minutes. In all, ${summary}.`}>
            <Plot series={series} hovered={hovered} timeText={clock.time} />
          </div>
          <details class="fold">
            <summary>The same as a table</summary>
            <MinuteTable series={series} timeText={clock.time} />
          </details>
        </>
      )}
    </Card>
  );
}

/** After a restart of the agent the hour before it is not known, which is not the same as nothing. */
function reachWords(startMs: readonly number[], timeText: (atMs: number) => string): string {
  return startMs.length >= 60 ? 'each minute' : `each minute, since the agent started at ${timeText(startMs[0] ?? 0)}`;
}

function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0);
}

/** The drawing library is a third of the page's code, so it comes on its own, after everything that is words. */
function Plot(props: LinePlotProps): JSX.Element {
  const late = useLate(() => import('./line-plot.tsx'));
  if (late.kind === 'loading') return <div class="plot" />;
  if (late.kind === 'failed') return <p class="note">The picture could not be loaded; the table holds the same.</p>;
  return <late.module.LinePlot {...props} />;
}

function MinuteTable(props: { readonly series: StoreOverview['series']; readonly timeText: (atMs: number) => string }): JSX.Element {
  const { series } = props;
  const busy = series.startMs
    .map((startMs, at) => ({ startMs, counts: LINES.map(({ key }) => series[key][at] ?? 0) }))
    .filter(({ counts }) => counts.some((value) => value > 0))
    .reverse();
  return (
    <table class="mini-table">
      <caption class="note">Minutes in which something happened, newest first ({plural(busy.length, 'minute')})</caption>
      <thead>
        <tr>
          <th scope="col">Minute</th>
          {LINES.map(({ key, name }) => (
            <th key={key} scope="col" class="number">
              {name}
            </th>
          ))}
        </tr>
      </thead>
      <tbody>
        {busy.map(({ startMs, counts }) => (
          <tr key={startMs}>
            <th scope="row">{props.timeText(startMs)}</th>
            {counts.map((value, at) => (
              <td key={LINES[at]?.key} class="number">
                {value}
              </td>
            ))}
          </tr>
        ))}
      </tbody>
    </table>
  );
}
