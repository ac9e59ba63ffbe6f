import { endApprentice } from './apprentice.ts';
import { compileStore } from './compiled-store.ts';
import type { StepContext } from './context.ts';
import { decide } from './decide.ts';
import { clearDisplays } from './display.ts';
import { settleDue, turnDay } from './due.ts';
import type { Effect, Reply } from './effect.ts';
import { adoptExperiments, defineExperiment, switchExperiment } from './experiments/manage.ts';
import { noteExposures } from './exposures.ts';
import { letGoOn } from './guardrails/campaign-guard.ts';
import { closeRound, forgetHealthTimes, pruneHealth } from './health/round.ts';
import type { Input, LoggedInput } from './input.ts';
import { forgetFloor } from './locate/follow.ts';
import { observe } from './observe.ts';
import { endOffer, receiveReceipt, redeem } from './offers.ts';
import { loseOutcome } from './policy/outcomes.ts';
import { forgetShelfTimes, pruneShelf } from './shelf/shelf-state.ts';
import { broadcastVisit, changeConsent, eraseVisit, openFromPhone, placeVisit, scanProduct, tagVisit } from './shop.ts';
import type { State } from './state.ts';
import { closeMinute, flushMinute } from './tally.ts';
import { closeVisit } from './visits.ts';

/**
 * The whole behaviour of a store: takes what happened, brings the state up to date and says what to write and what to do.
 * Deterministic: no clock, no randomness, no I/O. `state` is updated in place and belongs to the caller's loop; the same inputs in the
 * same order give the same states and the same effects, which is what recovery and replay rest on.
 */
export function step(state: State, logged: LoggedInput): readonly Effect[] {
  const effects: Effect[] = [];
  state.nowMs = Math.max(state.nowMs, logged.atMs);
  if (logged.input.kind === 'store.configured') {
    state.store = compileStore(logged.input.store, state.remote.campaigns);
    adoptExperiments(state, logged.input.store.experiments ?? [], state.nowMs);
    pruneShelf(state.shelf, state.store.slots);
    pruneHealth(state, state.store.map);
    for (const { trail } of state.tags.values()) if (trail !== undefined) forgetFloor(trail);
    for (const { phone } of state.visits.values()) if (phone?.trail !== undefined) forgetFloor(phone.trail);
    return effects;
  }
  const { store } = state;
  if (store === undefined) return effects;
  let ids = 0;
  const context: StepContext = {
    state,
    store,
    nowMs: state.nowMs,
    seq: logged.seq,
    emit: (effect) => effects.push(effect),
    nextId: (prefix) => `${prefix}${logged.seq}-${ids++}`,
  };
  closeMinute(context);
  closeRound(context);
  turnDay(context);
  const reply = apply(context, logged.input);
  noteExposures(context, effects);
  if (reply !== undefined) context.emit({ kind: 'reply', reply });
  return effects;
}

function apply(context: StepContext, input: Exclude<Input, { readonly kind: 'store.configured' }>): Reply | undefined {
  switch (input.kind) {
    case 'reading':
      observe(context, input);
      return undefined;
    case 'scored':
      decide(context, input);
      return undefined;
    case 'tick':
      settleDue(context);
      return undefined;
    case 'visit.opened':
      return openFromPhone(context, input);
    case 'visit.placed':
      return placeVisit(context, input);
    case 'visit.tagged':
      return tagVisit(context, input);
    case 'visit.broadcast':
      return broadcastVisit(context, input);
    case 'visit.consented':
      return changeConsent(context, input);
    case 'visit.scanned':
      return scanProduct(context, input);
    case 'visit.erased':
      return eraseVisit(context, input.visit);
    case 'offer.receipt':
      return receiveReceipt(context, input);
    case 'offer.redeem':
      return redeem(context, input);
    case 'campaigns.received':
      return receiveCampaigns(context, input);
    case 'offers.paused':
      return pause(context, input);
    case 'experiment.defined':
      return defineExperiment(context, input);
    case 'experiment.switched':
      return switchExperiment(context, input);
    case 'apprentice.ended':
      return endApprentice(context, input);
    case 'clock.set':
      return setClock(context, input.toMs);
    case 'clock.trust':
      context.state.clockTrusted = input.trusted;
      return { kind: 'done' };
  }
}

/** Ends everything that was timed by the wrong clock, so that no offer lives longer than it was promised, and goes on from `toMs`. */
function setClock(context: StepContext, toMs: number): Reply {
  const { state } = context;
  for (const record of state.offers.values()) {
    const { state: offerState } = record.offer;
    if (offerState === 'open' || offerState === 'shown' || offerState === 'saved') endOffer(context, record, 'withdrawn');
  }
  for (const visit of [...state.visits.values()]) {
    loseOutcome(context, visit);
    closeVisit(context, visit);
  }
  clearDisplays(context, 'all');
  flushMinute(context);
  state.tags.clear();
  state.people.clear();
  state.cameras.seats.clear();
  state.cameras.queues.clear();
  forgetShelfTimes(state.shelf);
  forgetHealthTimes(state);
  state.nowMs = toMs;
  state.today.checkedMinute = -1;
  context.emit({
    kind: 'row.audit',
    entry: { atMs: toMs, action: 'clock.set', detail: `The clock was set back by ${Math.round((context.nowMs - toMs) / 1000)} s` },
  });
  return { kind: 'done' };
}

function receiveCampaigns(context: StepContext, input: Extract<Input, { readonly kind: 'campaigns.received' }>): Reply {
  const { state } = context;
  if (input.version > state.remote.version) {
    state.remote = { version: input.version, campaigns: input.campaigns };
    state.store = compileStore(context.store.map, input.campaigns, context.store);
    context.emit({
      kind: 'row.audit',
      entry: {
        atMs: context.nowMs,
        action: 'campaigns.received',
        detail: `Version ${input.version} with ${input.campaigns.length} campaigns`,
      },
    });
  }
  return { kind: 'done' };
}

function pause(context: StepContext, input: Extract<Input, { readonly kind: 'offers.paused' }>): Reply {
  const { state } = context;
  if (input.campaign === undefined) state.pausedAll = input.paused;
  else if (input.paused) state.pausedCampaigns.add(input.campaign);
  else {
    state.pausedCampaigns.delete(input.campaign);
    letGoOn(context, input.campaign);
  }
  const what = input.campaign === undefined ? 'all offers' : `campaign ${input.campaign}`;
  context.emit({
    kind: 'row.audit',
    entry: { atMs: context.nowMs, action: input.paused ? 'paused' : 'resumed', detail: `${input.by}: ${what}` },
  });
  return { kind: 'done' };
}
