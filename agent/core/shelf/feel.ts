import { assignToVisit } from '../assign.ts';
import type { StepContext } from '../context.ts';
import { countFixtureEvent, interact } from '../interact.ts';
import type { Reading } from '../reading.ts';
import { isMeasured } from '../restraint/childrens-zones.ts';
import { moveToFixture } from '../visits.ts';
import { measure, newDistanceTrack, restingUnits, sureUnits } from './distance.ts';
import { nobodyNear, reactTo } from './react.ts';
import { hasLivingScale, takeCount } from './shelf.ts';
import { stockOf } from './shelf-state.ts';
import { watchStock } from './staff.ts';
import { dueTouches, noteShake, type Touch } from './touch.ts';

/** A touch says less surely than a pick what somebody is interested in. */
const TOUCH_CONFIDENCE = 0.8;

/** Something shook a shelf: a hand at the goods, which takes something, puts something back, or only considers it. */
export function observeVibration(context: StepContext, reading: Extract<Reading, { readonly kind: 'vibration' }>): void {
  if (!reading.active) return;
  const slot = reading.slot === undefined ? undefined : context.store.slots.get(reading.slot);
  const fixture = slot?.fixture ?? context.store.devices.get(reading.device)?.fixture;
  if (fixture === undefined || !context.store.fixtures.has(fixture)) return;
  noteShake(context.state.shelf, { fixture, slot: slot?.id, atMs: context.nowMs });
}

/**
 * The nearest thing in a slot is so far away. Beside a scale it bears witness to what the scale says; alone it counts, where the plan says how
 * much of the distance one unit is.
 */
export function observeDistance(context: StepContext, reading: Extract<Reading, { readonly kind: 'distance' }>): void {
  const slot = reading.slot === undefined ? undefined : context.store.slots.get(reading.slot);
  const fixture = slot === undefined ? undefined : context.store.fixtures.get(slot.fixture);
  if (slot === undefined || fixture === undefined || slot.distance === undefined) return;
  const { shelf } = context.state;
  const track = shelf.distances.get(slot.id) ?? newDistanceTrack();
  shelf.distances.set(slot.id, track);
  if (!measure(track, { atMs: context.nowMs, metres: reading.metres })) return;
  const resting = restingUnits(track, slot);
  const units = resting === undefined ? undefined : sureUnits(resting);
  if (units === undefined) return;
  const before = track.units;
  track.units = units;
  if (hasLivingScale(shelf, slot.id, context.nowMs)) return;
  const stock = stockOf(shelf, slot);
  if (before !== undefined && before !== units) {
    const now = { store: context.store, slot, nowMs: context.nowMs, isAlone: nobodyNear(context, fixture) };
    const event = takeCount(shelf, now, {
      kind: units < before ? 'pick' : 'return',
      units: Math.abs(units - before),
      atMs: context.nowMs,
      source: 'distance',
    });
    if (event !== undefined) reactTo(context, event, { slot, fixture });
  }
  stock.units = units;
  stock.source = 'distance';
  stock.doubtful = 0;
  watchStock(context, slot);
}

/** Lets every touch that nothing else explained have its effect: somebody considered the product, or was at the fixture. */
export function settleTouches(context: StepContext): void {
  for (const touch of dueTouches(context.state.shelf, context.nowMs)) settle(context, touch);
}

function settle(context: StepContext, touch: Touch): void {
  const fixture = context.store.fixtures.get(touch.fixture);
  if (fixture === undefined || !isMeasured(context.store, fixture.zone)) return;
  countFixtureEvent(context, fixture.id);
  const slots = context.store.slotsByFixture.get(fixture.id) ?? [];
  const slot = slots.find(({ id }) => id === touch.slot) ?? (slots.length === 1 ? slots[0] : undefined);
  const { visit, confidence: assigned } = assignToVisit(context, { fixture: fixture.id, zone: fixture.zone });
  const confidence = assigned * TOUCH_CONFIDENCE;
  if (visit === undefined || confidence < context.store.map.policy.assignmentFloor) return;
  if (slot === undefined)
    moveToFixture(context, visit, { fixture: fixture.id, confidence: Math.max(confidence, visit.place?.confidence ?? 0) });
  else interact(context, visit, { kind: 'try', sku: slot.sku, slot: slot.id, fixture: fixture.id, units: 1, confidence });
}
