import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { ActEffect } from '../../agent/core/effect.ts';
import type { StoreMap } from '../../agent/core/store-map.ts';
import { Counters } from '../../agent/runtime/counters.ts';
import { Gate } from '../../agent/runtime/gate.ts';
import { Loop, type LoopOptions } from '../../agent/runtime/loop.ts';
import type { Journal, TurnRows } from '../../agent/runtime/ports.ts';
import { recover, takeSnapshot } from '../../agent/runtime/recovery.ts';
import { openStore, type Store } from '../../agent/store/store.ts';
import { createAdapterRegistry } from '../../devices/adapters/registry.ts';
import type { InboundMessage, Settlement } from '../../devices/transports/transport.ts';
import type { Scorer } from '../../models/scorer.ts';
import { START_MS } from './core-driver.ts';
import { sampleStore } from './sample-store.ts';

const SETTINGS = { minVisits: 10, timeZone: 'Europe/Berlin' };

export interface RigOptions {
  readonly dir?: string;
  readonly quotaBytes?: number;
  readonly map?: StoreMap;
  readonly scorer?: Scorer;
  /** When its day begins; `START_MS` by default. */
  readonly startMs?: number;
  /** The steady clock; the machine's own by default. */
  readonly monotonicMs?: () => number;
  /** Wraps the journal, to make it fail. */
  readonly wrap?: (journal: Journal) => Journal;
}

/** A loop and a gate over a real database in a temporary folder, with a clock that the test moves. */
export class LoopRig {
  readonly dir: string;
  readonly store: Store;
  readonly counters = new Counters();
  readonly acts: ActEffect[] = [];
  readonly troubles: string[] = [];
  readonly quarantined: string[] = [];
  readonly loop: Loop;
  readonly gate: Gate;
  nowMs: number;
  /** Told after each commit. */
  onCommitted: (turn: TurnRows) => void = () => undefined;
  replayed: number;

  constructor(options: RigOptions = {}) {
    this.dir = options.dir ?? mkdtempSync(join(tmpdir(), 'endcap-loop-'));
    this.nowMs = options.startMs ?? START_MS;
    const opened = openStore({ dir: this.dir, quotaBytes: options.quotaBytes ?? 256 * 1024 * 1024, nowMs: this.nowMs });
    if (!opened.ok) throw new Error(opened.error.message);
    this.store = opened.value;
    const journal = options.wrap?.(this.store.journal) ?? this.store.journal;
    const recovered = recover(this.store.journal, SETTINGS);
    this.replayed = recovered.replayed;
    this.nowMs = Math.max(this.nowMs, recovered.state.nowMs);
    const loopOptions: LoopOptions = {
      ...recovered,
      aggregateSettings: SETTINGS,
      journal,
      scorer: options.scorer ?? steadyScorer(0.25),
      counters: this.counters,
      nowMs: () => this.nowMs,
      monotonicMs: options.monotonicMs ?? (() => performance.now()),
      act: (acts) => this.acts.push(...acts),
      recover: () => recover(this.store.journal, SETTINGS),
      onCommitted: (turn) => this.onCommitted(turn),
      onTrouble: (trouble) => this.troubles.push(trouble),
      onFull: () => void takeSnapshot(journal, { state: this.loop.state, aggregate: this.loop.aggregate }),
    };
    this.loop = new Loop(loopOptions);
    this.gate = new Gate({
      loop: this.loop,
      decode: createAdapterRegistry({ store: 'demo' }).decode,
      counters: this.counters,
      nowMs: () => this.nowMs,
      resolveCode: (code) => (code.startsWith('o') ? code : undefined),
      quarantine: ({ reason }) => this.quarantined.push(reason),
    });
  }

  /** Records the sample store, as the agent does at its first start. */
  async configure(map: StoreMap = sampleStore()): Promise<this> {
    await this.loop.submit({ kind: 'store.configured', store: map });
    return this;
  }

  /** A device's message; resolves with how it was settled. */
  receive(device: string, body: object | string, options: { readonly qos?: 0 | 1 } = {}): Promise<Settlement> {
    const payload = typeof body === 'string' ? body : JSON.stringify(body);
    const message: InboundMessage = {
      topic: `endcap/v1/demo/${device}/event`,
      payload: Buffer.from(payload),
      qos: options.qos ?? 1,
      retain: false,
      client: device,
      receivedAtMs: this.nowMs,
    };
    return new Promise((resolve) => this.gate.receive(message, resolve));
  }

  pick(id: string, slot = '03-2', atMs = this.nowMs): Promise<Settlement> {
    return this.receive(`shelf-${slot.slice(0, 2)}`, { id, at: new Date(atMs).toISOString(), kind: 'shelf.pick', slot, count: 1 });
  }

  logged(): readonly string[] {
    return [...this.store.journal.read(0)].map(({ input }) =>
      input.kind === 'reading' ? `${input.reading.kind} ${input.reading.id}` : input.kind,
    );
  }

  /** Ends as a kill would: nothing is flushed, nothing snapshot. */
  abandon(): void {
    this.store.close(this.nowMs);
  }

  async close(): Promise<void> {
    await this.loop.stop();
    this.store.close(this.nowMs);
    rmSync(this.dir, { recursive: true, force: true });
  }
}

/** Gives every product the same intent, surely. */
export function steadyScorer(intent: number): Scorer {
  return {
    name: 'steady@1',
    score: async (requests) =>
      requests.map(({ products }) =>
        products.map(({ sku }) => ({ sku, intent, confidence: 1, features: [], featureSpec: 'test', model: 'steady@1' })),
      ),
  };
}
