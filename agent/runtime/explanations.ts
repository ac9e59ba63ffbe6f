import { at } from '../../models/confidence.ts';
import { type AskModel, attributeGroups } from '../../models/explain/group-shapley.ts';
import type { Attribution, ModelExplainer } from '../../models/explain/model-explainer.ts';
import { againstSentence, changeSentence, forSentence, METHOD_SENTENCES, phrase } from '../../models/explain/sentences.ts';
import { type ShopperAct, shopperAct } from '../../models/explain/shopper-act.ts';
import { whatIfs } from '../../models/explain/what-if.ts';
import { VISIT_SPEC } from '../../models/visit-spec.ts';
import type { CompiledStore } from '../core/compiled-store.ts';
import type { Decision, Score } from '../core/decision.ts';

/** What explaining needs of the rest. */
export interface ExplanationSources {
  readonly decision: (id: string) => Decision | undefined;
  readonly store: () => CompiledStore | undefined;
  /** Takes scores of a model apart, by the name that scores carry; undefined for a closed or a vanished model. */
  readonly explainer: (model: string) => ModelExplainer | undefined;
  /** Asks a closed model; undefined for one that is not here. */
  readonly ask: (model: string) => AskModel | undefined;
}

/** A decision in three sentences, with the numbers behind them. */
export interface DecisionExplanation {
  readonly for: string;
  readonly against: string;
  readonly change: string;
  readonly method: Attribution['method'];
  readonly how: string;
  readonly baseIntent: number | undefined;
  readonly parts: readonly { readonly words: string; readonly share: number }[];
}

const SHOWN_PARTS = 8;

/**
 * Explains decisions when somebody asks, from what was stored with them: the same vector and the same model give the same words, and nothing
 * is computed for the thousands that nobody looks at.
 */
export class Explanations {
  readonly #sources: ExplanationSources;

  constructor(sources: ExplanationSources) {
    this.#sources = sources;
  }

  /** Undefined for a decision that is not kept. */
  async explain(id: string): Promise<DecisionExplanation | undefined> {
    const decision = this.#sources.decision(id);
    if (decision === undefined) return undefined;
    const { score } = decision;
    if (score === undefined || score.featureSpec !== VISIT_SPEC.id) return unscored(decision);
    const explainer = this.#sources.explainer(score.model);
    const ask = explainer === undefined ? this.#sources.ask(score.model) : undefined;
    const attribution = await this.#attribute(score, explainer, ask);
    const acts = await this.#acts(score, explainer, ask);
    return {
      for: attribution.method === 'none' ? UNKNOWN_MODEL : forSentence(attribution, score.features),
      against: attribution.method === 'none' ? '' : againstSentence(attribution, score.features),
      change: changeSentence({ decision, ...this.#bounds(decision), acts }),
      method: attribution.method,
      how: METHOD_SENTENCES[attribution.method],
      baseIntent: attribution.method === 'none' ? undefined : 1 / (1 + Math.exp(-attribution.base)),
      parts: [...attribution.parts]
        .filter(({ share }) => Math.abs(share) >= 0.01)
        .sort((a, b) => Math.abs(b.share) - Math.abs(a.share))
        .slice(0, SHOWN_PARTS)
        .map((part) => ({ words: phrase(part, score.features), share: part.share })),
    };
  }

  /** The act that spoke most for an offer's own product; undefined where the model cannot say at once. */
  shopperAct(decisionId: string): (ShopperAct | { readonly kind: 'followup' | 'together'; readonly times: number }) | undefined {
    const decision = this.#sources.decision(decisionId);
    const score = decision?.score;
    if (decision === undefined || score === undefined || score.featureSpec !== VISIT_SPEC.id) return undefined;
    if (decision.trigger.interaction === 'followup' && decision.trigger.sku === decision.sku) return { kind: 'followup', times: 1 };
    if (TOUCHES.every((touch) => (score.features[touch] ?? 0) <= 0) && decision.trigger.sku !== score.sku)
      return { kind: 'together', times: 1 };
    const explainer = this.#sources.explainer(score.model);
    return explainer === undefined ? undefined : shopperAct(explainer.attribute(score.features), score.features);
  }

  async #attribute(score: Score, explainer: ModelExplainer | undefined, ask: AskModel | undefined): Promise<Attribution> {
    if (explainer !== undefined) return explainer.attribute(score.features);
    try {
      if (ask !== undefined) return await attributeGroups(ask, score.features);
    } catch {
      // A model that cannot answer now explains nothing; the decision itself stays as it is.
    }
    return { method: 'none', base: 0, parts: [] };
  }

  async #acts(score: Score, explainer: ModelExplainer | undefined, ask: AskModel | undefined) {
    const acts = whatIfs(score.features);
    if (explainer !== undefined) return acts.map(({ act, values }) => ({ act, intent: explainer.intent(values) }));
    try {
      const intents = ask === undefined ? [] : await ask(acts.map(({ values }) => values));
      return intents.map((intent, i) => ({ act: acts[i]!.act, intent }));
    } catch {
      return [];
    }
  }

  #bounds(decision: Decision) {
    const store = this.#sources.store();
    const id = decision.campaign ?? decision.alternatives.find(({ excluded }) => excluded === decision.reason)?.campaign;
    const campaign = store?.campaigns.find((one) => one.id === id);
    return { campaign, confidenceFloor: store?.map.policy.confidenceFloor ?? 0 };
  }
}

const UNKNOWN_MODEL = 'What spoke for a purchase cannot be said any more: the model that gave the score is not here.';

/** A decision that no score had a part in. */
function unscored(decision: Decision): DecisionExplanation {
  return {
    for: 'Nothing was scored: the answer did not depend on what the shopper did.',
    against: '',
    change: changeSentence({ decision, campaign: undefined, confidenceFloor: 0, acts: [] }),
    method: 'none',
    how: 'The answer followed from a rule alone.',
    baseIntent: undefined,
    parts: [],
  };
}

const TOUCHES = ['picks', 'returns', 'compares', 'scans', 'tries', 'product_dwell_s'].map(at);
