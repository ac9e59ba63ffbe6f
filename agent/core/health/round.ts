import type { StepContext } from '../context.ts';
import type { State } from '../state.ts';
import type { PlacedDevice, StoreMap } from '../store-map.ts';
import { MINUTE_MS, type TimestampMs } from '../units.ts';
import { followCreep } from './creep.ts';
import { settleDrops } from './flapping.ts';
import type { DeviceHealth } from './health-state.ts';
import { isUnheard } from './stale.ts';
import { type StoreShares, shareOfStore } from './store-share.ts';
import { compareRound, forgetLately, newWatch, ROUND_MS, usualAt, type WeekMoment } from './usual.ts';

/** Share of the usual that a half-dead device still passes on; of a stuck value nothing moves any more. */
const BROKEN_SHARE = 0.2;
const STUCK_SHARE = 0.05;
/** A round closed later than this was not watched all the time: the agent was off. */
const GAP_MS = MINUTE_MS;

/** Whether a round is over. */
export function isRoundDue(state: State, nowMs: TimestampMs): boolean {
  return state.health.roundMs !== 0 && nowMs >= state.health.roundMs + ROUND_MS;
}

/** Closes the running round if it is over: every device, measured value and zone is compared with its usual. Costs nothing before. */
export function closeRound(context: StepContext): void {
  const { state, nowMs } = context;
  if (!isRoundDue(state, nowMs)) return;
  const { health } = state;
  const endMs = health.roundMs + ROUND_MS;
  const isPrompt = nowMs - endMs < GAP_MS;
  if (health.isWhole && isPrompt && state.clockTrusted) compareAll(context);
  else if (!isPrompt) forgetHealthTimes(state);
  for (const device of health.devices.values()) {
    device.readings = 0;
    device.drops = 0;
    for (const channel of device.channels.values()) {
      channel.readings = 0;
      channel.changes = 0;
    }
  }
  health.roundMs = nowMs - (nowMs % ROUND_MS);
  health.isWhole = isPrompt;
}

/** Forgets what was timed by a clock that was wrong, or before a pause; what is usual stays. */
export function forgetHealthTimes(state: State): void {
  const { health } = state;
  health.roundMs = 0;
  health.isWhole = false;
  for (const zone of health.zones.values()) forgetLately(zone);
  for (const device of health.devices.values()) {
    forgetLately(device.watch);
    device.missed = 0;
    device.latelyDropped.length = 0;
    for (const channel of device.channels.values()) forgetLately(channel.watch);
  }
  health.creeps.clear();
}

/** Drops what belongs to devices, zones and slots that are gone. */
export function pruneHealth(state: State, map: StoreMap): void {
  const { health } = state;
  keepOnly(health.devices, new Set(map.devices.map(({ id }) => id)));
  keepOnly(health.zones, new Set(map.zones.map(({ id }) => id)));
  keepOnly(health.peopleSources, new Set(map.zones.map(({ id }) => id)));
  const slots = new Set(map.slots.map(({ id }) => id));
  keepOnly(health.slotSources, slots);
  keepOnly(health.creeps, slots);
  // Who last spoke of a slot is kept even when it is gone: what it said is stale until somebody else speaks.
  health.channels = 0;
  for (const device of health.devices.values()) health.channels += device.channels.size;
}

function compareAll(context: StepContext): void {
  const { state, store } = context;
  const { health } = state;
  const at = momentOf(context, health.roundMs + ROUND_MS / 2);
  const shares = shareOfStore(context, at);
  const zones = new Map<string, { count: number; isWhole: boolean; share: number }>();
  for (const [id, device] of health.devices) {
    const placed = store.devices.get(id);
    if (placed === undefined) continue;
    const share = shares.without(id);
    const isSilent = isUnheard(state, placed, context.nowMs);
    compareDevice(context, { device, placed, at, share, isSilent });
    settleDrops(device);
    if (placed.role !== 'scanner' || placed.zone === undefined) continue;
    const zone = zones.get(placed.zone);
    if (zone === undefined) zones.set(placed.zone, { count: device.readings, isWhole: !isSilent, share });
    else {
      zone.count += device.readings;
      zone.isWhole &&= !isSilent;
      zone.share = Math.max(zone.share, share);
    }
  }
  for (const [id, { count, isWhole, share }] of zones) compareZone(context, { id, count, isWhole, share, at });
  followCreep(context);
}

interface DeviceRound {
  readonly device: DeviceHealth;
  readonly placed: PlacedDevice;
  readonly at: WeekMoment;
  readonly share: ReturnType<StoreShares['without']>;
  readonly isSilent: boolean;
}

function compareDevice(context: StepContext, { device, placed, at, share, isSilent }: DeviceRound): void {
  const { nowMs } = context;
  const configured = placed.everyMs === undefined ? undefined : ROUND_MS / placed.everyMs;
  const lastSeenAtMs = context.state.devices.get(placed.id)?.lastSeenAtMs ?? 0;
  device.missed =
    lastSeenAtMs >= context.state.health.roundMs ? 0 : device.missed + (configured ?? usualAt(device.watch, at).count * share);
  // A device that says nothing at all is known to be quiet: it is not also called slow, and silence is not learnt.
  if (isSilent) return;
  compareRound(device.watch, device.readings, { at, nowMs, storeShare: share, brokenShare: BROKEN_SHARE, configured });
  for (const channel of device.channels.values()) {
    if (channel.readings === 0) continue;
    compareRound(channel.watch, channel.changes, { at, nowMs, storeShare: share, brokenShare: STUCK_SHARE });
    // One movement proves that it is not stuck.
    if (channel.changes > 0) {
      channel.watch.score = 0;
      channel.watch.lowSinceMs = undefined;
    }
  }
}

function compareZone(
  context: StepContext,
  zone: { readonly id: string; readonly count: number; readonly isWhole: boolean; readonly share: number; readonly at: WeekMoment },
): void {
  if (!zone.isWhole) return;
  const { zones } = context.state.health;
  const watch = zones.get(zone.id) ?? newWatch();
  zones.set(zone.id, watch);
  compareRound(watch, zone.count, { at: zone.at, nowMs: context.nowMs, storeShare: zone.share, brokenShare: BROKEN_SHARE });
}

/** Reads the local calendar, which is slow: once a round. */
function momentOf(context: StepContext, atMs: TimestampMs): WeekMoment {
  const { time } = context.store;
  return { dayKind: dayKindOf(time.dayKey(atMs)), minute: time.minuteOfDay(atMs) };
}

/** Working day, Saturday or Sunday of a `YYYY-MM-DD`. */
export function dayKindOf(dayKey: string): WeekMoment['dayKind'] {
  const [year, month, day] = dayKey.split('-').map(Number);
  const days = Date.UTC(year ?? 1970, (month ?? 1) - 1, day ?? 1) / 86_400_000;
  // The first of January 1970 was a Thursday.
  const weekday = (days + 4) % 7;
  return weekday === 6 ? 1 : weekday === 0 ? 2 : 0;
}

function keepOnly<V>(map: Map<string, V>, ids: ReadonlySet<string>): void {
  for (const id of map.keys()) if (!ids.has(id)) map.delete(id);
}
