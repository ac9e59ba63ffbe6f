import type { Scorer } from '../../models/scorer.ts';
import { type AggregateSettings, type AggregateState, foldMinute } from '../../sync/aggregate.ts';
import { encodeBatchBodies } from '../../sync/protocol.ts';
import type { ActEffect, Effect, Reply, RowEffect, ScoreEffect } from '../core/effect.ts';
import type { Input, LoggedInput } from '../core/input.ts';
import type { State } from '../core/state.ts';
import { step } from '../core/step.ts';
import type { TimestampMs } from '../core/units.ts';
import type { Counters } from './counters.ts';
import type { Journal, TurnRows } from './ports.ts';

/** How an arrival ended: on disk; not on disk and to be sent again; or refused because the loop is full or stopping. */
export type Outcome =
  | { readonly kind: 'committed'; readonly reply: Reply | undefined }
  | { readonly kind: 'failed' }
  | { readonly kind: 'overloaded' }
  | { readonly kind: 'stopping' }
  /** The core itself broke on it: it is not in the log, and sending it again would not help. */
  | { readonly kind: 'poison'; readonly detail: string };

/** Something that happened, waiting for its turn. */
export interface Arrival {
  /** Undefined: nothing to log, settle with the commit of what came before from the same source. */
  readonly input: Input | undefined;
  /** `event` goes first; `telemetry` may wait behind it. */
  readonly class: 'event' | 'telemetry';
  /** Whose order must be kept: an event does not overtake telemetry of the same source. */
  readonly source: string;
  readonly settle: (outcome: Outcome) => void;
}

export interface LoopOptions {
  readonly state: State;
  readonly aggregate: AggregateState;
  readonly aggregateSettings: AggregateSettings;
  readonly journal: Journal;
  readonly scorer: Scorer;
  readonly counters: Counters;
  /** Store time, never going backwards but at a `clock.set`. */
  readonly nowMs: () => TimestampMs;
  readonly monotonicMs: () => number;
  /** Carries out what was committed; must not throw. */
  readonly act: (acts: readonly ActEffect[]) => void;
  /** Reads state and aggregates back from the log after a failed commit: the log is the truth. */
  readonly recover: () => { readonly state: State; readonly aggregate: AggregateState };
  /** Told after each commit, when state and disk agree: the moment for a snapshot. Must not throw. */
  readonly onCommitted: (turn: TurnRows) => void;
  /** Told about trouble with the disk, for the status page. */
  readonly onTrouble: (trouble: 'disk-full' | 'disk-error' | 'none', detail: string) => void;
  /** Told when the disk was full and state was read back, so that both agree: a snapshot now lets more of the log be shed. Must not throw. */
  readonly onFull?: () => void;
}

/** A turn with nothing to act on waits this long for company ... */
const COMPANY_MS = 20;
/** ... or until it holds this many rows. */
const COMPANY_ROWS = 128;
/** With fewer rows than this it waits longer: a commit dirties two pages of flash, however little is in it. */
const WORTHWHILE_ROWS = 6;
const LONGEST_COMPANY_MS = 100;
/** Telemetry taken in one turn, so that an event never waits behind more than this. */
const TELEMETRY_A_TURN = 512;
/** Arrivals held at most; beyond it telemetry is refused. */
export const MAX_TELEMETRY_WAITING = 100_000;
const MAX_EVENTS_WAITING = 20_000;
/** After a full disk, telemetry is refused unread for this long before room is looked for again: reading the state back is not free. */
const REFUSE_TELEMETRY_MS = 250;

interface Taken {
  readonly arrival: Arrival;
  readonly reply: Reply | undefined;
}

/**
 * The store's one thread of behaviour. Arrivals are stepped a turn at a time and committed together; acknowledgements, replies and acts
 * follow the commit, in order. State runs ahead of the disk only inside a turn, and a failed commit reads it back from the log.
 */
export class Loop {
  readonly #options: LoopOptions;
  #state: State;
  #aggregate: AggregateState;
  #events: Arrival[] = [];
  #telemetry: Arrival[] = [];
  #telemetryHead = 0;
  readonly #waitingBySource = new Map<string, number>();
  #scheduled = false;
  #running = false;
  #companyTimer: NodeJS.Timeout | undefined;
  #oldestMonotonicMs = 0;
  #seq: number;
  #inputs: LoggedInput[] = [];
  #rows: RowEffect[] = [];
  #batches: string[] = [];
  #acts: ActEffect[] = [];
  #taken: Taken[] = [];
  #refuseTelemetryUntilMs = Number.NEGATIVE_INFINITY;
  #stopping = false;
  #idle: (() => void)[] = [];

  constructor(options: LoopOptions) {
    this.#options = options;
    this.#state = options.state;
    this.#aggregate = options.aggregate;
    this.#seq = options.journal.lastSeq();
  }

  /** The live state, for reading only. */
  get state(): Readonly<State> {
    return this.#state;
  }

  get aggregate(): AggregateState {
    return this.#aggregate;
  }

  get telemetryWaiting(): number {
    return this.#telemetry.length - this.#telemetryHead;
  }

  /** Hands something in. `settle` is called once, after the commit that holds it or when there will be none. */
  accept(arrival: Arrival): void {
    if (this.#stopping) return arrival.settle({ kind: 'stopping' });
    const overtakes = arrival.class === 'event' && !this.#waitingBySource.has(arrival.source);
    if (overtakes) {
      if (this.#events.length >= MAX_EVENTS_WAITING) return arrival.settle({ kind: 'overloaded' });
      this.#events.push(arrival);
    } else {
      if (this.telemetryWaiting >= MAX_TELEMETRY_WAITING) return arrival.settle({ kind: 'overloaded' });
      this.#telemetry.push(arrival);
      this.#waitingBySource.set(arrival.source, (this.#waitingBySource.get(arrival.source) ?? 0) + 1);
    }
    this.#schedule();
  }

  /** Hands in an input and waits for its reply. */
  submit(input: Input): Promise<Outcome> {
    return new Promise((resolve) => this.accept({ input, class: 'event', source: '', settle: resolve }));
  }

  /** Writes what is still held, refuses what comes later, and resolves when the last acknowledgement is out. */
  async stop(): Promise<void> {
    this.#stopping = true;
    await new Promise<void>((resolve) => {
      this.#idle.push(resolve);
      this.#schedule();
    });
  }

  #schedule(): void {
    if (this.#scheduled || this.#running) return;
    this.#scheduled = true;
    // One turn of the event loop gathers everything that its sockets brought.
    setImmediate(() => {
      this.#scheduled = false;
      void this.#turn().catch((error: unknown) => this.#fail(error));
    });
  }

  async #turn(): Promise<void> {
    this.#running = true;
    const asked = this.#stepArrivals();
    if (asked.length > 0) await this.#score(asked);
    if (this.#mustCommit()) this.#commit();
    else this.#waitForCompany();
    this.#running = false;
    if (this.#events.length > 0 || this.telemetryWaiting > 0) this.#schedule();
    else if (this.#stopping && this.#inputs.length === 0) for (const done of this.#idle.splice(0)) done();
    else if (this.#stopping) this.#schedule();
  }

  #stepArrivals(): ScoreEffect[] {
    const asked: ScoreEffect[] = [];
    const nowMs = this.#options.nowMs();
    const isRefusing = this.#options.monotonicMs() < this.#refuseTelemetryUntilMs;
    if (this.#inputs.length === 0) this.#oldestMonotonicMs = this.#options.monotonicMs();
    const events = this.#events;
    this.#events = [];
    for (const arrival of events) this.#stepOne(arrival, nowMs, asked);
    const end = Math.min(this.#telemetry.length, this.#telemetryHead + TELEMETRY_A_TURN);
    for (; this.#telemetryHead < end; this.#telemetryHead++) {
      const arrival = this.#telemetry[this.#telemetryHead];
      if (arrival === undefined) continue;
      this.#leave(arrival.source);
      if (isRefusing && arrival.class === 'telemetry' && arrival.input !== undefined) this.#refuse(arrival);
      else this.#stepOne(arrival, nowMs, asked);
    }
    if (this.#telemetryHead === this.#telemetry.length) {
      this.#telemetry = [];
      this.#telemetryHead = 0;
    } else if (this.#telemetryHead > 4_096) {
      this.#telemetry = this.#telemetry.slice(this.#telemetryHead);
      this.#telemetryHead = 0;
    }
    return asked;
  }

  #leave(source: string): void {
    const waiting = this.#waitingBySource.get(source) ?? 0;
    if (waiting <= 1) this.#waitingBySource.delete(source);
    else this.#waitingBySource.set(source, waiting - 1);
  }

  #stepOne(arrival: Arrival, nowMs: TimestampMs, asked: ScoreEffect[]): void {
    try {
      const reply = arrival.input === undefined ? undefined : this.#log(arrival.input, nowMs, asked);
      this.#taken.push({ arrival, reply });
    } catch (error) {
      this.#expel(arrival, error);
    }
  }

  /** A defect in the core must not stop the store: what was good is committed, the state is read back, the culprit is set aside. */
  #expel(arrival: Arrival, error: unknown): void {
    this.#dropLast();
    arrival.settle({ kind: 'poison', detail: error instanceof Error ? (error.stack ?? error.message) : String(error) });
  }

  /** Takes the input that broke the core out of the turn, writes the rest, and goes on from the log: the defect may have left half a change. */
  #dropLast(): void {
    this.#inputs.pop();
    this.#seq--;
    this.#options.counters.add('endcap_step_failures_total');
    if (this.#inputs.length > 0) this.#commit('broken-state');
    this.#readBack();
  }

  #log(input: Input, nowMs: TimestampMs, asked: ScoreEffect[]): Reply | undefined {
    const logged: LoggedInput = { seq: ++this.#seq, atMs: nowMs, input };
    this.#inputs.push(logged);
    return this.#sort(step(this.#state, logged), asked);
  }

  #sort(effects: readonly Effect[], asked: ScoreEffect[]): Reply | undefined {
    let reply: Reply | undefined;
    for (const effect of effects) {
      switch (effect.kind) {
        case 'score':
          asked.push(effect);
          break;
        case 'reply':
          reply = effect.reply;
          break;
        case 'act.deliver':
        case 'act.withdraw':
        case 'act.display':
        case 'act.alert':
        case 'act.visit-closed':
          this.#acts.push(effect);
          break;
        case 'row.minute': {
          this.#rows.push(effect);
          const folded = foldMinute(this.#aggregate, effect.minute, this.#options.aggregateSettings);
          this.#aggregate = folded.state;
          this.#batches.push(...encodeBatchBodies(folded.rows));
          break;
        }
        default:
          this.#rows.push(effect);
      }
    }
    return reply;
  }

  /** Scores everything the turn asked for in one batch; the answers are inputs of the same turn. */
  async #score(asked: readonly ScoreEffect[]): Promise<void> {
    const answers = await this.#options.scorer.score(asked);
    const more: ScoreEffect[] = [];
    const nowMs = this.#options.nowMs();
    asked.forEach((request, index) => {
      try {
        this.#log({ kind: 'scored', request: request.request, visit: request.visit.id, scores: answers[index] ?? [] }, nowMs, more);
      } catch {
        // What was scored is good and stays; only its decision is missing.
        this.#dropLast();
      }
    });
  }

  #mustCommit(): boolean {
    if (this.#inputs.length === 0) return this.#taken.length > 0;
    if (this.#acts.length > 0 || this.#rows.length > 0 || this.#stopping) return true;
    if (this.#inputs.length >= COMPANY_ROWS || this.#taken.some(isUrgent)) return true;
    return this.#waitedMs() >= (this.#inputs.length < WORTHWHILE_ROWS ? LONGEST_COMPANY_MS : COMPANY_MS);
  }

  #waitedMs(): number {
    return this.#options.monotonicMs() - this.#oldestMonotonicMs;
  }

  #waitForCompany(): void {
    if (this.#inputs.length === 0 || this.#companyTimer !== undefined) return;
    const waitedMs = this.#waitedMs();
    const untilMs = waitedMs < COMPANY_MS ? COMPANY_MS : LONGEST_COMPANY_MS;
    this.#companyTimer = setTimeout(() => this.#lookForCompany(), Math.max(1, untilMs - waitedMs));
  }

  #lookForCompany(): void {
    this.#companyTimer = undefined;
    if (!this.#running && this.#inputs.length > 0) {
      if (this.#mustCommit()) this.#commit();
      else this.#waitForCompany();
    }
    if (this.#stopping) this.#schedule();
  }

  #commit(state: 'whole' | 'broken-state' = 'whole'): void {
    const turn: TurnRows = { inputs: this.#inputs, rows: this.#rows, batches: this.#batches, atMs: this.#state.nowMs };
    const taken = this.#taken;
    const acts = this.#acts;
    this.#inputs = [];
    this.#rows = [];
    this.#batches = [];
    this.#taken = [];
    this.#acts = [];
    try {
      if (!this.#write(turn)) return this.#salvage(taken);
    } catch (error) {
      this.#options.onTrouble('disk-error', error instanceof Error ? error.message : String(error));
      return this.#giveUp(taken);
    }
    this.#countTurn(turn);
    if (acts.length > 0) this.#options.act(acts);
    for (const { arrival, reply } of taken) arrival.settle({ kind: 'committed', reply });
    if (turn.inputs.length > 0 && state === 'whole') this.#options.onCommitted(turn);
  }

  #countTurn({ inputs, rows }: TurnRows): void {
    const { counters } = this.#options;
    counters.add('endcap_commits_total');
    counters.add('endcap_inbox_rows_total', '', inputs.length);
    for (const row of rows) {
      if (row.kind === 'row.decision')
        counters.add('endcap_decisions_total', `kind="${row.decision.kind}",reason="${row.decision.reason}"`);
    }
  }

  /** Writes a turn, making room once when the quota is reached. */
  #write(turn: TurnRows): boolean {
    const { journal, onTrouble } = this.#options;
    if (turn.inputs.length === 0) return true;
    if (journal.commit(turn) === 'committed') return true;
    onTrouble('disk-full', 'The disk quota is reached; old sensor data is being dropped');
    if (journal.shed(20_000) > 0 && journal.commit(turn) === 'committed') return true;
    return false;
  }

  /**
   * The disk is full beyond shedding. Telemetry of the turn goes; its events get a turn of their own, which may use the reserve, on a state read
   * back from the log. Events that found no room without any telemetry beside them have to be sent again.
   */
  #salvage(taken: readonly Taken[]): void {
    this.#readBack();
    this.#refuseTelemetryUntilMs = this.#options.monotonicMs() + REFUSE_TELEMETRY_MS;
    const events = taken.flatMap(({ arrival }) => (arrival.class === 'event' ? [arrival] : []));
    for (const { arrival } of taken) if (arrival.class === 'telemetry') this.#refuse(arrival);
    if (events.length === taken.length) for (const arrival of events) arrival.settle({ kind: 'failed' });
    else this.#events.unshift(...events);
    this.#options.onFull?.();
    if (this.#events.length > 0) this.#schedule();
  }

  #refuse(arrival: Arrival): void {
    this.#options.counters.add('endcap_shed_total', 'reason="disk-full"');
    arrival.settle({ kind: 'failed' });
  }

  #giveUp(taken: readonly Taken[]): void {
    this.#readBack();
    for (const { arrival } of taken) arrival.settle({ kind: 'failed' });
  }

  #readBack(): void {
    const recovered = this.#options.recover();
    this.#state = recovered.state;
    this.#aggregate = recovered.aggregate;
    this.#seq = this.#options.journal.lastSeq();
  }

  /** A defect inside a turn: nothing of it is acknowledged, the state is read back, the loop goes on. */
  #fail(error: unknown): void {
    const taken = this.#taken;
    [this.#inputs, this.#rows, this.#batches, this.#acts, this.#taken] = [[], [], [], [], []];
    this.#running = false;
    this.#options.counters.add('endcap_turn_failures_total');
    this.#options.onTrouble('disk-error', error instanceof Error ? (error.stack ?? error.message) : String(error));
    this.#giveUp(taken);
    this.#schedule();
  }
}

/** Sensors can wait for their acknowledgement; whoever asked for something else waits for the answer. */
function isUrgent({ arrival, reply }: Taken): boolean {
  return reply !== undefined || (arrival.input !== undefined && arrival.input.kind !== 'reading');
}
