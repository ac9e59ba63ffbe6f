/** How the visits of a store end, as far as its tills and its checkout's receivers can tell; older visits fade. */
export interface Coverage {
  /** A till named the visit: what it bought is known. */
  named: number;
  /** Of those, seen at a checkout. */
  namedAtCheckout: number;
  /** Seen at a checkout, and no till named it: it bought, and what is not known. */
  unnamedAtCheckout: number;
  /** Neither: it left without buying, but for a few whom nobody saw. */
  neither: number;
}

/** How a visit ended. */
export type Ending = 'named' | 'unnamed-at-checkout' | 'neither';

/** Nothing is known yet. */
export function noCoverage(): Coverage {
  return { named: 0, namedAtCheckout: 0, unnamedAtCheckout: 0, neither: 0 };
}

/** Visits after which a visit counts half. */
const HALF_LIFE_VISITS = 2_000;
const FADE = 0.5 ** (1 / HALF_LIFE_VISITS);

/** Fewest visits that were named, and seen at a checkout, before anything is learnt from outcomes. */
const LEAST = 30;

/** Notes how a visit ended, and says so. */
export function noteEnding(coverage: Coverage, visit: { readonly isNamed: boolean; readonly sawCheckout: boolean }): Ending {
  coverage.named *= FADE;
  coverage.namedAtCheckout *= FADE;
  coverage.unnamedAtCheckout *= FADE;
  coverage.neither *= FADE;
  if (visit.isNamed) {
    coverage.named++;
    if (visit.sawCheckout) coverage.namedAtCheckout++;
    return 'named';
  }
  if (visit.sawCheckout) {
    coverage.unnamedAtCheckout++;
    return 'unnamed-at-checkout';
  }
  coverage.neither++;
  return 'neither';
}

/** How many visits one of each ending stands for. */
export interface EndingWeights {
  readonly named: number;
  readonly neither: number;
  /** Share of the visits that bought which a till named. */
  readonly namedShare: number;
}

/**
 * Weights that make up for what tills do not see. A till names only some of those who buy; who was at a checkout and is not named bought something
 * nobody knows, and is left out; those who are named stand for them. Visits that nobody saw at a checkout count a little less, by the buyers
 * hidden among them. `statedShare` is the share of the buyers that tills name, where the store knows it (`model.namedShare`). `undefined` where too little is seen to tell: then nothing may be learnt, because nearly everybody would seem not to buy.
 */
export function endingWeights(coverage: Coverage, statedShare?: number): EndingWeights | undefined {
  const { named, namedAtCheckout, unnamedAtCheckout, neither } = coverage;
  if (named < LEAST || (statedShare === undefined && namedAtCheckout < LEAST)) return undefined;
  const namedShare = statedShare ?? namedAtCheckout / (namedAtCheckout + unnamedAtCheckout);
  const seenShare = namedAtCheckout / named;
  const hidden = (named / namedShare) * (1 - namedShare) * (1 - seenShare);
  return { named: 1 / namedShare, neither: neither === 0 ? 1 : Math.max(0.1, 1 - hidden / neither), namedShare };
}
