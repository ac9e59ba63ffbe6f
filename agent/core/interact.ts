import { nextProducts } from './baskets/next-products.ts';
import type { StepContext } from './context.ts';
import type { Trigger } from './decision.ts';
import type { FixtureId, Sku, SlotId } from './ids.ts';
import { surroundingsOf } from './journeys/surroundings.ts';
import { holdBeforeScoring } from './record-hold.ts';
import { isMeasured } from './restraint/childrens-zones.ts';
import { putBounded, STATE_LIMITS } from './state.ts';
import type { Product } from './store-map.ts';
import { count } from './tally.ts';
import { MINUTE_MS, type Probability } from './units.ts';
import { type Interaction, type InteractionKind, type Interest, VISIT_LIMITS, type Visit } from './visit.ts';
import { addDwell, moveToFixture, reachStep } from './visits.ts';

/** Touching another product of the category within this time is comparing. */
const COMPARE_WITHIN_MS = MINUTE_MS;
/** Most products asked about in one score request, the trigger's included. */
const MAX_SCORED = 8;
/** Most of them that the visit has not touched, but that others bought with what it did. */
const MAX_SUGGESTED = 2;

/** Something a visit did with a product. */
export interface Act {
  readonly kind: Exclude<InteractionKind, 'compare'>;
  readonly sku: Sku;
  readonly slot: SlotId | undefined;
  readonly fixture: FixtureId | undefined;
  readonly units: number;
  readonly confidence: Probability;
}

/** Adds an act to a visit's story and asks for a decision. */
export function interact(context: StepContext, visit: Visit, act: Act): void {
  const product = context.store.products.get(act.sku);
  if (product === undefined) return;
  const fixture = act.fixture === undefined ? undefined : context.store.fixtures.get(act.fixture);
  if (!isMeasured(context.store, fixture?.zone ?? visit.place?.zone)) return;
  visit.lastSignAtMs = context.nowMs;
  if (act.fixture !== undefined) {
    // An assigned event says where the visit is, but no more surely than it was assigned.
    moveToFixture(context, visit, { fixture: act.fixture, confidence: Math.max(act.confidence, visit.place?.confidence ?? 0) });
  } else addDwell(context, visit);
  const compared = act.kind === 'pick' && comparesWithRecent(context, visit, product);
  const kind: InteractionKind = compared ? 'compare' : act.kind;
  remember(visit, { kind, sku: act.sku, slot: act.slot, atMs: context.nowMs, confidence: act.confidence });
  addInterest(context, visit, { act, compared });
  if (visit.staff === undefined) count(context, 'interactions', visit.place?.zone);
  reachStep(context, visit, 1);
  const trigger: Trigger = { interaction: kind, sku: act.sku, slot: act.slot, fixture: act.fixture, confidence: act.confidence };
  considerOffer(context, visit, { trigger, product });
}

/** Notes an event of a fixture, whoever it was. */
export function countFixtureEvent(context: StepContext, fixture: FixtureId): void {
  const { fixtures } = context.state.today;
  const today = fixtures.get(fixture);
  if (today === undefined) fixtures.set(fixture, { interactions: 1, lastEventAtMs: context.nowMs });
  else {
    today.interactions++;
    today.lastEventAtMs = context.nowMs;
  }
}

/** Asks for scores, unless something that needs no score already says hold. Without consent nothing is scored: that would be a profile. */
export function considerOffer(context: StepContext, visit: Visit, asked: { readonly trigger: Trigger; readonly product: Product }): void {
  if (holdBeforeScoring(context, visit, asked)) return;
  const request = context.nextId('q');
  visit.lastScoredAtMs = context.nowMs;
  putBounded(context.state.awaited, request, { visit: visit.id, trigger: asked.trigger, atMs: context.nowMs }, STATE_LIMITS.awaited);
  context.emit({
    kind: 'score',
    request,
    visit,
    products: productsToScore(context, visit, asked.product),
    trigger: asked.trigger,
    nowMs: context.nowMs,
    around: surroundingsOf(context),
  });
}

/** The product touched, then those of recent interest that a campaign covers, newest first, then what the store's receipts put beside them. */
function productsToScore(context: StepContext, visit: Visit, first: Product): readonly Product[] {
  const products = [first];
  const recent = [...visit.interest].filter(([sku]) => sku !== first.sku).sort(([, a], [, b]) => b.lastAtMs - a.lastAtMs);
  for (const [sku, interest] of recent) {
    if (products.length >= MAX_SCORED || context.nowMs - interest.lastAtMs > context.store.map.policy.evidenceTtlMs) break;
    const product = context.store.products.get(sku);
    if (product !== undefined && context.store.campaignsFor(product).length > 0) products.push(product);
  }
  const room = Math.min(MAX_SUGGESTED, MAX_SCORED - products.length);
  if (room <= 0) return products;
  const { state, store, nowMs } = context;
  const goWith = nextProducts(state, { store, visit, nowMs, limit: room }).map(({ product }) => product);
  return [...products, ...goWith.filter((product) => !products.includes(product) && store.campaignsFor(product).length > 0)];
}

function comparesWithRecent(context: StepContext, visit: Visit, product: Product): boolean {
  return visit.interactions.some(
    (earlier) =>
      (earlier.kind === 'pick' || earlier.kind === 'compare') &&
      earlier.sku !== product.sku &&
      context.nowMs - earlier.atMs <= COMPARE_WITHIN_MS &&
      context.store.products.get(earlier.sku)?.category === product.category,
  );
}

function remember(visit: Visit, interaction: Interaction): void {
  visit.interactions.push(interaction);
  if (visit.interactions.length > VISIT_LIMITS.interactions)
    visit.interactions.splice(0, visit.interactions.length - VISIT_LIMITS.interactions);
}

function addInterest(context: StepContext, visit: Visit, done: { readonly act: Act; readonly compared: boolean }): void {
  const { act, compared } = done;
  const interest = visit.interest.get(act.sku) ?? emptyInterest(context.nowMs);
  interest.lastAtMs = context.nowMs;
  interest.confidence = Math.min(interest.confidence, act.confidence);
  if (compared) interest.compares++;
  switch (act.kind) {
    case 'pick':
      interest.picks += act.units;
      interest.holding += act.units;
      break;
    case 'return':
      interest.returns += act.units;
      interest.holding = Math.max(0, interest.holding - act.units);
      break;
    case 'scan':
      interest.scans++;
      break;
    case 'dwell':
    case 'try':
      break;
  }
  putBounded(visit.interest, act.sku, interest, VISIT_LIMITS.interest);
}

function emptyInterest(nowMs: number): Interest {
  return { picks: 0, returns: 0, compares: 0, scans: 0, dwellMs: 0, holding: 0, firstAtMs: nowMs, lastAtMs: nowMs, confidence: 1 };
}
