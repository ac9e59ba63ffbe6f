import type { StoreMap } from '../../agent/core/store-map.ts';
import { createEngine, type Engine } from '../../devices/simulator/engine.ts';
import type { TruthRow } from '../../devices/simulator/ground-truth.ts';
import { type Scenario, scenarioSchema } from '../../devices/simulator/scenario.ts';
import type { NativeMessage, SimEvent } from '../../devices/simulator/sim-event.ts';
import { sampleStore } from '../support/sample-store.ts';

/** A Tuesday at 10:00 UTC. */
export const START_MS = Date.UTC(2026, 2, 3, 10);

/** An hour of a busy store without any noise, unless `changes` says otherwise. */
export function quietScenario(changes: Record<string, unknown> = {}): Scenario {
  const { noise, arrivals, ...rest } = changes;
  return scenarioSchema.parse({
    durationMinutes: 60,
    arrivals: { perHour: Array.from({ length: 24 }, () => 120), ...(arrivals as object) },
    noise: {
      dropOutShare: 0,
      duplicateShare: 0,
      lateShare: 0,
      latencyMs: 0,
      clockOffsetMs: { sd: 0 },
      cameraMissShare: 0,
      cameraGhostShare: 0,
      doorMissShare: 0,
      ...(noise as object),
    },
    ...rest,
  });
}

export interface Run {
  readonly events: readonly SimEvent[];
  readonly truth: readonly TruthRow[];
}

/** Runs a scenario to its end; `onEvent` may answer as an agent would. */
export function run(
  scenario: Scenario,
  options: { readonly store?: StoreMap; readonly seed?: number; readonly onEvent?: (event: SimEvent, engine: Engine) => void } = {},
): Run {
  const truth: TruthRow[] = [];
  const events: SimEvent[] = [];
  const engine = createEngine(options.store ?? sampleStore(), scenario, {
    startMs: START_MS,
    truth: (row) => truth.push(row),
    ...(options.seed === undefined ? {} : { seed: options.seed }),
  });
  for (let event = engine.next(); event !== undefined; event = engine.next()) {
    events.push(event);
    options.onEvent?.(event, engine);
  }
  return { events, truth };
}

/** Rows of one kind. */
export function facts<K extends TruthRow['kind']>(rows: readonly TruthRow[], kind: K): readonly (TruthRow & { readonly kind: K })[] {
  return rows.filter((row): row is TruthRow & { readonly kind: K } => row.kind === kind);
}

/** Well-formed messages with their device and time of sending. */
export function messages(events: readonly SimEvent[]): readonly (NativeMessage & { readonly device: string; readonly atMs: number })[] {
  return events.flatMap((event) =>
    event.kind === 'message' && 'body' in event.message ? [{ ...event.message, device: event.device, atMs: event.atMs }] : [],
  );
}
