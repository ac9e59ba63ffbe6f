import { plural } from '../shared/format.ts';

/** How many visits are missing for a first answer, in words. */
export function stillNeeded(treated: number, holdout: number): string {
  if (treated === 0 && holdout === 0) return 'The first answer comes with the next visits that end.';
  if (holdout === 0) return `${plural(treated, 'more visit')} that may get offers must end before the difference means anything.`;
  if (treated === 0) return `${plural(holdout, 'more visit')} without offers must end before the difference means anything.`;
  return `${plural(treated, 'more visit')} that may get offers and ${plural(holdout, 'more visit')} without must end before the difference means anything.`;
}
