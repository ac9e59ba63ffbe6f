import type { Decision, Offer, Score } from '../../agent/core/decision.ts';
import type { Effect, Reply, RowEffect } from '../../agent/core/effect.ts';
import type { ConsentChoice, Input, LoggedInput } from '../../agent/core/input.ts';
import type { ReadingBody } from '../../agent/core/reading.ts';
import { createState, type State } from '../../agent/core/state.ts';
import { step } from '../../agent/core/step.ts';
import type { StoreMap } from '../../agent/core/store-map.ts';
import { sampleStore } from './sample-store.ts';

/** A Monday, 10:00 in Berlin. */
export const START_MS = Date.UTC(2026, 5, 1, 8, 0, 0);

/** Drives the pure core in tests: inputs at chosen times, scores answered by a function, everything kept. */
export class CoreDriver {
  state: State;
  nowMs = START_MS;
  seq = 0;
  readonly log: LoggedInput[] = [];
  readonly effects: Effect[] = [];
  /** Intent that every scored product gets; undefined leaves requests unanswered. */
  intent: number | undefined = 0.25;
  confidence = 1;

  constructor(store: StoreMap = sampleStore(), state: State = createState()) {
    this.state = state;
    this.input({ kind: 'store.configured', store });
  }

  /** Applies one input now; answers score requests; returns its effects. */
  input(input: Input): readonly Effect[] {
    const logged: LoggedInput = { seq: ++this.seq, atMs: this.nowMs, input };
    this.log.push(logged);
    const effects = [...step(this.state, logged)];
    this.effects.push(...effects);
    for (const effect of effects.slice()) {
      if (effect.kind !== 'score' || this.intent === undefined) continue;
      const scores = effect.products.map((product): Score => this.scoreOf(product.sku));
      effects.push(...this.input({ kind: 'scored', request: effect.request, visit: effect.visit.id, scores }));
    }
    return effects;
  }

  scoreOf(sku: string): Score {
    return { sku, intent: this.intent ?? 0, confidence: this.confidence, features: [1, 2], featureSpec: 'test', model: 'test@1' };
  }

  wait(ms: number): this {
    this.nowMs += ms;
    return this;
  }

  tick(): readonly Effect[] {
    return this.input({ kind: 'tick' });
  }

  reading(
    device: string,
    body: ReadingBody,
    changes: { readonly late?: boolean; readonly offers?: readonly string[] } = {},
  ): readonly Effect[] {
    return this.input({ kind: 'reading', reading: { id: `m${this.seq}`, device, atMs: this.nowMs, ...body }, ...changes });
  }

  pick(slot: string, count = 1): readonly Effect[] {
    return this.reading(`shelf-${slot.slice(0, 2)}`, { kind: 'shelf.pick', slot, count });
  }

  putBack(slot: string, count = 1): readonly Effect[] {
    return this.reading(`shelf-${slot.slice(0, 2)}`, { kind: 'shelf.return', slot, count });
  }

  /** Opens the shop page; consents to both purposes unless told otherwise. */
  open(visit: string, at?: { readonly fixture?: string; readonly tag?: string; readonly consents?: ConsentChoice }): readonly Effect[] {
    return this.input({
      kind: 'visit.opened',
      visit,
      consents: at?.consents ?? { offers: true, measurement: true },
      textVersion: '1',
      tokenHash: `hash-${visit}`,
      ...(at?.fixture === undefined ? {} : { fixture: at.fixture }),
      ...(at?.tag === undefined ? {} : { tag: at.tag }),
    });
  }

  decisions(): readonly Decision[] {
    return this.effects.flatMap((effect) => (effect.kind === 'row.decision' ? [effect.decision] : []));
  }

  offers(): readonly Offer[] {
    return this.effects.flatMap((effect) => (effect.kind === 'act.deliver' ? [effect.offer] : []));
  }

  rows<K extends RowEffect['kind']>(kind: K): readonly Extract<RowEffect, { readonly kind: K }>[] {
    return this.effects.filter((effect): effect is Extract<RowEffect, { readonly kind: K }> => effect.kind === kind);
  }
}

/** The reply among effects; throws when there is none. */
export function replyOf(effects: readonly Effect[]): Reply {
  for (const effect of effects) if (effect.kind === 'reply') return effect.reply;
  throw new Error('Cannot find a reply: the input gave none');
}

/** A visit id of the sample store in the wanted arm. */
export function visitIn(arm: 'treated' | 'holdout', from = 0): string {
  for (let n = from; ; n++) {
    const driver = new CoreDriver();
    driver.open(`v_${n}`);
    if (driver.state.visits.get(`v_${n}`)?.arm === arm) return `v_${n}`;
  }
}
