import type { Decision, HoldReason } from '../../agent/core/decision.ts';
import type { Probability } from '../../agent/core/units.ts';
import { VISIT_SPEC } from '../visit-spec.ts';
import { featurePhrase } from './feature-words.ts';
import type { Attribution, ExplanationMethod, Part } from './model-explainer.ts';
import { actThatCrosses } from './what-if.ts';

/** Shares smaller than this (of log-odds) are not worth a word. */
const LEAST_SHARE = 0.05;
const MOST_NAMED = 3;

/** What spoke for a purchase, most first, as one sentence. */
export function forSentence(attribution: Attribution, values: readonly number[]): string {
  const named = strongest(attribution, 1);
  return named.length === 0
    ? 'Nothing the shopper did spoke for a purchase.'
    : `For a purchase spoke most that ${enumerate(named.map((part) => phrase(part, values)))}.`;
}

/** What spoke against it. */
export function againstSentence(attribution: Attribution, values: readonly number[]): string {
  const named = strongest(attribution, -1);
  return named.length === 0
    ? 'Nothing spoke against a purchase.'
    : `Against a purchase spoke most that ${enumerate(named.map((part) => phrase(part, values)))}.`;
}

/** What a decision's answer depends on besides the score, as the campaign is set now. */
export interface Asked {
  readonly decision: Decision;
  /** The campaign that was taken, or the first that was looked at; undefined where it is gone. */
  readonly campaign: { readonly name: string; readonly minIntent: Probability; readonly maxIntent: Probability } | undefined;
  readonly confidenceFloor: Probability;
  /** What the model would say to one more act each. */
  readonly acts: readonly { readonly act: string; readonly intent: Probability }[];
}

/** What would have changed the answer, as one sentence. */
export function changeSentence(asked: Asked): string {
  const { decision, campaign } = asked;
  if (decision.reason === 'offer') return changeOfOffer(asked);
  if (decision.reason === 'low-intent' || decision.reason === 'would-buy-anyway') {
    if (campaign === undefined) return 'What would have changed the answer cannot be said any more: the campaign is gone.';
    const isLow = decision.reason === 'low-intent';
    const bound = percent(isLow ? campaign.minIntent : campaign.maxIntent);
    const found = actThatCrosses(asked.acts, { low: campaign.minIntent, high: campaign.maxIntent, wanted: 'inside' });
    const range = `“${campaign.name}” is offered ${isLow ? 'from' : 'up to'} ${bound} on`;
    const act =
      found === undefined
        ? 'no single further act would have got there'
        : `if the shopper had ${found.act}, it would have been ${percent(found.intent)}`;
    return isLow ? `${range}; ${act}.` : `“${campaign.name}” is offered up to ${bound}; ${act}.`;
  }
  if (decision.reason === 'low-confidence')
    return `It would have been decided if the answer could have been trusted to ${percent(asked.confidenceFloor)}: a surer place, or one more act.`;
  return CHANGES[decision.reason];
}

function changeOfOffer({ decision, campaign, acts }: Asked): string {
  if (campaign === undefined || decision.score === undefined)
    return 'What would have changed the answer cannot be said any more: the campaign is gone.';
  const found = actThatCrosses(acts, { low: campaign.minIntent, high: campaign.maxIntent, wanted: 'outside' });
  if (found === undefined)
    return `No single further act would have taken the offer back: “${campaign.name}” is offered from ${percent(campaign.minIntent)} to ${percent(campaign.maxIntent)}.`;
  const why = found.intent < campaign.minIntent ? 'too little interest' : 'a purchase without a discount';
  return `If the shopper had ${found.act}, it would have been ${percent(found.intent)} and looked like ${why}: no offer then.`;
}

/** What would have changed an answer that the score had no part in. */
const CHANGES: Readonly<Record<Exclude<HoldReason, 'low-intent' | 'would-buy-anyway' | 'low-confidence'>, string>> = {
  'no-consent': 'Only the shopper can change that, on their phone.',
  'no-campaign': 'A campaign for this product that is on would have changed it.',
  'stale-evidence': 'A fresh sign of interest would have changed it.',
  holdout: 'Nothing would have changed it: chance put this visit into the group without offers, so that their effect can be measured.',
  apprentice: 'Nothing: the store is still learning. It begins to offer when the gates on this page are passed.',
  exploring: 'Nothing: chance left this visit in peace, to learn what happens without the offer.',
  experiment: 'Nothing: an experiment leaves the campaign out for this visit.',
  'visit-cap': 'A larger number of offers a visit (policy.maxOffersPerVisit) would have changed it.',
  'too-soon': 'Waiting a little would have changed it (policy.minOfferGap).',
  'campaign-cap': "A larger number of the campaign's offers a visit (maxPerVisit) would have changed it.",
  dismissed: 'Nothing: two offers were waved away, and that is an answer.',
  budget: 'A larger budget of the campaign would have changed it.',
  'margin-floor': 'A smaller discount would have changed it.',
  'quiet-hours': 'Another time of day would have changed it (policy.quietHours).',
  'zone-off-limits': 'Another zone would have changed it.',
  'out-of-stock': 'Filling the shelf would have changed it.',
  paused: 'Resuming offers on this page would have changed it.',
  'untrusted-clock': "A clock that can be trusted would have changed it: check the computer's time.",
  'offer-open': 'An answer to the offer on the screen would have changed it.',
  'not-worth-it': 'A smaller discount, or a product with more margin, would have changed it.',
  staff: 'Nothing: staff gets no offers. If this was a shopper, look at the tags and hours that are set as staff.',
  'childrens-zone': 'Nothing: nobody is contacted in a zone for children.',
  group: 'Nothing: one offer a party is enough.',
  'not-now': "Another time, weather or kind of visit would have changed it (the campaign's “when”).",
  'discount-limit': 'A smaller discount would have changed it (policy.maxDiscountShare).',
};

/** How an explanation was come by, for whoever wants to know. */
export const METHOD_SENTENCES: Readonly<Record<ExplanationMethod, string>> = {
  trees: "Exact: the model's own trees taken apart (path-dependent Shapley values); the shares add up to its answer.",
  rules: 'Exact: the points of the rule table themselves.',
  groups:
    'The model is closed, so it was asked with and without eight kinds of evidence, against a visit that did nothing (Shapley values of the groups).',
  none: 'The model that gave this score is not here any more, or cannot be asked: only what it was told is known.',
};

function strongest(attribution: Attribution, sign: 1 | -1): readonly Part[] {
  const parts = attribution.parts.filter(({ share }) => sign * share >= LEAST_SHARE).sort((a, b) => sign * (b.share - a.share));
  const said = new Set<string>();
  // Two features that say the same in words are named once.
  return parts.filter(({ name }) => !said.has(name) && said.add(name)).slice(0, MOST_NAMED);
}

/** A feature in words; of a group what kind of evidence it is. */
export function phrase({ name }: Part, values: readonly number[]): string {
  const said = featurePhrase(name, values[VISIT_SPEC.index.get(name) ?? -1] ?? Number.NaN);
  return said === name ? `of what is known of ${name}` : said;
}

function enumerate(words: readonly string[]): string {
  const unique = [...new Set(words)];
  return unique.length < 2 ? (unique[0] ?? '') : `${unique.slice(0, -1).join(', ')} and ${unique.at(-1)}`;
}

function percent(probability: Probability): string {
  return probability > 0 && probability < 0.005 ? 'under 1%' : `${Math.round(100 * probability)}%`;
}
