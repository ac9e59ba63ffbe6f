import type { StepContext } from './context.ts';
import type { Effect } from './effect.ts';
import type { DeviceId, FixtureId, ZoneId } from './ids.ts';
import { type Channel, touch } from './touch.ts';
import { MINUTE_MS } from './units.ts';

/** A place that nothing confirmed for this long is no longer where somebody stands. */
const PLACE_BELIEF_MS = 2 * MINUTE_MS;

/** Displays that are a label at the shelf, by their adapter. */
const LABEL_ADAPTERS: ReadonlySet<string> = new Set(['openepaperlink']);

/** Notes which visits were reached by what a step shows at a shelf or asks staff to do. Phones say themselves what was shown on them. */
export function noteExposures(context: StepContext, effects: readonly Effect[]): void {
  for (const effect of effects) {
    if (effect.kind === 'act.display' && effect.show !== undefined) {
      const channel = displayChannel(context, effect.device);
      const zone = channel === 'signage' ? context.store.fixtures.get(effect.fixture)?.zone : undefined;
      touchAt(context, zone === undefined ? { fixture: effect.fixture } : { zone }, channel);
    } else if (effect.kind === 'act.alert' && effect.alert.fixture !== undefined) {
      touchAt(context, { fixture: effect.alert.fixture }, 'staff');
    }
  }
}

/** A display with a shelf of its own is that shelf's; one without speaks to the whole zone. */
function displayChannel({ store }: StepContext, device: DeviceId): Channel {
  const placed = store.devices.get(device);
  if (placed !== undefined && LABEL_ADAPTERS.has(placed.adapter)) return 'label';
  return placed !== undefined && placed.fixture === undefined ? 'signage' : 'shelf-display';
}

function touchAt({ state, nowMs }: StepContext, at: { readonly fixture?: FixtureId; readonly zone?: ZoneId }, channel: Channel): void {
  for (const visit of state.visits.values()) {
    const { place } = visit;
    if (place === undefined || nowMs - place.seenAtMs > PLACE_BELIEF_MS) continue;
    if (at.fixture === undefined ? place.zone === at.zone : place.fixture === at.fixture) touch(visit, channel, nowMs);
  }
}
