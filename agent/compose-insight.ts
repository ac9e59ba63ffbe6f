import { createHash, createHmac, randomBytes } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import type { LoadedConfig } from '../config/load.ts';
import type { AskModel } from '../models/explain/group-shapley.ts';
import type { ModelExplainer } from '../models/explain/model-explainer.ts';
import { RULE_EXPLAINER } from '../models/explain/rule-model.ts';
import { explainTreeModel } from '../models/explain/tree-model.ts';
import { parseManifest } from '../models/manifest.ts';
import { MODEL_MAX_BYTES } from '../models/onnx-runner.ts';
import { catalogueOf, nextProducts } from './core/baskets/next-products.ts';
import { neighbours, suggest } from './core/baskets/suggest.ts';
import { memberFigures } from './core/journeys/members.ts';
import type { BasketsView, InsightPorts } from './http/insight-ports.ts';
import { packageRoot } from './package-root.ts';
import { Explanations } from './runtime/explanations.ts';
import { FairnessAudit } from './runtime/fairness-audit.ts';
import { secretFrom } from './runtime/key-file.ts';
import type { Loop } from './runtime/loop.ts';
import type { Store } from './store/store.ts';

/** Decisions that one audit reads at most: the latest. */
const AUDITED_DECISIONS = 200_000;
/** Models kept taken apart: the live one, one in trial, and a few that decided before them. */
const KEPT_MODELS = 6;
const PAIRS_SHOWN = 12;
const SUGGESTIONS_SHOWN = 3;

/** Reasons, journeys, baskets and fairness for the HTTP side. */
export function createInsight(parts: {
  readonly loaded: LoadedConfig;
  readonly loop: Loop;
  readonly store: Store;
  readonly nowMs: () => number;
  /** Asks a model that runs in a process of its own, by the name that its scores carry. */
  readonly ask?: (model: string) => AskModel | undefined;
}): InsightPorts {
  const { loaded, loop, store, nowMs } = parts;
  const { config } = loaded;
  const explainers = explainersOf([
    config.model.manifestFile === undefined ? undefined : dirname(config.model.manifestFile),
    join(config.data.dir, 'models'),
    join(packageRoot(), 'models/artifacts'),
  ]);
  const explanations = new Explanations({
    decision: (id) => store.decisions.byId(id),
    store: () => loop.state.store,
    explainer: explainers,
    ask: (model) => parts.ask?.(model),
  });
  const audit = new FairnessAudit({
    pages: (fromMs) => store.audited.pages(fromMs, AUDITED_DECISIONS),
    store: () => loop.state.store,
    nowMs,
    rest: () => new Promise((resolve) => setImmediate(resolve)),
  });
  const memberSecret = secretFrom(join(config.data.dir, 'keys/members.key'), () => randomBytes(32));
  return {
    explanation: (decision) => explanations.explain(decision),
    shopperAct: (offer) => explanations.shopperAct(offer.decision),
    fairness: (days) => audit.report(days),
    baskets: (sku) => basketsView(loop, sku, nowMs()),
    suggestions(id) {
      const { state } = loop;
      const visit = state.visits.get(id);
      if (state.store === undefined || visit === undefined || !visit.consents.has('offers')) return [];
      const { store: compiled } = state;
      return nextProducts(state, { store: compiled, visit, nowMs: nowMs(), limit: SUGGESTIONS_SHOWN }).map(({ product, suggestion }) => {
        const slot = compiled.slotsBySku.get(product.sku)?.[0];
        return {
          sku: product.sku,
          name: product.name,
          priceCents: product.priceCents,
          withName: compiled.products.get(suggestion.because ?? '')?.name ?? '',
          fixtureName: slot === undefined ? undefined : compiled.fixtures.get(slot.fixture)?.name,
        };
      });
    },
    memberKey: (memberId) => createHmac('sha256', memberSecret).update(memberId.trim().toLowerCase()).digest('hex'),
    recognitionOf(id) {
      const visit = loop.state.visits.get(id);
      if (visit === undefined) return {};
      const figures = visit.memberKey === undefined ? undefined : memberFigures(loop.state.members.get(visit.memberKey), nowMs());
      return {
        memory: visit.recalled === undefined ? [] : [{ tried: visit.recalled.tried, earlier_visits: visit.recalled.visits.length }],
        membership: figures === undefined ? [] : [figures],
      };
    },
  };
}

/** Finds the model behind a score's name in the folders where models lie, and takes it apart once. */
function explainersOf(dirs: readonly (string | undefined)[]): (model: string) => ModelExplainer | undefined {
  const known = new Map<string, ModelExplainer | undefined>([['rules@1', RULE_EXPLAINER]]);
  return (model) => {
    if (known.has(model)) return known.get(model);
    if (known.size > KEPT_MODELS) known.clear();
    known.set('rules@1', RULE_EXPLAINER);
    const found = manifestsIn(dirs).flatMap((path) => treeModel(path, model) ?? [])[0];
    // A vanished model may come back with the next version; the few that are looked for cost a listing each.
    if (found !== undefined) known.set(model, found);
    return found;
  };
}

function manifestsIn(dirs: readonly (string | undefined)[]): string[] {
  return dirs.flatMap((dir) => {
    if (dir === undefined) return [];
    try {
      return readdirSync(dir, { recursive: true, encoding: 'utf8' })
        .filter((name) => name.endsWith('.json'))
        .slice(0, 200)
        .map((name) => join(dir, name));
    } catch {
      return [];
    }
  });
}

/** Undefined for another model, and for one that cannot be taken apart. */
function treeModel(manifestPath: string, model: string): ModelExplainer | undefined {
  try {
    const parsed = parseManifest(readFileSync(manifestPath, 'utf8'));
    if (!parsed.ok || `${parsed.value.name}@${parsed.value.sha256.slice(0, 12)}` !== model) return undefined;
    const bytes = readFileSync(join(dirname(manifestPath), parsed.value.file));
    if (bytes.length > MODEL_MAX_BYTES || createHash('sha256').update(bytes).digest('hex') !== parsed.value.sha256) return undefined;
    const explainer = explainTreeModel(bytes, parsed.value);
    return explainer.ok ? explainer.value : undefined;
  } catch {
    return undefined;
  }
}

function basketsView(loop: Loop, sku: string | undefined, nowMs: number): BasketsView {
  const { store, baskets } = loop.state;
  if (store === undefined) return { receipts: 0, pairs: [] };
  const catalogue = catalogueOf(store);
  const asked = { minuteOfDay: store.time.minuteOfDay(nowMs), limit: sku === undefined ? 2 : PAIRS_SHOWN };
  const held =
    sku === undefined
      ? [...baskets.items]
          .sort(([, a], [, b]) => b.count - a.count)
          .slice(0, 40)
          .map(([one]) => one)
      : [sku];
  const seen = new Set<string>();
  const pairs = held
    .flatMap((one) => {
      const candidates = neighbours(baskets, catalogue, [one]);
      return suggest(baskets, catalogue, { ...asked, candidates, inHand: [one] }).map(({ sku: other, lift, together }) => ({
        sku: one,
        withSku: other,
        lift,
        together,
      }));
    })
    .filter(({ sku: one, withSku, lift, together }) => {
      const key = [one, withSku].sort().join(' ');
      if (seen.has(key) || (sku === undefined && (lift < 1.2 || together < 3))) return false;
      seen.add(key);
      return true;
    });
  return { receipts: baskets.total, pairs: pairs.sort((a, b) => b.lift - a.lift).slice(0, PAIRS_SHOWN) };
}
