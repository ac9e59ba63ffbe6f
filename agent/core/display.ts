import type { StepContext } from './context.ts';
import { isQuiet, zoneHold } from './hold.ts';
import type { Sku } from './ids.ts';
import { isPersonal, suitsStore } from './journeys/conditions.ts';
import { isOutOfStock } from './shelf/stock.ts';
import type { Fixture } from './store-map.ts';
import { MINUTE_MS, SECOND_MS } from './units.ts';

/** How long a fixture's display shows a message, and how soon it may show another. */
const SHOW_MS = MINUTE_MS;
const MIN_GAP_MS = 10 * SECOND_MS;

/** Lets a fixture's own screen answer a pick with what the store offers there: the same text for everybody, about nobody. */
export function showOnDisplay(context: StepContext, at: { readonly fixture: Fixture; readonly sku: Sku }): void {
  const { state, store, nowMs } = context;
  const device = at.fixture.display;
  const product = store.products.get(at.sku);
  if (device === undefined || product === undefined || state.pausedAll) return;
  if (isOutOfStock(state.shelf, store, at.sku)) return;
  if (zoneHold(context, at.fixture.zone) !== undefined || isQuiet(context)) return;
  const shown = state.displays.get(at.fixture.id);
  if (shown !== undefined && nowMs - shown.shownAtMs < MIN_GAP_MS) return;
  const campaign = store
    .campaignsFor(product)
    .find((one) => one.enabled && !state.pausedCampaigns.has(one.id) && !isPersonal(one.when) && suitsStore(context, one.when));
  if (campaign === undefined) return;
  const untilMs = nowMs + SHOW_MS;
  state.displays.set(at.fixture.id, { untilMs, shownAtMs: nowMs });
  context.emit({
    kind: 'act.display',
    device,
    fixture: at.fixture.id,
    show: { title: product.name, line: campaign.headline, sku: product.sku, untilMs },
  });
}

/** Clears displays whose message has had its time, or all of them. */
export function clearDisplays(context: StepContext, which: 'due' | 'all'): void {
  for (const [fixture, shown] of context.state.displays) {
    if (which === 'due' && shown.untilMs > context.nowMs) continue;
    context.state.displays.delete(fixture);
    const device = context.store.fixtures.get(fixture)?.display;
    if (device !== undefined) context.emit({ kind: 'act.display', device, fixture, show: undefined });
  }
}
