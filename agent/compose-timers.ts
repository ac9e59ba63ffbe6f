import type { Logger } from 'pino';
import { agentStateMessage } from '../devices/channels/agent-status.ts';
import { homeAssistantDiscovery, homeAssistantState } from '../devices/channels/home-assistant.ts';
import type { Transport } from '../devices/transports/transport.ts';
import { isDue } from './core/due.ts';
import type { Input } from './core/input.ts';
import { MINUTE_MS, SECOND_MS, type TimestampMs } from './core/units.ts';
import type { DeviceAccess } from './device-access.ts';
import { type StoreClock, systemClock } from './runtime/clock.ts';
import type { Loop } from './runtime/loop.ts';
import type { Status } from './runtime/status.ts';
import type { Timers } from './runtime/timers.ts';
import type { Store } from './store/store.ts';

/** What the regular tasks work on. */
export interface TimerParts {
  readonly loop: Loop;
  readonly clock: StoreClock;
  readonly status: Status;
  readonly store: Store;
  readonly transport: Transport;
  /** Who is connected by which credentials. */
  readonly access: DeviceAccess;
  /** Resolves when the input is on disk. */
  readonly submit: (input: Input) => Promise<void>;
  readonly log: Logger;
  readonly storeId: string;
  readonly startedAtMs: TimestampMs;
  /** Whether Home Assistant may be listening: on a broker that is not our own. */
  readonly hasDashboard: boolean;
}

const TICK_MS = 250;
/** How soon a device whose credentials the command line took away is cut off. */
const ACCESS_MS = 2 * SECOND_MS;
/** How often Home Assistant gets new values, where there are any. */
const DASHBOARD_MS = 10 * SECOND_MS;
/** What Home Assistant knows is said again this often: it may have been started anew. */
const DASHBOARD_AGAIN_MS = 10 * MINUTE_MS;
/** How the health on the manager page is called on the agent's own MQTT topic. */
const LEVELS = { ok: 'ok', attention: 'warning', down: 'problem' } as const;

/** Starts everything that happens by time: ticks, the status, the clock's check, upkeep, backups. */
export function startTimers(timers: Timers, parts: TimerParts): void {
  const { loop, clock, status, store, submit, log } = parts;
  timers.every(TICK_MS, 'tick', () => (isDue(loop.state, clock.nowMs()) ? submit({ kind: 'tick' }) : undefined));
  timers.every(SECOND_MS, 'status', statusTask(parts));
  if (parts.hasDashboard) timers.every(DASHBOARD_MS, 'dashboard', dashboardTask(parts));
  timers.every(SECOND_MS, 'clock', async () => {
    const before = loop.state.clockTrusted;
    const verdict = clock.check();
    if (verdict.kind === 'adopted' && verdict.byMs < 0) await submit({ kind: 'clock.set', toMs: clock.nowMs() });
    if (before !== clock.trusted) await submit({ kind: 'clock.trust', trusted: clock.trusted });
  });
  timers.every(ACCESS_MS, 'access', () => parts.access.look((device) => parts.transport.disconnect?.(device)));
  let upkeepDueMs = 0;
  timers.every(SECOND_MS, 'upkeep', () => {
    if (!clock.trusted || systemClock.monotonicMs() < upkeepDueMs) return;
    const report = store.maintenance.upkeep(clock.nowMs());
    if (report.hasBallast) status.noteTrouble('none', '');
    upkeepDueMs = systemClock.monotonicMs() + (report.sweep.hasMore ? 0 : MINUTE_MS);
  });
  timers.every(10 * MINUTE_MS, 'backup', async () => {
    const backup = clock.trusted ? await store.maintenance.backUpIfDue(clock.nowMs()) : undefined;
    if (backup !== undefined && !backup.ok) log.error({ backup: backup.error }, 'Cannot make the daily backup');
  });
}

/** Looks at the store, and tells MQTT when its health has changed. */
function statusTask({ status, transport, storeId, startedAtMs }: TimerParts): () => unknown {
  let told = '';
  return () => {
    const look = status.look();
    const { state: link } = transport.status();
    if (look === undefined || (link !== 'listening' && link !== 'connected')) return undefined;
    const { state, sentence } = look.health;
    if (told === `${state} ${sentence}`) return undefined;
    told = `${state} ${sentence}`;
    const { atMs, version } = look;
    return transport.publish(agentStateMessage(storeId, { atMs, version, uptimeMs: atMs - startedAtMs, level: LEVELS[state], sentence }));
  };
}

/** Describes the store to Home Assistant when that changes, and tells it the values. */
function dashboardTask({ status, transport }: TimerParts): () => Promise<void> | undefined {
  let described = '';
  let values = '';
  let againMs = 0;
  return () => {
    const overview = status.overview();
    if (overview === undefined || transport.status().state !== 'connected') return undefined;
    const messages = [homeAssistantDiscovery(overview), homeAssistantState(overview)] as const;
    const isDueAgain = systemClock.monotonicMs() >= againMs;
    const fresh = messages.filter((message, index) => isDueAgain || message.payload !== (index === 0 ? described : values));
    [described, values] = [messages[0].payload, messages[1].payload];
    if (isDueAgain) againMs = systemClock.monotonicMs() + DASHBOARD_AGAIN_MS;
    return fresh.length === 0 ? undefined : Promise.all(fresh.map((message) => transport.publish(message))).then(() => undefined);
  };
}
