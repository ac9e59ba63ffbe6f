import type { AggregateState } from '../../sync/aggregate.ts';
import type { State } from '../core/state.ts';
import type { Journal, TurnRows } from './ports.ts';
import { takeSnapshot } from './recovery.ts';

/** A snapshot is due after this many log entries (they are read back in about a second) ... */
const EVERY_ROWS = 100_000;
/** ... or after this long, when anything was logged. */
const EVERY_MS = 10 * 60_000;

/** On a full disk they are taken no more often than this. */
const FOR_ROOM_EVERY_MS = 10_000;

/** Decides when state is written down; called after every commit, the one moment at which state and disk agree. */
export class Snapshots {
  readonly #journal: Journal;
  readonly #current: () => { readonly state: Readonly<State>; readonly aggregate: AggregateState };
  readonly #onError: (error: unknown) => void;
  #rows = 0;
  #takenAtMs = 0;
  #forRoomAtMs = Number.NEGATIVE_INFINITY;

  constructor(
    journal: Journal,
    parts: {
      readonly current: () => { readonly state: Readonly<State>; readonly aggregate: AggregateState };
      readonly onError: (error: unknown) => void;
    },
  ) {
    this.#journal = journal;
    this.#current = parts.current;
    this.#onError = parts.onError;
  }

  /** Takes a snapshot when one is due: by rows, by time, or because a visit was erased and must not live on in an older one. */
  committed(turn: TurnRows): void {
    this.#rows += turn.inputs.length;
    if (this.#takenAtMs === 0) this.#takenAtMs = turn.atMs;
    const forgotten = turn.rows.some(({ kind }) => kind === 'row.forget');
    if (!forgotten && this.#rows < EVERY_ROWS && turn.atMs - this.#takenAtMs < EVERY_MS) return;
    this.take(turn.atMs);
  }

  /** Takes one because the disk is full and only what a snapshot covers may be shed; state must agree with the disk. */
  takeForRoom(atMs: number): void {
    if (this.#rows === 0 || Math.abs(atMs - this.#forRoomAtMs) < FOR_ROOM_EVERY_MS) return;
    this.#forRoomAtMs = atMs;
    this.take(atMs);
  }

  /** Takes one now; state must agree with the disk. A failure is reported and leaves the older snapshots as they are. */
  take(atMs: number): void {
    try {
      takeSnapshot(this.#journal, this.#current());
      this.#rows = 0;
      this.#takenAtMs = atMs;
    } catch (error) {
      this.#onError(error);
    }
  }
}
