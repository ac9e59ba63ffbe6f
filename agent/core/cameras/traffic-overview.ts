import type { CompiledStore } from '../compiled-store.ts';
import type { ZoneId } from '../ids.ts';
import type { State } from '../state.ts';
import { type DurationMs, HOUR_MS, MINUTE_MS, type TimestampMs } from '../units.ts';
import { type HeatGrid, heatGrid } from './heat-grid.ts';
import { DEFAULT_ALERT_AT } from './queue.ts';

/** What cameras counted in the last day, for the manager page: numbers of a place and an hour, never of a person. */
export interface TrafficOverview {
  readonly atMs: TimestampMs;
  readonly grid: HeatGrid;
  /** A cell that fewer people than this passed in the hour is left out. */
  readonly minPeople: number;
  readonly queues: readonly QueueNow[];
  /** Oldest first; hours in which nothing was counted are left out. */
  readonly hours: readonly TrafficHour[];
}

/** A queue as it is now; one that was not heard of for a minute is left out. */
export interface QueueNow {
  readonly till: string;
  readonly name: string;
  readonly length: number;
  readonly waitMs: DurationMs;
  readonly alertAt: number;
}

export interface TrafficHour {
  readonly startMs: TimestampMs;
  readonly cells: readonly { readonly cell: number; readonly seconds: number }[];
  /** Most frequent first. */
  readonly flows: readonly { readonly from: ZoneId; readonly to: ZoneId; readonly people: number }[];
  readonly doors: readonly { readonly zone: ZoneId | undefined; readonly in: number; readonly out: number }[];
  readonly queues: readonly { readonly till: string; readonly left: number; readonly meanWaitMs: DurationMs; readonly longest: number }[];
}

/** Fewer people than this in a cell and hour could be told apart by somebody who was there. */
export const MIN_PEOPLE = 3;
const MOST_FLOWS = 60;
const QUEUE_TTL_MS: DurationMs = MINUTE_MS;
const SHOWN_MS: DurationMs = 24 * HOUR_MS;

/** Builds what the manager page shows of people on the floor. */
export function trafficOverview(state: Readonly<State>, store: CompiledStore, nowMs: TimestampMs): TrafficOverview {
  const nameOf = (till: string) => store.map.queues?.find((queue) => queue.till === till)?.name ?? store.devices.get(till)?.name ?? till;
  return {
    atMs: nowMs,
    grid: heatGrid(store.map.plan),
    minPeople: MIN_PEOPLE,
    queues: [...state.cameras.queues]
      .filter(([, { atMs }]) => nowMs - atMs <= QUEUE_TTL_MS)
      .map(([till, { length, waitMs }]) => ({
        till,
        name: nameOf(till),
        length,
        waitMs,
        alertAt: store.map.queues?.find((queue) => queue.till === till)?.alertAt ?? DEFAULT_ALERT_AT,
      })),
    hours: [...state.cameras.hours]
      .filter(([startMs]) => nowMs - startMs < SHOWN_MS)
      .map(([startMs, hour]) => ({
        startMs,
        cells: [...hour.heat].filter(([, { people }]) => people >= MIN_PEOPLE).map(([cell, { seconds }]) => ({ cell, seconds })),
        flows: [...hour.flows]
          .map(([way, people]) => ({ from: way.slice(0, way.indexOf(' ')), to: way.slice(way.indexOf(' ') + 1), people }))
          .sort((a, b) => b.people - a.people)
          .slice(0, MOST_FLOWS),
        doors: [...hour.doors].map(([zone, doors]) => ({ zone: zone === '' ? undefined : zone, ...doors })),
        queues: [...hour.queues].map(([till, { left, leftMs, longest }]) => ({
          till,
          left,
          meanWaitMs: left === 0 ? 0 : Math.round(leftMs / left),
          longest,
        })),
      })),
  };
}
