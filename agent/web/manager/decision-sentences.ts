import type { Alternative, Decision, HoldReason, TriggerKind } from '../../core/decision.ts';

/** Names for ids, where they are known; an unknown id is shown as it is. */
export interface Names {
  readonly product: (sku: string) => string;
  readonly fixture: (id: string) => string;
  readonly campaign: (id: string) => string;
  readonly amount: (cents: number) => string;
}

/** Why nothing was offered, as the end of "No offer, because ...". */
export const HOLD_WORDS: { readonly [R in HoldReason]: string } = {
  'no-consent': 'the shopper has not agreed to offers',
  'no-campaign': 'no campaign covers the product now',
  'low-intent': 'the shopper did not seem interested enough',
  'would-buy-anyway': 'the shopper would most likely buy without a discount',
  'low-confidence': 'it was not sure enough who or what it was',
  'stale-evidence': 'the sign of interest was too old',
  holdout: 'this visit is in the group that never gets offers, so that their effect can be measured',
  'visit-cap': 'the visit had its share of offers',
  'too-soon': 'the last offer was too short ago',
  'campaign-cap': 'the visit had its share of this campaign',
  dismissed: 'the shopper had waved offers away',
  budget: 'the budget of the campaign is used up',
  'margin-floor': 'the discount would leave too little margin',
  'quiet-hours': 'these are quiet hours',
  'zone-off-limits': 'nobody is contacted in this zone',
  'out-of-stock': 'the product is out of stock',
  paused: 'offers are paused',
  'untrusted-clock': 'the clock of the computer could not be trusted',
  'offer-open': 'another offer was still on the screen',
  'not-worth-it': 'the offer would not have paid for itself',
  exploring: 'chance left this visit in peace, so that it is learnt what happens without the offer',
  experiment: 'an experiment leaves the campaign out for this visit',
  staff: 'this was staff, not a shopper',
  'childrens-zone': 'nobody is contacted in a zone for children',
  group: 'somebody in the same party already has an offer',
  'not-now': 'the campaign is for another time, weather or kind of visit',
  apprentice: 'the store is still learning and offers nothing yet',
  'discount-limit': 'the discount is larger than a personal discount may be',
};

const DID: { readonly [K in TriggerKind]: string } = {
  dwell: 'stopped at',
  pick: 'picked up',
  return: 'put back',
  compare: 'compared',
  scan: 'scanned',
  try: 'tried',
  followup: 'had tried several times and left without',
};

/** The decision in three sentences: what happened, what was made of it, what was done and why. */
export function decisionSentences(decision: Decision, names: Names): readonly [string, string, string] {
  return [triggerSentence(decision, names), scoreSentence(decision), outcomeSentence(decision, names)];
}

function triggerSentence({ trigger }: Decision, names: Names): string {
  const where = trigger.fixture === undefined ? '' : ` at ${names.fixture(trigger.fixture)}`;
  return `A shopper ${DID[trigger.interaction]} ${names.product(trigger.sku)}${where}; it was this visit with ${percent(trigger.confidence)} certainty.`;
}

function scoreSentence({ score }: Decision): string {
  if (score === undefined) return 'It was decided before anything was scored.';
  return `The chance of a purchase was put at ${percent(score.intent)}, and that answer was trusted to ${percent(score.confidence)}.`;
}

function outcomeSentence(decision: Decision, names: Names): string {
  if (decision.reason !== 'offer') return `No offer was made, because ${HOLD_WORDS[decision.reason]}.`;
  const campaign = decision.campaign === undefined ? 'A campaign' : `“${names.campaign(decision.campaign)}”`;
  if (decision.policy?.isExploring === true) return `${campaign} was offered by chance, so that it is learnt what it does here.`;
  const taken = decision.alternatives.find((one) => one.campaign === decision.campaign && one.sku === decision.sku);
  const value = taken === undefined ? '' : `: it promised the most, ${names.amount(taken.valueCents)} of profit`;
  return `${campaign} was offered${value}.`;
}

/** Why an alternative was not taken. */
export function alternativeWords(alternative: Alternative): string {
  return alternative.excluded === undefined ? 'Taken, or worth the most' : `Not taken: ${HOLD_WORDS[alternative.excluded]}`;
}

/** How often the same situation gets this answer; the holdout makes it less than always. */
export function propensityWords(propensity: number): string {
  if (propensity >= 1) return 'The same situation always gets this answer.';
  return `The same situation gets this answer in ${percent(propensity)} of all visits; the rest is left to chance, so that effects can be measured.`;
}

/** A probability as a whole percentage; what is nearly never or nearly always says so. */
export function percent(probability: number): string {
  if (probability > 0 && probability < 0.01) return 'under 1%';
  if (probability < 1 && probability > 0.99) return 'over 99%';
  return `${Math.round(100 * probability)}%`;
}

/** A feature's value with its unit; the value -2 stands for "not known". */
export function featureValue(value: number, unit: string): string {
  if (value === -2) return 'not known';
  if (unit === 'probability') return percent(value);
  const text = Number.isInteger(value) ? String(value) : value.toFixed(2);
  return unit === '' || unit === 'count' || unit === 'ratio' ? text : `${text} ${unit}`;
}
