import type { StepContext } from '../context.ts';
import type { ZoneId } from '../ids.ts';
import type { TagTrack } from '../state.ts';
import { type Dbm, SECOND_MS, type TimestampMs } from '../units.ts';

/** Weight of a new sighting in the smoothed strength; about the last four count. */
const SMOOTHING = 0.3;
/** A zone that has not heard the tag for this long no longer competes. */
const SIGNAL_TTL_MS = 8 * SECOND_MS;
/** Most zones remembered a tag. */
const MAX_SIGNALS = 16;

/**
 * Places a tag by strength alone, where the scanners have no positions: smoothed strength a zone, and a move only when another zone has
 * been stronger by the policy's hysteresis for its settling time. Returns whether the zone changed.
 */
export function placeByStrength(
  context: StepContext,
  track: TagTrack,
  sighting: { readonly zone: ZoneId; readonly rssiDbm: Dbm },
): boolean {
  const { nowMs } = context;
  smooth(track, sighting, nowMs);
  const strongest = strongestZone(track, nowMs);
  const current = track.place;
  if (current === undefined) {
    track.place = { zone: strongest.zone, fixture: undefined, sinceMs: nowMs, seenAtMs: nowMs, confidence: strongest.confidence };
    return true;
  }
  if (strongest.zone === current.zone) {
    track.candidate = undefined;
    track.place = { ...current, seenAtMs: nowMs, confidence: strongest.confidence };
    return false;
  }
  return settle(context, track, strongest);
}

function smooth(track: TagTrack, sighting: { readonly zone: ZoneId; readonly rssiDbm: Dbm }, nowMs: TimestampMs): void {
  const signal = track.signals.get(sighting.zone);
  if (signal === undefined || nowMs - signal.atMs > SIGNAL_TTL_MS) {
    if (track.signals.size >= MAX_SIGNALS) track.signals.clear();
    track.signals.set(sighting.zone, { rssiDbm: sighting.rssiDbm, atMs: nowMs });
    return;
  }
  signal.rssiDbm += SMOOTHING * (sighting.rssiDbm - signal.rssiDbm);
  signal.atMs = nowMs;
}

/** The zone that hears the tag best, and how sure that is: logistic in the gap to the runner-up, 0.5 at no gap, 0.9 at about 9 dB. */
function strongestZone(track: TagTrack, nowMs: number): { zone: ZoneId; rssiDbm: Dbm; confidence: number } {
  let best: { zone: ZoneId; rssiDbm: Dbm } = { zone: '', rssiDbm: Number.NEGATIVE_INFINITY };
  let secondDbm = -100;
  for (const [zone, signal] of track.signals) {
    if (nowMs - signal.atMs > SIGNAL_TTL_MS) continue;
    if (signal.rssiDbm > best.rssiDbm) {
      if (Number.isFinite(best.rssiDbm)) secondDbm = Math.max(secondDbm, best.rssiDbm);
      best = { zone, rssiDbm: signal.rssiDbm };
    } else secondDbm = Math.max(secondDbm, signal.rssiDbm);
  }
  return { ...best, confidence: 1 / (1 + Math.exp(-(best.rssiDbm - secondDbm) / 4)) };
}

function settle(context: StepContext, track: TagTrack, strongest: { zone: ZoneId; rssiDbm: Dbm; confidence: number }): boolean {
  const { nowMs } = context;
  const { zoneHysteresisDb, zoneSettleMs } = context.store.map.policy;
  const current = track.place;
  const signal = current === undefined ? undefined : track.signals.get(current.zone);
  const currentDbm = signal === undefined || nowMs - signal.atMs > SIGNAL_TTL_MS ? Number.NEGATIVE_INFINITY : signal.rssiDbm;
  if (strongest.rssiDbm < currentDbm + zoneHysteresisDb) {
    track.candidate = undefined;
    return false;
  }
  if (track.candidate?.zone !== strongest.zone) {
    track.candidate = { zone: strongest.zone, sinceMs: nowMs };
    return false;
  }
  if (nowMs - track.candidate.sinceMs < zoneSettleMs) return false;
  track.candidate = undefined;
  track.place = { zone: strongest.zone, fixture: undefined, sinceMs: nowMs, seenAtMs: nowMs, confidence: strongest.confidence };
  return true;
}
