import type { Signal } from '@preact/signals';
import type { StoreOverview } from '../../core/overview.ts';

/** The lines of the hour's chart. They differ by dash as well as by colour; `look` is the colour's CSS variable. */
export const LINES = [
  { key: 'visits', name: 'Visits begun', look: '--line-a', dash: [] },
  { key: 'offers', name: 'Offers made', look: '--line-b', dash: [6, 4] },
  { key: 'redeemed', name: 'Redeemed', look: '--line-c', dash: [2, 3] },
] as const;

/** What the chart is drawn from. */
export interface LinePlotProps {
  readonly series: StoreOverview['series'];
  /** Set to the place of the minute under the pointer. */
  readonly hovered: Signal<number | undefined>;
  readonly timeText: (atMs: number) => string;
}
