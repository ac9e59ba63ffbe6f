import type { StepContext } from '../context.ts';
import { hasRhythm, usualAt, type Watch, type WeekMoment } from './usual.ts';

/** How the store as a whole does against its usual, as seen by anybody in it. */
export interface StoreShares {
  /** Median share of the usual that the other devices report, at most 2; 0 for a closed store, 1 where too few others know. */
  without(device: string): number;
}

/** Others that must know what is usual before the store's own day is believed. */
const LEAST_OTHERS = 3;
/** Below this share the store is closed, whatever the calendar says: nothing can be expected of anybody. */
const CLOSED_SHARE = 0.1;
/** A busier store than this is not expected of anybody. */
const BUSIEST_SHARE = 2;
/** How far one device's share strays by itself, as a squared coefficient of variation. */
const STRAYS = 0.3;
/** Rounds that a vote looks back on, the running one included: half an hour is calmer than ten minutes. */
const LOOKS_BACK = 3;

interface Vote {
  readonly id: string;
  readonly role: string;
  readonly share: number;
  readonly weight: number;
}

/**
 * Slow days, holidays and sales are the store's and not a device's: devices whose reports follow the day vote on how it goes, the busy ones louder. Devices
 * of another role are asked too, and the better of the two answers holds, so that a fault that all scanners share does not excuse each of them.
 */
export function shareOfStore(context: StepContext, at: WeekMoment): StoreShares {
  const votes: Vote[] = [];
  for (const [id, { watch, readings }] of context.state.health.devices) {
    const placed = context.store.devices.get(id);
    if (placed === undefined || placed.everyMs !== undefined || !hasRhythm(watch)) continue;
    const { seen, usual } = lately(watch, { readings, at });
    if (usual >= 1) votes.push({ id, role: placed.role, share: seen / usual, weight: 1 / (STRAYS + 1 / usual) });
  }
  votes.sort((a, b) => a.share - b.share);
  return {
    without(device) {
      const role = context.store.devices.get(device)?.role;
      const peers = medianShare(votes.filter((vote) => vote.id !== device && vote.role === role));
      const others = medianShare(votes.filter((vote) => vote.role !== role));
      const share =
        peers === undefined || others === undefined
          ? (peers ?? others ?? medianShare(votes.filter((vote) => vote.id !== device)) ?? 1)
          : Math.max(peers, others);
      return share < CLOSED_SHARE ? 0 : Math.min(BUSIEST_SHARE, share);
    },
  };
}

function lately(
  watch: Watch,
  now: { readonly readings: number; readonly at: WeekMoment },
): { readonly seen: number; readonly usual: number } {
  let seen = now.readings;
  let usual = usualAt(watch, now.at).count;
  for (let back = 1; back < LOOKS_BACK; back++) {
    const count = watch.seen[watch.seen.length - back];
    if (count === undefined) break;
    seen += count;
    usual += usualAt(watch, { ...now.at, minute: (now.at.minute - back * 10 + 1_440) % 1_440 }).count;
  }
  return { seen, usual };
}

/** Weighted median of sorted votes; undefined where too few vote. */
function medianShare(votes: readonly Vote[]): number | undefined {
  if (votes.length < LEAST_OTHERS) return undefined;
  const half = votes.reduce((sum, { weight }) => sum + weight, 0) / 2;
  let passed = 0;
  for (const { share, weight } of votes) {
    passed += weight;
    if (passed >= half) return share;
  }
  return undefined;
}
