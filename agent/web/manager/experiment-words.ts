import type { ExperimentView } from '../../core/experiments/report.ts';

/** What it found, in words that need no statistics. */
export function sentenceOf({ status, use, sentence, variants, metric, effect }: ExperimentView): string {
  const [first] = variants;
  switch (status) {
    case 'running':
      return variants.some(({ difference }) => difference !== undefined)
        ? 'Not decided yet: it could still be better, or worse, or the same.'
        : `Too few visits yet: each variant needs 100 that were measured.`;
    case 'won':
      return `“${use ?? ''}” is better than “${first?.name ?? ''}”, and gets more and more of the visits.`;
    case 'no-better':
      return `Nothing beats “${first?.name ?? ''}” by ${metric === 'profit' ? `${(effect / 100).toFixed(2)} of profit` : `${Math.round(1000 * effect) / 10} in 100`} a visit: everybody gets the same.`;
    case 'stopped':
      return `${sentence}. Everybody gets “${use ?? first?.name ?? ''}”.`;
    case 'broken':
      return 'Visits were not dealt out as meant, so these figures say nothing. Everybody gets the first variant.';
  }
}
