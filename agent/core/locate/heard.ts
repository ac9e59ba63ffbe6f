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

/**
 * Adds a sighting of `atMs`; what was heard longer than a window before `keepMs` (by default `atMs`) is forgotten. A strength that no radio
 * reports is ignored.
 */
export function hear(
  heard: Heard,
  sighting: { readonly scanner: DeviceId; readonly rssiDbm: Dbm },
  atMs: TimestampMs,
  keepMs: TimestampMs = atMs,
): void {
  const { scanner, rssiDbm } = sighting;
  if (!(rssiDbm >= -130 && rssiDbm <= 30)) return;
  const second = Math.floor(atMs / SECOND_MS);
  const seconds = heard.get(scanner) ?? [];
  heard.delete(scanner);
  heard.set(scanner, seconds);
  forget(seconds, keepMs);
  let at = seconds.length - 3;
  while (at >= 0 && seconds[at]! > second) at -= 3;
  if (at >= 0 && seconds[at] === second) {
    seconds[at + 1]! += rssiDbm;
    seconds[at + 2]! += 1;
  } else seconds.splice(at + 3, 0, second, rssiDbm, 1);
  if (heard.size <= MOST_SCANNERS) return;
  for (const oldest of heard.keys()) {
    heard.delete(oldest);
    return;
  }
}

/** Mean strength by scanner over the window that ends at `atMs`, with the number of sightings; what is older than the window before `keepMs` is forgotten. */
export function recent(
  heard: Heard,
  atMs: TimestampMs,
  keepMs: TimestampMs = atMs,
): readonly { readonly scanner: DeviceId; readonly rssiDbm: Dbm; readonly looks: number }[] {
  const means: { scanner: DeviceId; rssiDbm: Dbm; looks: number }[] = [];
  for (const [scanner, seconds] of heard) {
    forget(seconds, keepMs);
    let sum = 0;
    let looks = 0;
    for (let at = 0; at < seconds.length; at += 3) {
      const second = seconds[at]!;
      if (isOver(second, atMs) || second * SECOND_MS > atMs) continue;
      sum += seconds[at + 1]!;
      looks += seconds[at + 2]!;
    }
    if (seconds.length === 0) heard.delete(scanner);
    else if (looks > 0) means.push({ scanner, rssiDbm: sum / looks, looks });
  }
  return means;
}

function forget(seconds: number[], nowMs: TimestampMs): void {
  while (seconds.length > 0 && isOver(seconds[0]!, nowMs)) seconds.splice(0, 3);
}

/** A second belongs to the window when its middle does. */
function isOver(second: number, nowMs: TimestampMs): boolean {
  return (second + 0.5) * SECOND_MS <= nowMs - WINDOW_MS;
}
