import type { CellTraits } from '../../devices/simulator/load-cell.ts';
import type { Figure } from './figure.ts';
import { benchShelf } from './shelf.ts';

/** Scales that the detector was not made with, from data sheets of other cells; it learns what it needs of them while it runs. */
export const OTHER_CELLS: readonly { readonly name: string; readonly traits: Partial<CellTraits> }[] = [
  {
    name: 'a heavy, soft plate on a 30 kg cell',
    traits: {
      plateGrams: 2_500,
      naturalHz: 23,
      damping: 0.03,
      creep: [
        { share: 0.0006, seconds: 8 },
        { share: 0.0005, seconds: 240 },
      ],
      wanderSeconds: 4,
      vibrationGrams: 0.8,
      vibrationHz: 16.7,
      quantumGrams: 2,
      zeroGrams: -14,
      gainError: 0.002,
      cycleMinutes: 9,
      filterMs: 40,
    },
  },
  {
    name: 'a light, stiff plate on a 3 kg cell',
    traits: {
      plateGrams: 250,
      naturalHz: 75,
      damping: 0.12,
      creep: [{ share: 0.0001, seconds: 60 }],
      noiseGrams: 0.4,
      wanderGrams: 0.15,
      wanderSeconds: 40,
      vibrationHz: 49,
      quantumGrams: 0.1,
      zeroGrams: 6,
      driftGramsPerHour: 5,
      filterMs: 20,
    },
  },
];

/** F1 over all scenes on each of the other scales, at nominal and three times the noise, with the same goals. */
export async function otherCellFigures(seed = 'score'): Promise<readonly Figure[]> {
  const figures: Figure[] = [];
  for (const { name, traits } of OTHER_CELLS) {
    for (const row of await benchShelf(seed, traits)) {
      if (row.goal === undefined) continue;
      figures.push({
        what: `F1 on ${name} at ${row.noise === 1 ? 'nominal noise' : `${row.noise} times the noise`}`,
        unit: '',
        value: row.f1,
        spread: [row.f1, row.f1],
        baseline: { name: 'threshold', value: row.baselineF1, spread: [row.baselineF1, row.baselineF1] },
        ratio: row.f1 / row.baselineF1,
        goal: `>= ${row.goal}`,
        isReached: row.f1 >= row.goal,
        note: `${row.events} events; precision ${row.precision.toFixed(3)}, recall ${row.recall.toFixed(3)}`,
      });
    }
  }
  return figures;
}
