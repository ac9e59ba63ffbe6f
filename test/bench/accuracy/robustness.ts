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
  { what: 'scanners that send batches of 2 s, in any order', walk: (samples) => batched(samples, 2_000) },
  { what: 'scanners that send batches of 5 s, in any order', walk: (samples) => batched(samples, 5_000) },
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

/** Every scanner keeps what it hears and sends it together; what arrives together arrives in no order. */
function batched(samples: readonly Sample[], everyMs: number): readonly Sample[] {
  const ids = [...new Set(samples.map(({ scanner }) => scanner))];
  return samples
    .map((sample, at) => {
      const phaseMs = mix(ids.indexOf(sample.scanner) + 1) * everyMs;
      return { ...sample, atMs: Math.round(Math.ceil((sample.atMs - phaseMs) / everyMs) * everyMs + phaseMs), order: mix(at + 7) };
    })
    .sort((a, b) => a.atMs - b.atMs || a.order - b.order);
}

/** A number in [0, 1) that is the same every time. */
function mix(n: number): number {
  const wide = Math.sin(12.9898 * n + 78.233) * 43_758.545_3;
  return wide - Math.floor(wide);
}
