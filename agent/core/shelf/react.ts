import { assignToVisit } from '../assign.ts';
import type { StepContext } from '../context.ts';
import { showOnDisplay } from '../display.ts';
import type { FixtureId, SlotId } from '../ids.ts';
import { countFixtureEvent, interact } from '../interact.ts';
import type { Reading } from '../reading.ts';
import { isMeasured } from '../restraint/childrens-zones.ts';
import { noteRestock } from '../restraint/restock.ts';
import type { Fixture, Slot } from '../store-map.ts';
import { count } from '../tally.ts';
import { type DurationMs, MINUTE_MS, SECOND_MS } from '../units.ts';
import { skuOfEpc } from './epc.ts';
import { takeCount, takeWeight } from './shelf.ts';
import type { ShelfEvent } from './shelf-event.ts';
import { tellMisplaced, watchStock } from './staff.ts';
import { hearTag } from './tag-watch.ts';
import { explainShakes } from './touch.ts';

/** A count of people older than this says nothing about who is near. */
const PEOPLE_TTL_MS: DurationMs = 30 * SECOND_MS;
/** What may have happened any time in longer than this is nobody's: whoever stands there now need not have done it. */
const UNSEEN_MS: DurationMs = 2 * MINUTE_MS;
/** Units put down at once that are filling the shelf, unless the same visit had taken them. */
const FILLING_UNITS = 3;

type ShelfReading = Extract<Reading, { readonly kind: 'shelf.weight' | 'shelf.pick' | 'shelf.return' }>;

/** Works out what a shelf sensor's reading means and lets it have its effect: on stock, on staff, on the visit that most likely did it. */
export function observeShelf(context: StepContext, reading: ShelfReading): void {
  const slot = context.store.slots.get(reading.slot);
  const fixture = slot === undefined ? undefined : context.store.fixtures.get(slot.fixture);
  if (slot === undefined || fixture === undefined) return;
  const now = { store: context.store, slot, nowMs: context.nowMs, isAlone: nobodyNear(context, fixture) };
  const event =
    reading.kind === 'shelf.weight'
      ? takeWeight(context.state.shelf, now, reading)
      : takeCount(context.state.shelf, now, {
          kind: reading.kind === 'shelf.pick' ? 'pick' : 'return',
          units: reading.count,
          atMs: reading.atMs,
        });
  watchStock(context, slot);
  if (event !== undefined) reactTo(context, event, { slot, fixture });
}

/** A hand was seen in front of a slot, or of some slot of the sensor's fixture. */
export function observeReach(
  context: StepContext,
  reach: { readonly slot: SlotId | undefined; readonly fixture: FixtureId | undefined },
): void {
  const key = reach.slot === undefined ? reach.fixture && `fixture:${reach.fixture}` : `slot:${reach.slot}`;
  if (key !== undefined) context.state.shelf.reaches.set(key, context.nowMs);
}

/** A product's tag was read at a fixture. */
export function observeTag(context: StepContext, read: { readonly epc: string; readonly fixture: FixtureId | undefined }): void {
  const { epc, fixture } = read;
  const sku = fixture === undefined ? undefined : skuOfEpc(context.store, epc);
  if (sku === undefined || fixture === undefined) return;
  hearTag(context.state.shelf, { epc, sku, fixture, nowMs: context.nowMs });
}

/** Lets a shelf event have its effect: on the fixture's counters and display, and on the visit that most likely did it. */
export function reactTo(context: StepContext, event: ShelfEvent, at: { readonly slot: Slot; readonly fixture: Fixture }): void {
  const { slot, fixture } = at;
  if (event.kind !== 'hand') explainShakes(context.state.shelf, { fixture: fixture.id, slot: slot.id });
  if (!isMeasured(context.store, fixture.zone)) return;
  if (event.kind === 'restock') return noteRestock(context, fixture);
  countFixtureEvent(context, fixture.id);
  if (event.kind === 'hand') return;
  if (event.kind === 'misplaced') tellMisplaced(context, slot, event);
  const kind = event.kind === 'pick' || event.kind === 'sweep' ? 'pick' : 'return';
  const { visit, confidence: assigned } = assignToVisit(context, { fixture: fixture.id, zone: fixture.zone });
  // More than was ever taken comes onto the shelf: no shopper puts that back.
  const isFilling = kind === 'return' && event.units >= FILLING_UNITS && (visit?.interest.get(event.sku ?? '')?.holding ?? 0) < event.units;
  if (isFilling) return noteRestock(context, fixture);
  if (kind === 'pick') showOnDisplay(context, { fixture, sku: slot.sku });
  const confidence = assigned * event.confidence;
  const isFact = event.outcome === 'certain' && event.sku !== undefined && event.settledAtMs - event.sinceMs <= UNSEEN_MS;
  if (visit === undefined || event.sku === undefined || !isFact || confidence < context.store.map.policy.assignmentFloor) {
    // Nobody's for sure, or not sure what: it stays an event of the fixture.
    count(context, 'interactions', fixture.zone);
    return;
  }
  interact(context, visit, { kind, sku: event.sku, slot: slot.id, fixture: fixture.id, units: event.units, confidence });
}

/** A sensor that counts people has just counted none, and no visit is known there. */
export function nobodyNear(context: StepContext, fixture: Fixture): boolean {
  const people = context.state.people.get(fixture.zone);
  if (people === undefined || people.count > 0 || context.nowMs - people.atMs > PEOPLE_TTL_MS) return false;
  return assignToVisit(context, { fixture: fixture.id, zone: fixture.zone }).visit === undefined;
}
