import type { Dimension } from '../../core/fairness/audit-row.ts';
import type { Finding, Interval } from '../../core/fairness/report.ts';

/** What the groups of a dimension are called; zones have names of their own. */
export const DIMENSION_WORDS: { readonly [D in Dimension]: string } = {
  zone: 'Zone',
  hours: 'Time of day',
  language: 'Language of the shop page',
  returning: 'New or returning',
  stage: 'How far the visit was',
};

const GROUP_WORDS: { readonly [D in Dimension]?: Readonly<Record<string, string>> } = {
  language: { de: 'German', en: 'English', es: 'Spanish', fr: 'French' },
  returning: { new: 'New, or did not say', returning: 'Asked to be known again' },
  stage: { browsing: 'Looking around', considering: 'Considering something', deciding: 'Close to a decision' },
};

/** A group's name for people. */
export function groupName(dimension: Dimension, group: string, zoneName: (id: string) => string): string {
  if (group === '') return 'Not known';
  if (dimension === 'zone') return zoneName(group);
  if (dimension === 'hours') return `${pad(4 * Number(group))}:00 to ${pad(4 * Number(group) + 4)}:00`;
  return GROUP_WORDS[dimension]?.[group] ?? group;
}

/** A finding as one sentence. */
export function findingSentence(finding: Finding, name: string): string {
  const points = Math.abs(100 * finding.difference).toFixed(1);
  const more = finding.difference > 0;
  return finding.what === 'discount'
    ? `${DIMENSION_WORDS[finding.dimension]} “${name}”: discounts are ${points} points of the price ${more ? 'larger' : 'smaller'} than in the same campaigns elsewhere.`
    : `${DIMENSION_WORDS[finding.dimension]} “${name}”: ${points} visits in 100 ${more ? 'more' : 'fewer'} get an offer than visits that did alike.`;
}

/** A share with its 95 % interval, in percent. */
export function shareText({ value, low, high }: Interval): string {
  return `${pct(value)} (${pct(low)} to ${pct(high)})`;
}

function pct(share: number): string {
  return `${(100 * share).toFixed(1)}%`;
}

function pad(hour: number): string {
  return String(hour).padStart(2, '0');
}
