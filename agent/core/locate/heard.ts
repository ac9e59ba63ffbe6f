import type { DeviceId } from '../ids.ts';
import { type Dbm, SECOND_MS, type TimestampMs } from '../units.ts';

/** How long a sighting speaks for where the tag is. */
export const WINDOW_MS = 3 * SECOND_MS;
/** Most scanners remembered a tag; the one heard longest ago gives way. */
const MOST_SCANNERS = 64;

/**
 * What the scanners heard of one tag in the last seconds, by scanner: `[second, sum of dBm, sightings, second, ...]`, oldest first.
 * Plain data: it is written into snapshots.
 */
export type Heard = Map<DeviceId, number[]>;

/** Adds a sighting. A strength that no radio reports is ignored; one from before the newest second counts as of that second. */
export function hear(heard: Heard, sighting: { readonly scanner: DeviceId; readonly rssiDbm: Dbm }, nowMs: TimestampMs): void {
  const { scanner, rssiDbm } = sighting;
  if (!(rssiDbm >= -130 && rssiDbm <= 30)) return;
  const second = Math.floor(nowMs / SECOND_MS);
  const seconds = heard.get(scanner) ?? [];
  heard.delete(scanner);
  heard.set(scanner, seconds);
  forget(seconds, nowMs);
  const last = seconds.length - 3;
  if (last >= 0 && seconds[last]! >= second) {
    seconds[last + 1]! += rssiDbm;
    seconds[last + 2]! += 1;
  } else seconds.push(second, rssiDbm, 1);
  if (heard.size <= MOST_SCANNERS) return;
  for (const oldest of heard.keys()) {
    heard.delete(oldest);
    return;
  }
}

/** Mean strength by scanner over the window that ends now, with the number of sightings; what is older is forgotten. */
export function recent(
  heard: Heard,
  nowMs: TimestampMs,
): readonly { readonly scanner: DeviceId; readonly rssiDbm: Dbm; readonly looks: number }[] {
  const means: { scanner: DeviceId; rssiDbm: Dbm; looks: number }[] = [];
  for (const [scanner, seconds] of heard) {
    forget(seconds, nowMs);
    let sum = 0;
    let looks = 0;
    for (let at = 0; at < seconds.length; at += 3) {
      sum += seconds[at + 1]!;
      looks += seconds[at + 2]!;
    }
    if (looks === 0) heard.delete(scanner);
    else means.push({ scanner, rssiDbm: sum / looks, looks });
  }
  return means;
}

/** A second belongs to the window when its middle does. */
function forget(seconds: number[], nowMs: TimestampMs): void {
  while (seconds.length > 0 && (seconds[0]! + 0.5) * SECOND_MS <= nowMs - WINDOW_MS) seconds.splice(0, 3);
}
