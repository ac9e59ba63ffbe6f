import type { Engine } from '../../devices/simulator/engine.ts';
import type { DeviceMessageEvent, PhoneEvent, SimEvent } from '../../devices/simulator/sim-event.ts';
import type { Scorer } from '../../models/scorer.ts';
import { admit } from '../core/admit.ts';
import { isDue } from '../core/due.ts';
import type { Effect, Reply, ScoreEffect } from '../core/effect.ts';
import type { Input, LoggedInput } from '../core/input.ts';
import type { Reading } from '../core/reading.ts';
import { createState, type State } from '../core/state.ts';
import { step } from '../core/step.ts';
import type { StoreMap } from '../core/store-map.ts';
import { SECOND_MS, type TimestampMs } from '../core/units.ts';
import { Dedupe } from './dedupe.ts';

/** What a rehearsal is made of. */
export interface RehearsalOptions {
  readonly store: StoreMap;
  readonly engine: Engine;
  readonly scorer: Scorer;
  readonly startMs: TimestampMs;
  /** Sees every log entry with its effects, in order. */
  readonly onStep?: (logged: LoggedInput, effects: readonly Effect[]) => void;
}

export interface RehearsalResult {
  readonly state: State;
  readonly events: number;
  readonly inputs: number;
}

/**
 * Plays a simulated store through the real core in virtual time, without network or disk: how training rows are made, how a policy is
 * tried, how a year fits into minutes. Deterministic when engine and scorer are.
 */
export async function rehearse(options: RehearsalOptions): Promise<RehearsalResult> {
  const rehearsal = new Rehearsal(options);
  await rehearsal.log({ kind: 'store.configured', store: options.store }, options.startMs);
  let events = 0;
  for (let event = options.engine.next(); event !== undefined; event = options.engine.next()) {
    await rehearsal.play(event);
    events++;
  }
  return { state: rehearsal.state, events, inputs: rehearsal.seq };
}

class Rehearsal {
  readonly state = createState();
  readonly #options: RehearsalOptions;
  readonly #dedupe = new Dedupe();
  readonly #visits = new Map<string, string>();
  readonly #shoppers = new Map<string, string>();
  seq = 0;
  #tickedAtMs = 0;

  constructor(options: RehearsalOptions) {
    this.#options = options;
  }

  async play(event: SimEvent): Promise<void> {
    if (event.atMs - this.#tickedAtMs >= SECOND_MS) {
      this.#tickedAtMs = event.atMs;
      if (isDue(this.state, event.atMs)) await this.log({ kind: 'tick' }, event.atMs);
    }
    switch (event.kind) {
      case 'message':
        return this.#message(event);
      case 'phone':
        return this.#phone(event);
      case 'redeem': {
        const reply = await this.log({ kind: 'offer.redeem', offer: event.offer, receipt: event.receipt, till: event.till }, event.atMs);
        if (reply?.kind !== 'redeemed') this.#options.engine.codeRefused(event.shopper, event.code);
        return;
      }
      case 'link':
        return;
    }
  }

  async #message(event: DeviceMessageEvent): Promise<void> {
    if ('text' in event.message) return;
    const { id, deviceAtMs, body } = event.message;
    const reading: Reading = { id, device: event.device, atMs: deviceAtMs, ...body };
    if (admit(this.state, reading) !== 'admitted' || this.#dedupe.seenBefore(reading.device, reading.id)) return;
    const late = event.atMs - reading.atMs > this.#options.store.policy.lateAfterMs;
    // Offline the code of an offer is its id.
    const offers = reading.kind === 'pos.sale' && reading.codes.length > 0 ? { offers: reading.codes } : {};
    await this.log({ kind: 'reading', reading, ...(late ? { late } : {}), ...offers }, event.atMs);
  }

  async #phone(event: PhoneEvent): Promise<void> {
    const visit = this.#visits.get(event.shopper);
    switch (event.action) {
      case 'open': {
        const opened = `v_${event.shopper}`;
        this.#visits.set(event.shopper, opened);
        this.#shoppers.set(opened, event.shopper);
        const { at, tag, consents } = event;
        const where = { ...(at === undefined ? {} : { fixture: at }), ...(tag === undefined ? {} : { tag }) };
        await this.log({ kind: 'visit.opened', visit: opened, consents, textVersion: '1', tokenHash: '', ...where }, event.atMs);
        return this.#options.engine.visitOpened(event.shopper, opened);
      }
      case 'receipt':
        if (visit !== undefined) await this.log({ kind: 'offer.receipt', visit, offer: event.offer, state: event.state }, event.atMs);
        return;
      case 'scan':
        if (visit !== undefined) await this.log({ kind: 'visit.scanned', visit, sku: event.sku }, event.atMs);
        return;
      case 'place':
        if (visit !== undefined) await this.log({ kind: 'visit.placed', visit, fixture: event.at }, event.atMs);
        return;
      case 'erase':
        if (visit !== undefined) await this.log({ kind: 'visit.erased', visit }, event.atMs);
        return;
      case 'close':
        return;
    }
  }

  /** Appends one input, carries out what it asks for, and returns its reply. */
  async log(input: Input, atMs: TimestampMs): Promise<Reply | undefined> {
    const logged: LoggedInput = { seq: ++this.seq, atMs, input };
    const effects = step(this.state, logged);
    this.#options.onStep?.(logged, effects);
    const asked = effects.filter((effect): effect is ScoreEffect => effect.kind === 'score');
    const answers = asked.length === 0 ? [] : await this.#options.scorer.score(asked);
    for (const [index, request] of asked.entries()) {
      await this.log({ kind: 'scored', request: request.request, visit: request.visit.id, scores: answers[index] ?? [] }, atMs);
    }
    let reply: Reply | undefined;
    for (const effect of effects) {
      if (effect.kind === 'reply') reply = effect.reply;
      else this.#act(effect);
    }
    return reply;
  }

  #act(effect: Effect): void {
    if (effect.kind === 'act.deliver') {
      const shopper = this.#shoppers.get(effect.offer.visit);
      const { id, sku, discountCents } = effect.offer;
      if (shopper !== undefined) this.#options.engine.offerReceived(shopper, { id, sku, code: id, discountCents });
    } else if (effect.kind === 'act.withdraw') {
      const shopper = this.#shoppers.get(effect.visit);
      if (shopper !== undefined) this.#options.engine.offerWithdrawn(shopper, effect.offer);
    }
  }
}
