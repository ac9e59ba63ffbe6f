import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { compileStore } from '../../../agent/core/compiled-store.ts';
import { type Decision, HOLD_REASONS } from '../../../agent/core/decision.ts';
import { Explanations } from '../../../agent/runtime/explanations.ts';
import { at } from '../../../models/confidence.ts';
import { deniedWord } from '../../../models/denied-outputs.ts';
import { FEATURE_GROUPS, FEATURE_WORDS, featurePhrase } from '../../../models/explain/feature-words.ts';
import { attributeGroups } from '../../../models/explain/group-shapley.ts';
import type { ModelExplainer } from '../../../models/explain/model-explainer.ts';
import { RULE_EXPLAINER } from '../../../models/explain/rule-model.ts';
import { shopperAct } from '../../../models/explain/shopper-act.ts';
import { explainTreeModel } from '../../../models/explain/tree-model.ts';
import { loadOnnxScorer, type OnnxScorer } from '../../../models/onnx-scorer.ts';
import { ruleIntent } from '../../../models/rule-scorer.ts';
import { sampleRequests } from '../../../models/sample-requests.ts';
import { UNKNOWN, VISIT_SPEC } from '../../../models/visit-spec.ts';
import { sampleStore } from '../../support/sample-store.ts';

const MANIFEST = 'models/artifacts/purchase-intent.manifest.json';

/** A vector that says nothing but what is given. */
function vector(known: Readonly<Record<string, number>>): number[] {
  const values: number[] = VISIT_SPEC.features.map(({ unit }) => (unit === 'count' ? 0 : UNKNOWN));
  for (const [name, value] of Object.entries(known)) values[at(name)] = value;
  return values;
}

function decisionOf(
  changes: Partial<Decision> & { readonly features: number[]; readonly model?: string; readonly intent?: number },
): Decision {
  const { features, model = 'rules@1', intent = ruleIntent(features), ...rest } = changes;
  return {
    id: 'd1',
    atMs: 0,
    visit: 'v1',
    kind: 'hold',
    reason: 'low-intent',
    offer: undefined,
    campaign: undefined,
    sku: 'coffee-02',
    zone: 'coffee',
    trigger: { interaction: 'pick', sku: 'coffee-02', slot: undefined, fixture: undefined, confidence: 1 },
    score: { sku: 'coffee-02', intent, confidence: 1, features, featureSpec: VISIT_SPEC.id, model },
    propensity: 1,
    alternatives: [{ campaign: 'coffee-20', sku: 'coffee-02', valueCents: 1, excluded: 'low-intent' }],
    ...rest,
  };
}

function explain(decision: Decision, explainer: ModelExplainer | 'gone' = RULE_EXPLAINER) {
  const explanations = new Explanations({
    decision: () => decision,
    store: () => compileStore(sampleStore()),
    explainer: () => (explainer === 'gone' ? undefined : explainer),
    ask: () => undefined,
  });
  return explanations.explain('d1');
}

describe('the words for features', () => {
  it.each(VISIT_SPEC.features.map(({ name, min, max }) => [name, min, max] as const))(
    '%s has words for every value, and none about who somebody is',
    (name, min, max) => {
      const words = FEATURE_WORDS[name];
      expect(words, `${name} has no words`).toBeDefined();
      for (const value of [min, 1, (min + max) / 2, max, UNKNOWN]) {
        const phrase = featurePhrase(name, value);
        expect(phrase).toMatch(/^[a-z0-9].{5,}$/);
        expect(phrase).not.toMatch(/NaN|undefined|-2/);
        expect(deniedWord(phrase)).toBeUndefined();
      }
    },
  );

  it('are for features that exist', () => {
    expect(Object.keys(FEATURE_WORDS).filter((name) => !VISIT_SPEC.index.has(name))).toEqual([]);
  });
});

describe('the shipped model', () => {
  const manifest = JSON.parse(readFileSync(MANIFEST, 'utf8'));
  const bytes = readFileSync(`models/artifacts/${manifest.file}`);

  it('is taken apart exactly: for what it scores, the shares add up to its own answer', async () => {
    const loaded = await loadOnnxScorer({ manifestPath: MANIFEST });
    const explainer = explainTreeModel(bytes, manifest);
    if (!loaded.ok || !explainer.ok) throw new Error('the shipped model cannot be used');
    const scorer: OnnxScorer = loaded.value;
    for (const scores of await scorer.score(sampleRequests(40, { seed: 3 }))) {
      for (const { intent, features } of scores) {
        const { base, parts } = explainer.value.attribute(features);
        const margin = base + parts.reduce((sum, { share }) => sum + share, 0);
        expect(1 / (1 + Math.exp(-margin))).toBeCloseTo(intent, 5);
        expect(explainer.value.intent(features)).toBeCloseTo(intent, 5);
      }
    }
    await scorer.close();
  });

  it('gives the same explanation every time', () => {
    const once = () => {
      const explainer = explainTreeModel(bytes, manifest);
      return explainer.ok ? explainer.value.attribute(vector({ picks: 2, holding: 1, product_dwell_s: 30 })) : undefined;
    };
    expect(once()).toEqual(once());
  });
});

describe('a closed model', () => {
  it('is explained by asking it: the shares of the groups add up, and a group it ignores gets nothing', async () => {
    const values = vector({ picks: 2, holding: 1, product_dwell_s: 45, category_holding: 1 });
    const { base, parts, method } = await attributeGroups(async (rows) => rows.map(ruleIntent), values);
    const margin = base + parts.reduce((sum, { share }) => sum + share, 0);
    expect(method).toBe('groups');
    expect(parts.map(({ name }) => name)).toEqual([...FEATURE_GROUPS]);
    expect(1 / (1 + Math.exp(-margin))).toBeCloseTo(ruleIntent(values), 9);
    expect(parts.find(({ name }) => name === 'the price')?.share).toBeCloseTo(0, 9);
    expect(parts.find(({ name }) => name === 'touching')?.share).toBeCloseTo(0.3 * 2 + 0.9, 6);
  });

  it('that is gone says so, and the rest is still said', async () => {
    const found = await explain(decisionOf({ features: vector({ picks: 1 }), model: 'gone@1' }), 'gone');
    expect(found).toMatchObject({ method: 'none', parts: [] });
  });
});

describe('three sentences for a manager', () => {
  it('say what spoke for it, what against, and what would have changed it', async () => {
    const features = vector({ picks: 2, returns: 2, product_dwell_s: 45, since_last_touch_s: 10 });
    const found = await explain(decisionOf({ features, intent: 0.05 }));
    expect(found?.for).toBe('For a purchase spoke most that it was picked up twice and the shopper stood at it for 45 seconds.');
    expect(found?.against).toBe('Against a purchase spoke most that it was put back twice.');
    expect(found?.change).toMatch(/^“Coffee weeks” is offered from 15% on; if the shopper had .+, it would have been \d+%\.$/);
    expect(found?.baseIntent).toBeCloseTo(0.119, 2);
  });

  it('the act that would have changed it really would have, by the same model', async () => {
    const features = vector({ picks: 1, returns: 1, since_last_touch_s: 10 });
    const found = await explain(decisionOf({ features }));
    const [, act, share] = /if the shopper had (.+), it would have been (\d+)%/.exec(found?.change ?? '') ?? [];
    expect(act).toBeDefined();
    expect(Number(share)).toBeGreaterThanOrEqual(15);
  });

  it.each(HOLD_REASONS)('are there for %s', async (reason) => {
    const found = await explain(decisionOf({ features: vector({ picks: 1 }), reason }));
    for (const sentence of [found?.for, found?.against, found?.change]) expect(sentence).toMatch(/^[A-Z“].+\.$/);
  });

  it('are there for an offer, with what would have taken it back', async () => {
    const features = vector({ picks: 1, holding: 1, since_last_touch_s: 5 });
    const found = await explain(decisionOf({ features, kind: 'offer', reason: 'offer', campaign: 'coffee-20' }));
    expect(found?.change).toMatch(/no offer then\.$|^No single further act/);
  });
});

describe('the sentence for a shopper', () => {
  it('names the act that spoke most, as often as it was done', () => {
    const values = vector({ picks: 2, scans: 1, product_dwell_s: 60, category_touches: 4 });
    expect(shopperAct(RULE_EXPLAINER.attribute(values), values)).toEqual({ kind: 'scanned', times: 1 });
    const picked = vector({ picks: 2, returns: 2 });
    expect(shopperAct(RULE_EXPLAINER.attribute(picked), picked)).toEqual({ kind: 'picked', times: 2 });
  });

  it('never names what was not done, what spoke against it, or anything but an act with this product', () => {
    for (const name of VISIT_SPEC.features.map((feature) => feature.name)) {
      const values = vector({ [name]: 1 });
      const act = shopperAct(
        { method: 'trees', base: 0, parts: VISIT_SPEC.features.map((feature) => ({ name: feature.name, share: 1 })) },
        values,
      );
      if (act !== undefined) expect(['picks', 'compares', 'scans', 'tries', 'returns', 'product_dwell_s']).toContain(name);
      expect(shopperAct({ method: 'trees', base: 0, parts: [{ name, share: -1 }] }, values)).toBeUndefined();
    }
  });
});
