import type { Figure } from '../figure.ts';
import { follow, surveyed } from './estimators.ts';
import { scoreWalk, summarise } from './score.ts';
import type { Hall, Sample, Walk } from './walks.ts';

/** One thing that is worse, or other, than when the recordings were made. */
interface Trouble {
  readonly what: string;
  /** What the survey knew too. */
  readonly hall?: (hall: Hall) => Hall;
  /** What only the walk suffers that is being judged. */
  readonly walk?: (samples: readonly Sample[], hall: Hall) => readonly Sample[];
}

const TROUBLES: readonly Trouble[] = [
  { what: 'as recorded' },
  { what: '6 of the 12 scanners', hall: (hall) => withScanners(hall, (_, at) => at % 2 === 0) },
  { what: '4 of the 12 scanners', hall: (hall) => withScanners(hall, (id) => hall.main.includes(id)) },
  { what: 'a tag 6 dB louder than the one of the survey', walk: (samples) => louder(samples, () => 6) },
  { what: 'a tag 6 dB fainter', walk: (samples) => louder(samples, () => -6) },
  { what: 'scanners that have each changed by 3 dB since the survey', walk: (samples, hall) => louder(samples, changedSince(hall)) },
  { what: 'one scanner dead since the survey', walk: (samples, hall) => samples.filter(({ scanner }) => scanner !== hall.main[0]) },
  { what: 'half of the advertisements lost', walk: (samples) => samples.filter((_, at) => mix(at) < 0.5) },
  { what: 'scanners that send batches of 2 s, in any order, with clocks of their own', walk: (samples) => batched(samples, 2_000) },
  { what: 'scanners that send batches of 5 s, in any order, with clocks of their own', walk: (samples) => batched(samples, 5_000) },
  { what: 'scanners that send batches of 5 s without saying when they heard', walk: (samples) => unstamped(batched(samples, 5_000)) },
];

/** How far the walks' figures fall in each trouble; every walk is judged by a survey along the others, as for the goals. */
export function robustnessFigures(hall: Hall): readonly Figure[] {
  return TROUBLES.map(({ what, hall: change = (same) => same, walk: spoil = (same) => same }) => {
    const changed = change(hall);
    const scores = changed.walks.map((walk) => {
      const others = changed.walks.filter((other) => other !== walk);
      const samples = spoil(walk.samples, changed);
      return scoreWalk(walk.name, follow(changed, walk, surveyed.start(changed, others), samples));
    });
    const all = summarise(scores);
    const shares = scores.map((score) => 100 * summarise([score]).rightShare);
    return {
      what: `${what}: seconds in the right zone`,
      unit: '%',
      value: 100 * all.rightShare,
      spread: [Math.min(...shares), Math.max(...shares)],
      note: `mean error ${all.meanErrorM.toFixed(2)} m, ${all.falsePerMinute.toFixed(2)} false changes a minute, median delay ${all.medianDelayS.toFixed(1)} s`,
    };
  });
}

function withScanners(hall: Hall, keeps: (id: string, at: number) => boolean): Hall {
  const kept = new Map([...hall.scanners].filter(([id], at) => keeps(id, at)));
  const walks = hall.walks.map((walk): Walk => ({ ...walk, samples: walk.samples.filter(({ scanner }) => kept.has(scanner)) }));
  return { ...hall, walks, scanners: kept };
}

function louder(samples: readonly Sample[], byDb: (scanner: string) => number): readonly Sample[] {
  return samples.map((sample) => ({ ...sample, rssiDbm: sample.rssiDbm + byDb(sample.scanner) }));
}

function changedSince(hall: Hall): (scanner: string) => number {
  const ids = [...hall.scanners.keys()];
  return (scanner) => (ids.indexOf(scanner) % 2 === 0 ? 3 : -3);
}

/**
 * Every scanner keeps what it hears and sends it together, with its time by a clock that is up to two minutes off; what arrives together arrives in no
 * order. They have been on for a while before the walk begins, and heard another tag.
 */
function batched(samples: readonly Sample[], everyMs: number): readonly Sample[] {
  const ids = [...new Set(samples.map(({ scanner }) => scanner))];
  const before = ids.flatMap((scanner) =>
    Array.from({ length: 90_000 / BEACON_MS }, (_, at): Sample => ({ ...NOBODY, scanner, atMs: (at - 90_000 / BEACON_MS) * BEACON_MS })),
  );
  return [...before, ...samples]
    .map((sample, at) => {
      const number = ids.indexOf(sample.scanner);
      const phaseMs = mix(number + 1) * everyMs;
      const deviceAtMs = sample.atMs + Math.round(240_000 * (mix(number + 101) - 0.5));
      const atMs = Math.round(Math.ceil((sample.atMs - phaseMs) / everyMs) * everyMs + phaseMs);
      return { ...sample, deviceAtMs, atMs, order: mix(at + 7) };
    })
    .sort((a, b) => a.atMs - b.atMs || a.order - b.order);
}

const BEACON_MS = 250;
const NOBODY = { rssiDbm: -70, xM: 0, yM: 0, isAnother: true } as const;

function unstamped(samples: readonly Sample[]): readonly Sample[] {
  return samples.map(({ deviceAtMs: _, ...sample }) => sample);
}

/** A number in [0, 1) that is the same every time. */
function mix(n: number): number {
  const wide = Math.sin(12.9898 * n + 78.233) * 43_758.545_3;
  return wide - Math.floor(wide);
}
