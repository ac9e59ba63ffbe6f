import type { Decoded, DeviceMessage } from '../../devices/adapters/adapter.ts';
import type { InboundMessage, Settlement } from '../../devices/transports/transport.ts';
import { admit } from '../core/admit.ts';
import type { OfferId, VisitId } from '../core/ids.ts';
import type { ReadingInput } from '../core/input.ts';
import { READING_CLASS, type Reading } from '../core/reading.ts';
import type { TimestampMs } from '../core/units.ts';
import type { Counter, Counters } from './counters.ts';
import { Dedupe } from './dedupe.ts';
import type { Loop, Outcome } from './loop.ts';

/** How scanners write a beacon that is a rotating token, in hexadecimal. */
const TOKEN_PREFIX = 'token:';
/** What the log says instead of the token of a phone that was recognised. */
const PHONE_BEACON = 'phone';

/** Telemetry that promised nothing (QoS 0) is shed while more than this waits. */
const SHED_ABOVE = 2_000;

export interface GateOptions {
  readonly loop: Loop;
  readonly decode: (message: DeviceMessage) => Decoded;
  readonly counters: Counters;
  readonly nowMs: () => TimestampMs;
  /** Offers behind the codes of a sale; codes that are not ours are left out. */
  readonly resolveCode: (code: string, nowMs: TimestampMs) => OfferId | undefined;
  /** The visit whose phone sends a rotating token; tokens of strangers have none. Nobody is recognised by default. */
  readonly visitOfToken?: (token: string, nowMs: TimestampMs) => VisitId | undefined;
  readonly quarantine: (entry: {
    readonly atMs: TimestampMs;
    readonly message: InboundMessage;
    readonly reason: string;
    readonly detail: string;
  }) => void;
  /** Told about messages of devices that have no place in the store, with what they would say; nobody is told by default. */
  readonly unknown?: (message: InboundMessage, readings: readonly Reading[]) => void;
}

/** Every way a message can end, as counted in `endcap_messages_total{outcome}`. */
export type MessageOutcome =
  | 'accepted'
  | 'accepted-late'
  | 'duplicate'
  | 'stranger'
  | 'ignored'
  | 'malformed'
  | 'unknown-device'
  | 'unknown-slot'
  | 'not-configured'
  | 'shed'
  | 'failed'
  | 'poison';

/**
 * The way in for device messages: decode, recognise what is a duplicate, late, ahead of time, a stranger's or nonsense, and hand the
 * rest to the loop. A message is settled when everything it said is on disk, or when it is certain that nothing of it will be.
 */
export class Gate {
  readonly #options: GateOptions;
  readonly #dedupe = new Dedupe();
  readonly #counted = new Map<MessageOutcome, Map<string, Counter>>();

  constructor(options: GateOptions) {
    this.#options = options;
  }

  /** Remembers ids that are already in the log, after a start. */
  seen(reading: Reading): void {
    this.#dedupe.seenBefore(reading.device, reading.id);
  }

  /** Takes one message; `settle` is called exactly once. */
  receive(message: InboundMessage, settle: (settlement: Settlement) => void): void {
    const decoded = this.#options.decode(message);
    switch (decoded.kind) {
      case 'ignored':
        this.#count('ignored', decoded.reason);
        if (decoded.reason === 'unknown-topic') this.#options.unknown?.(message, []);
        return settle('done');
      case 'malformed':
        this.#count('malformed', decoded.reason);
        this.#options.quarantine({ atMs: this.#options.nowMs(), message, reason: decoded.reason, detail: decoded.detail });
        // Sending it again would not make it any better: it is acknowledged and kept for a person to look at.
        return settle('done');
      case 'readings':
        return this.#receiveReadings(message, decoded.readings, settle);
    }
  }

  #receiveReadings(message: InboundMessage, readings: readonly Reading[], settle: (settlement: Settlement) => void): void {
    const only = readings[0];
    if (readings.length === 1 && only !== undefined) return this.#receiveOne(message, only, settle);
    if (readings.length === 0) return settle('done');
    let open = readings.length;
    let worst: Settlement = 'done';
    for (const reading of readings) {
      this.#receiveOne(message, reading, (settlement) => {
        if (settlement === 'retry') worst = 'retry';
        if (--open === 0) settle(worst);
      });
    }
  }

  #receiveOne(message: InboundMessage, heard: Reading, settle: (settlement: Settlement) => void): void {
    const { loop } = this.#options;
    const visit = this.#visitHeard(heard);
    // From here on nobody sees what the phone sent: the log says whose it was, and that goes with the visit.
    const reading = visit === undefined || heard.kind !== 'ble.sighting' ? heard : { ...heard, beacon: PHONE_BEACON };
    const admission = admit(loop.state, reading, visit);
    if (admission !== 'admitted') {
      this.#count(admission, reading.kind);
      if (admission === 'unknown-device') this.#options.unknown?.(message, [reading]);
      return settle('done');
    }
    const sheddable = READING_CLASS[reading.kind] === 'telemetry';
    if (sheddable && message.qos === 0 && loop.telemetryWaiting > SHED_ABOVE) {
      this.#count('shed', reading.kind);
      return settle('done');
    }
    if (this.#dedupe.seenBefore(reading.device, reading.id)) {
      this.#count('duplicate', reading.kind);
      // The first copy may still wait for its commit: this one is acknowledged no earlier.
      return loop.accept({
        input: undefined,
        class: 'telemetry',
        source: message.client ?? reading.device,
        settle: (outcome) => settle(outcome.kind === 'committed' ? 'done' : 'retry'),
      });
    }
    const input = this.#toInput(reading, visit);
    loop.accept({
      input,
      class: READING_CLASS[reading.kind],
      source: message.client ?? reading.device,
      settle: (outcome) => this.#settled(outcome, { message, input, settle }),
    });
  }

  /** Judges the device's clock: too far ahead gets our time instead, too far behind is marked late. */
  #toInput(reading: Reading, visit: VisitId | undefined): ReadingInput {
    const nowMs = this.#options.nowMs();
    const policy = this.#options.loop.state.store?.map.policy;
    let timed = reading;
    if (policy !== undefined && reading.atMs - nowMs > policy.futureAfterMs) {
      this.#options.counters.add('endcap_future_timestamps_total');
      timed = { ...reading, atMs: nowMs };
    }
    const late = policy !== undefined && nowMs - timed.atMs > policy.lateAfterMs;
    const offers = timed.kind === 'pos.sale' && timed.codes.length > 0 ? this.#offersOf(timed.codes, nowMs) : undefined;
    if (!late && offers === undefined && visit === undefined) return { kind: 'reading', reading: timed };
    return {
      kind: 'reading',
      reading: timed,
      ...(late ? { late } : {}),
      ...(offers === undefined ? {} : { offers }),
      ...(visit === undefined ? {} : { visit }),
    };
  }

  #visitHeard(heard: Reading): VisitId | undefined {
    if (heard.kind !== 'ble.sighting' || !heard.beacon.startsWith(TOKEN_PREFIX)) return undefined;
    return this.#options.visitOfToken?.(heard.beacon.slice(TOKEN_PREFIX.length), this.#options.nowMs());
  }

  #offersOf(codes: readonly string[], nowMs: TimestampMs): readonly OfferId[] {
    return codes.flatMap((code) => this.#options.resolveCode(code, nowMs) ?? []);
  }

  #settled(
    outcome: Outcome,
    taken: { readonly message: InboundMessage; readonly input: ReadingInput; readonly settle: (settlement: Settlement) => void },
  ): void {
    const { reading } = taken.input;
    switch (outcome.kind) {
      case 'committed':
        this.#count(taken.input.late === true ? 'accepted-late' : 'accepted', reading.kind);
        return taken.settle('done');
      case 'failed':
      case 'overloaded':
      case 'stopping':
        this.#dedupe.forget(reading.device, reading.id);
        this.#count('failed', reading.kind);
        return taken.settle('retry');
      case 'poison':
        this.#count('poison', reading.kind);
        this.#options.quarantine({ atMs: this.#options.nowMs(), message: taken.message, reason: 'poison', detail: outcome.detail });
        return taken.settle('done');
    }
  }

  #count(outcome: MessageOutcome, reason: string): void {
    const counter = this.#counted.get(outcome)?.get(reason) ?? this.#firstOf(outcome, reason);
    counter.value++;
  }

  #firstOf(outcome: MessageOutcome, reason: string): Counter {
    const counter = this.#options.counters.counter('endcap_messages_total', `outcome="${outcome}",kind="${reason}"`);
    const byReason = this.#counted.get(outcome) ?? new Map<string, Counter>();
    this.#counted.set(outcome, byReason.set(reason, counter));
    return counter;
  }
}
