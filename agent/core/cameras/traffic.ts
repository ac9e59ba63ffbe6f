import type { StepContext } from '../context.ts';
import type { ZoneId } from '../ids.ts';
import type { HeatCount, Reading } from '../reading.ts';
import { putBounded } from '../state.ts';
import { count } from '../tally.ts';
import { HOUR_MS } from '../units.ts';
import { CAMERA_LIMITS, type HourSeen } from './cameras-state.ts';
import { heatGrid } from './heat-grid.ts';

/** The running hour of the store, as cameras see it. */
export function hourNow(context: StepContext): HourSeen {
  const { hours } = context.state.cameras;
  const startMs = context.nowMs - (context.nowMs % HOUR_MS);
  const known = hours.get(startMs);
  if (known !== undefined) return known;
  const hour: HourSeen = { flows: new Map(), heat: new Map(), doors: new Map(), queues: new Map() };
  putBounded(hours, startMs, hour, CAMERA_LIMITS.hours);
  return hour;
}

/** Notes that people went from one zone of the store into another. */
export function observeFlow(context: StepContext, flow: Extract<Reading, { readonly kind: 'flow' }>): void {
  const { zones } = context.store;
  if (flow.from === flow.to || !zones.has(flow.from) || !zones.has(flow.to)) return;
  const { flows } = hourNow(context);
  const way = `${flow.from} ${flow.to}`;
  if (!flows.has(way) && flows.size >= CAMERA_LIMITS.flows) return;
  flows.set(way, (flows.get(way) ?? 0) + flow.count);
}

/** Notes where on the floor people were; cells off the plan are left out. */
export function observeHeat(context: StepContext, { cells }: HeatCount): void {
  const { columns, rows } = heatGrid(context.store.map.plan);
  const { heat } = hourNow(context);
  for (const { cell, seconds, people } of cells) {
    if (cell >= columns * rows) continue;
    const known = heat.get(cell) ?? { seconds: 0, people: 0 };
    heat.set(cell, { seconds: Math.round(10 * (known.seconds + seconds)) / 10, people: known.people + people });
  }
}

/** Counts people who came in and went out. */
export function observeDoor(context: StepContext, door: Extract<Reading, { readonly kind: 'door.count' }>, zone: ZoneId | undefined): void {
  const known = zone !== undefined && context.store.zones.has(zone) ? zone : undefined;
  count(context, 'doorIn', known, door.in);
  count(context, 'doorOut', known, door.out);
  const { doors } = hourNow(context);
  const seen = doors.get(known ?? '') ?? { in: 0, out: 0 };
  if (!doors.has(known ?? '') && doors.size >= CAMERA_LIMITS.doors) return;
  doors.set(known ?? '', { in: seen.in + door.in, out: seen.out + door.out });
}
