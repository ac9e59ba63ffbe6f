import type { LoggedInput } from '../../agent/core/input.ts';
import { SNAPSHOT_FORMAT, writeState } from '../../agent/core/snapshot.ts';
import { createState, type State } from '../../agent/core/state.ts';
import { step } from '../../agent/core/step.ts';
import { openStore, type Store } from '../../agent/store/store.ts';
import { loadConfig } from '../../config/load.ts';
import { createAggregateState } from '../../sync/aggregate.ts';
import { type BenchStore, deviceName, slotName } from './bench-store.ts';

/** A log as an agent would have written it until a moment ago. */
export interface LogPlan {
  readonly rows: number;
  /** Rows after the newest snapshot. */
  readonly tail: number;
}

/** Rows that are made one by one; more are copies of them. */
const MADE_ROWS = 1_000_000;
const ROWS_A_TURN = 1_000;
const DAY_MS = 86_400_000;

/** Fills a store's data with a day of sensor readings, spread evenly, and a snapshot. */
export function seedLog(bench: BenchStore, plan: LogPlan): void {
  const opened = openStore({ dir: bench.dataDir, quotaBytes: 200e9, nowMs: Date.now() });
  if (!opened.ok) throw new Error(opened.error.message);
  const store = opened.value;
  // What is made here is thrown away with the folder: no need to wait for the disk.
  store.database.sqlite.pragma('synchronous = OFF');
  try {
    const made = Math.min(plan.rows, MADE_ROWS);
    const isCopied = plan.rows > made;
    const { state, snapshot } = makeRows(store, {
      bench,
      rows: made,
      snapshotAt: isCopied ? made : made - plan.tail,
      endMs: Date.now() - 5_000,
    });
    if (isCopied) copyRows(store, { from: made, to: plan.rows });
    const seq = plan.rows - plan.tail;
    store.journal.saveSnapshot({ seq, atMs: state.nowMs, format: SNAPSHOT_FORMAT, body: snapshot });
    store.database.checkpoint();
  } finally {
    store.close(Date.now());
  }
}

interface Making {
  readonly bench: BenchStore;
  readonly rows: number;
  /** Row after which the state is written down. */
  readonly snapshotAt: number;
  readonly endMs: number;
}

function makeRows(store: Store, { bench, rows, snapshotAt, endMs }: Making): { readonly state: State; readonly snapshot: string } {
  const state = createState();
  const aggregate = createAggregateState();
  let snapshot = '';
  let inputs: LoggedInput[] = [];
  for (let seq = 1; seq <= rows; seq += 1) {
    const logged =
      seq === 1 ? configured(bench, endMs - DAY_MS) : reading(bench, { seq, atMs: Math.floor(endMs - (DAY_MS * (rows - seq)) / rows) });
    step(state, logged);
    inputs.push(logged);
    if (seq === Math.max(1, snapshotAt)) snapshot = JSON.stringify({ state: writeState(state), aggregate });
    if (inputs.length < ROWS_A_TURN && seq < rows) continue;
    if (store.journal.commit({ inputs, rows: [], batches: [], atMs: logged.atMs }) !== 'committed')
      throw new Error('Cannot make the log: the quota is reached');
    inputs = [];
  }
  return { state, snapshot };
}

/** SQLite copies rows ten times as fast as they are made. */
function copyRows(store: Store, { from, to }: { readonly from: number; readonly to: number }): void {
  const copy = store.database.sqlite.prepare<[number, number]>(
    'INSERT INTO inbox (seq, at_ms, kind, subject, body) SELECT seq + ?, at_ms, kind, subject, body FROM inbox WHERE seq > 1 AND seq <= ? ORDER BY seq',
  );
  // Row 1 configures the store and is not copied, so each copy begins one position earlier.
  for (let last = from; last < to; ) {
    const many = Math.min(from, to - last + 1);
    last += copy.run(last - 1, many).changes;
  }
}

function configured(bench: BenchStore, atMs: number): LoggedInput {
  const outcome = loadConfig({ file: bench.configFile, environment: {}, workingDirectory: '/' });
  if (outcome.kind !== 'loaded') throw new Error(`Cannot read "${bench.configFile}": ${outcome.problems[0]?.message}`);
  return { seq: 1, atMs, input: { kind: 'store.configured', store: outcome.loaded.store } };
}

function reading(bench: BenchStore, { seq, atMs }: { readonly seq: number; readonly atMs: number }): LoggedInput {
  const device = seq % bench.devices.length;
  return {
    seq,
    atMs,
    input: {
      kind: 'reading',
      reading: {
        id: `seed-${seq}`,
        device: deviceName(device),
        atMs: atMs - 20,
        kind: 'shelf.weight',
        slot: slotName(device),
        grams: 5_012.25,
      },
    },
  };
}
