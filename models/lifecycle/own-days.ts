/** Fewest outcomes of a store that a model is learnt from: with fewer, what it learns is chance. */
export const LEAST_TO_LEARN = { visits: 500, bought: 100, judgedBought: 20 } as const;

/** What rows of outcomes hold. */
export interface OutcomeCounts {
  /** Visits whose purchases are known. */
  readonly visits: number;
  /** Products that were scored and then bought. */
  readonly bought: number;
  /** Of those, in the part that judges. */
  readonly judgedBought: number;
}

/** Why nothing can be learnt yet and what to do, in words; `undefined` where there is enough. */
export function shortageOf(counts: OutcomeCounts): { readonly sentence: string; readonly hint: string } | undefined {
  const { visits, bought, judgedBought } = LEAST_TO_LEARN;
  const hint =
    'Let the store go on for some days: visits count that agree to measurement, get no offer and are named at the till, as far back as the log goes (data.retention.log)';
  if (counts.visits < visits)
    return { sentence: `Only ${some(counts.visits, 'visit has', 'visits have')} a known outcome; ${visits} are needed`, hint };
  if (counts.bought < bought)
    return {
      sentence: `Only ${some(counts.bought, 'product was', 'products were')} bought by the visits with a known outcome; ${bought} are needed`,
      hint,
    };
  if (counts.judgedBought < judgedBought)
    return {
      sentence: `Only ${some(counts.judgedBought, 'product was', 'products were')} bought in the newest fifth, which judges the model; ${judgedBought} are needed`,
      hint,
    };
  return undefined;
}

function some(count: number, one: string, many: string): string {
  return `${count} ${count === 1 ? one : many}`;
}

/** How the source of a model that was learnt from a store's own log begins; the store's id follows. */
const OWN_LOG = 'own log of store';

/** What a manifest says a model was trained on, for one that was learnt from a store's own log. */
export function ownLogSource(storeId: string): string {
  return `${OWN_LOG} "${storeId}"`;
}

/**
 * Until when a model learnt from this store's own log, 0 for every other. What came before it must not judge it: it has seen the answers.
 */
export function learntThrough(training: { readonly source: string; readonly toMs: number | null }, storeId: string): number {
  return training.source.startsWith(ownLogSource(storeId)) ? (training.toMs ?? 0) : 0;
}
