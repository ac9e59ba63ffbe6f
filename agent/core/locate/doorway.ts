import type { Dbm, Probability, TimestampMs } from '../units.ts';

/** Readings closer together than this say the same thing twice: people stand still and radio waves with them. */
const COHERENCE_MS = 6_000;
/** People stay on one side of a door for about this long. */
const STAY_MS = 60_000;
/** Spread between tags of one make, alike at both receivers, in dB. */
const TAG_DB = 3;
/** A receiver that misses a tag counts as hearing it this faintly. */
const UNHEARD_DBM: Dbm = -100;

/** What the two receivers at a door hear of tags on one side of it. */
export interface DoorwaySide {
  readonly name: string;
  /** Means at the first (inner) and the second receiver. */
  readonly meanDbm: readonly [first: Dbm, second: Dbm];
  /** Variances at both and their covariance, in dB squared, before the spread between tags. */
  readonly variance: readonly [first: number, second: number, both: number];
}

/** One tag at the door. Plain data. */
export interface DoorwayTrack {
  /** Probability by side, in the order of the sides. */
  probabilities: readonly Probability[];
  /** The side it is said to be on, by number; undefined before the first reading. */
  side: number | undefined;
  atMs: TimestampMs;
}

/** A tag that was not heard at the door yet. */
export function newDoorwayTrack(sides: readonly DoorwaySide[], nowMs: TimestampMs): DoorwayTrack {
  return { probabilities: sides.map(() => 1 / sides.length), side: undefined, atMs: nowMs };
}

/**
 * Takes one reading of both receivers and says on which side the tag is: a forward filter that moves when another side is more probable
 * by `hysteresisDb` (odds in dB). A receiver that heard nothing is given as undefined. Returns whether the side changed.
 */
export function passDoorway(
  track: DoorwayTrack,
  sides: readonly DoorwaySide[],
  reading: {
    readonly atMs: TimestampMs;
    readonly firstDbm: Dbm | undefined;
    readonly secondDbm: Dbm | undefined;
    readonly hysteresisDb: number;
  },
): boolean {
  const passedMs = Math.max(0, reading.atMs - track.atMs);
  track.atMs = Math.max(track.atMs, reading.atMs);
  const isFirst = track.side === undefined;
  const news = isFirst ? 1 / 4 : Math.min(1, passedMs / COHERENCE_MS);
  const stray = 1 - Math.exp(-passedMs / STAY_MS);
  const logs = sides.map(
    (side, index) => Math.log((1 - stray) * (track.probabilities[index] ?? 0) + stray / sides.length) + news * logDensity(side, reading),
  );
  const best = Math.max(...logs);
  const weights = logs.map((log) => Math.exp(log - best));
  const total = weights.reduce((sum, weight) => sum + weight, 0);
  track.probabilities = weights.map((weight) => Math.max(1e-9, weight / total));
  const likeliest = weights.indexOf(Math.max(...weights));
  const present = track.side === undefined ? 0 : track.probabilities[track.side]!;
  const isClear = track.probabilities[likeliest]! > present * 10 ** (reading.hysteresisDb / 10);
  if (likeliest === track.side || !isClear) return false;
  track.side = likeliest;
  return !isFirst;
}

/** Learns the sides of a door from tags that are known to be there. A side needs readings of both receivers; the variance is at least 4 dB squared. */
export function learnDoorway(
  known: readonly { readonly name: string; readonly tags: readonly (readonly { readonly firstDbm: Dbm; readonly secondDbm: Dbm }[])[] }[],
): readonly DoorwaySide[] {
  return known.map(({ name, tags }) => {
    const heard = tags.filter((readings) => readings.length > 1);
    const count = Math.max(1, heard.length);
    const means = heard.map(
      (readings) => [mean(readings.map(({ firstDbm }) => firstDbm)), mean(readings.map(({ secondDbm }) => secondDbm))] as const,
    );
    const spread = (pick: (off: readonly [number, number]) => number) =>
      heard.reduce((sum, readings, tag) => {
        const [first, second] = means[tag]!;
        return sum + mean(readings.map(({ firstDbm, secondDbm }) => pick([firstDbm - first, secondDbm - second]))) / count;
      }, 0);
    return {
      name,
      meanDbm: [mean(means.map(([first]) => first)), mean(means.map(([, second]) => second))],
      variance: [
        Math.max(
          4,
          spread(([a]) => a * a),
        ),
        Math.max(
          4,
          spread(([, b]) => b * b),
        ),
        spread(([a, b]) => a * b),
      ],
    };
  });
}

/** Logarithm of the normal density of both strengths; the tag's own strength shifts both alike. */
function logDensity(
  { meanDbm, variance }: DoorwaySide,
  { firstDbm, secondDbm }: { readonly firstDbm: Dbm | undefined; readonly secondDbm: Dbm | undefined },
): number {
  const first = (firstDbm ?? UNHEARD_DBM) - meanDbm[0];
  const second = (secondDbm ?? UNHEARD_DBM) - meanDbm[1];
  const [a, b, both] = [variance[0] + TAG_DB ** 2, variance[1] + TAG_DB ** 2, variance[2] + TAG_DB ** 2];
  const determinant = Math.max(1, a * b - both * both);
  return -0.5 * ((b * first * first - 2 * both * first * second + a * second * second) / determinant + Math.log(determinant));
}

function mean(values: readonly number[]): number {
  return values.length === 0 ? 0 : values.reduce((sum, value) => sum + value, 0) / values.length;
}
