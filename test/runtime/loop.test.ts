import { afterEach, describe, expect, it } from 'vitest';
import type { ScoreEffect } from '../../agent/core/effect.ts';
import type { Journal, TurnRows } from '../../agent/runtime/ports.ts';
import { at } from '../../models/confidence.ts';
import { RuleScorer } from '../../models/rule-scorer.ts';
import { UNKNOWN, VISIT_SPEC } from '../../models/visit-spec.ts';
import { WEATHER_LEVELS } from '../../models/weather.ts';
import { visitIn } from '../support/core-driver.ts';
import { LoopRig } from '../support/loop-rig.ts';

const VISIT = visitIn('treated');
const rigs: LoopRig[] = [];

afterEach(async () => {
  for (const rig of rigs.splice(0)) await rig.close();
});

async function rig(options: ConstructorParameters<typeof LoopRig>[0] = {}): Promise<LoopRig> {
  const made = new LoopRig(options);
  rigs.push(made);
  return made.configure();
}

function openVisit(made: LoopRig) {
  return made.loop.submit({
    kind: 'visit.opened',
    visit: VISIT,
    consents: { offers: true, measurement: true },
    textVersion: '1',
    fixture: 'shelf-03',
    tokenHash: 'h',
  });
}

describe('the loop', () => {
  it('settles a message only when its row is on disk', async () => {
    const events: string[] = [];
    const made = await rig({
      wrap: (journal) => spying(journal, (turn) => events.push(...turn.inputs.map(({ input }) => `commit ${input.kind}`))),
    });
    events.length = 0;
    await made.pick('1').then(() => events.push('settled'));
    expect(events).toEqual(['commit reading', 'settled']);
  });

  it('scores, decides and delivers within the turn of the event, and acts after the commit', async () => {
    const made = await rig();
    await openVisit(made);
    await made.pick('1');
    expect(made.logged().slice(-2)).toEqual(['shelf.pick 1', 'scored']);
    expect(made.acts.map(({ kind }) => kind)).toContain('act.deliver');
    expect(made.store.decisions.list({ limit: 10 }).map(({ reason }) => reason)).toEqual(['offer']);
  });

  it('lets what a context message says into the features of the next decision, and no longer than it holds', async () => {
    const rules = new RuleScorer();
    // Real features with an intent that no campaign wants: an open offer would end the scoring.
    const shy = async (requests: readonly ScoreEffect[]) =>
      (await rules.score(requests)).map((scores) => scores.map((score) => ({ ...score, intent: 0 })));
    const made = await rig({ scorer: { name: 'shy', score: shy } });
    const around = async (id: string) => {
      await made.pick(id);
      const scored = [...made.store.journal.read(0)].flatMap(({ input }) => (input.kind === 'scored' ? input.scores : []));
      const { features, featureSpec } = scored.at(-1)!;
      expect(featureSpec).toBe(VISIT_SPEC.id);
      return ['weather', 'event', 'weekday'].map((name) => features[at(name)]);
    };
    const say = (topic: string, value: string) => {
      const [now, until] = [0, 60_000].map((ms) => new Date(made.nowMs + ms).toISOString());
      return made.receive('climate-1', { id: `${topic}-${made.nowMs}`, at: now, kind: 'context', topic, value, until });
    };
    await openVisit(made);
    expect(await around('1')).toEqual([UNKNOWN, UNKNOWN, 0]);
    made.nowMs += 30_000;
    expect(await say('weather', 'Light rain')).toBe('done');
    await say('event', 'street fair');
    expect(await around('2')).toEqual([WEATHER_LEVELS.indexOf('rain'), 1, 0]);
    made.nowMs += 70_000;
    expect(await around('3')).toEqual([UNKNOWN, 0, 0]);
  });

  it('gathers messages that arrive together into one commit', async () => {
    const made = await rig();
    const before = made.counters.total('endcap_commits_total');
    await Promise.all(Array.from({ length: 50 }, (_, n) => made.receive('shelf-03', weight(`w${n}`, made.nowMs))));
    expect(made.counters.total('endcap_commits_total') - before).toBe(1);
  });

  it('lets what leads to nothing wait for company: six rows 20 ms, fewer of them 100 ms', async () => {
    let steadyMs = 0;
    let looks = 0;
    const monotonicMs = () => {
      looks++;
      return steadyMs;
    };
    const made = await rig({ monotonicMs });
    const before = made.counters.total('endcap_commits_total');
    const commits = () => made.counters.total('endcap_commits_total') - before;
    const weights = [1, 2, 3, 4, 5].map((n) => made.receive('shelf-03', weight(`w${n}`, made.nowMs)));
    await new Promise((resolve) => setImmediate(resolve));
    steadyMs = 50;
    // The loop has looked whether time is up, and left five rows to wait.
    const seen = looks;
    await expect.poll(() => looks).toBeGreaterThan(seen + 1);
    expect(commits()).toBe(0);
    const sixth = made.receive('shelf-03', weight('w6', made.nowMs));
    expect(await Promise.all([...weights, sixth])).toEqual(Array(6).fill('done'));
    expect(commits()).toBe(1);
    const lone = made.receive('shelf-03', weight('w7', made.nowMs));
    await new Promise((resolve) => setImmediate(resolve));
    steadyMs = 150;
    expect(await lone).toBe('done');
    expect(commits()).toBe(2);
  });

  it('keeps the order of one device even when events may overtake telemetry of others', async () => {
    const made = await rig();
    const order: string[] = [];
    const done = [
      made.receive('shelf-03', weight('w1', made.nowMs)).then(() => order.push('w1')),
      made.pick('p1').then(() => order.push('p1')),
      made.pick('p2', '07-1').then(() => order.push('p2')),
    ];
    await Promise.all(done);
    expect(made.logged().slice(-3)).toEqual(['shelf.pick p2', 'shelf.weight w1', 'shelf.pick p1']);
    expect(order.indexOf('w1')).toBeLessThan(order.indexOf('p1'));
  });

  it('acknowledges nothing of a turn that could not be written, and is right again afterwards', async () => {
    let broken = false;
    const made = await rig({ wrap: (journal) => failing(journal, () => broken) });
    await openVisit(made);
    broken = true;
    expect(await made.pick('1')).toBe('retry');
    expect(made.acts.filter(({ kind }) => kind === 'act.deliver')).toEqual([]);
    expect(made.troubles).toContain('disk-error');
    broken = false;
    // The same message again: not a duplicate, because the first was never stored.
    expect(await made.pick('1')).toBe('done');
    expect(made.logged().filter((entry) => entry === 'shelf.pick 1')).toHaveLength(1);
    expect(made.loop.state.visits.get(VISIT)?.interest.get('coffee-02')?.picks).toBe(1);
  });

  it('refuses what comes after stop and writes what was under way', async () => {
    const made = await rig();
    const underWay = made.receive('shelf-03', weight('w1', made.nowMs));
    await made.loop.stop();
    expect(await underWay).toBe('done');
    expect(await made.pick('2')).toBe('retry');
  });
});

describe('a full disk', () => {
  it('sheds telemetry, keeps redemptions and consents, and recovers without a restart', async () => {
    let isFull = false;
    const made = await rig({
      wrap: (journal) => ({
        ...bound(journal),
        commit: (turn) =>
          isFull && turn.inputs.some(({ input }) => input.kind === 'reading' && input.reading.kind === 'shelf.weight')
            ? 'full'
            : journal.commit(turn),
      }),
    });
    await openVisit(made);
    isFull = true;
    const settled = await Promise.all([made.receive('shelf-03', weight('w1', made.nowMs)), made.pick('p1', '07-1')]);
    expect(settled).toEqual(['retry', 'done']);
    expect(made.counters.total('endcap_shed_total')).toBe(1);
    expect((await made.loop.submit({ kind: 'visit.consented', visit: VISIT, consents: { offers: false }, textVersion: '1' })).kind).toBe(
      'committed',
    );
    isFull = false;
    // Telemetry is refused for a moment; the device sends it again until it is taken.
    await expect.poll(() => made.receive('shelf-03', weight('w1', made.nowMs))).toBe('done');
    expect(made.logged()).toEqual(['store.configured', 'visit.opened', 'shelf.pick p1', 'visit.consented', 'shelf.weight w1']);
  });
});

describe('a full disk with shoppers in the store', () => {
  it('still makes the offer of an event whose turn was refused for the telemetry in it, and counts its decision once', async () => {
    let isFull = true;
    const made = await rig({
      wrap: (journal) => ({
        ...bound(journal),
        commit: (turn) =>
          isFull && turn.inputs.some(({ input }) => input.kind === 'reading' && input.reading.kind === 'shelf.weight')
            ? 'full'
            : journal.commit(turn),
      }),
    });
    await openVisit(made);
    const settled = await Promise.all([made.receive('shelf-07', weight('w1', made.nowMs, '07-1')), made.pick('p1')]);
    expect(settled).toEqual(['retry', 'done']);
    expect(made.logged().slice(-2)).toEqual(['shelf.pick p1', 'scored']);
    expect(made.acts.map(({ kind }) => kind)).toContain('act.deliver');
    expect(made.counters.total('endcap_decisions_total')).toBe(1);
    isFull = false;
  });
});

describe('a defect in the core', () => {
  it('that shows when a score arrives costs that decision and nothing else', async () => {
    let isBroken = true;
    // A score that is none: the core trips over it.
    const scorer = {
      name: 'broken@1',
      score: async (requests: readonly unknown[]) => requests.map(() => (isBroken ? [undefined as never] : [])),
    };
    const made = await rig({ scorer });
    await openVisit(made);
    expect(await made.pick('1')).toBe('done');
    expect(made.counters.total('endcap_step_failures_total')).toBe(1);
    expect(made.counters.total('endcap_turn_failures_total')).toBe(0);
    isBroken = false;
    expect(await made.pick('2')).toBe('done');
    expect(made.logged().slice(-3)).toEqual(['shelf.pick 1', 'shelf.pick 2', 'scored']);
    expect(made.loop.state.visits.get(VISIT)?.interest.get('coffee-02')?.picks).toBe(2);
  });

  it('never gets into a snapshot: what the turn held before it is written without one', async () => {
    const made = await rig();
    const committed: number[] = [];
    made.onCommitted = (turn) => committed.push(turn.inputs.length);
    const before = made.pick('1');
    const poison = made.loop.submit({
      kind: 'offer.receipt',
      visit: VISIT,
      get offer(): never {
        throw new Error('defect');
      },
      state: 'shown',
    } as never);
    expect([await before, (await poison).kind]).toEqual(['done', 'poison']);
    expect(committed).toEqual([]);
  });
});

describe('a restart', () => {
  it('after a kill has exactly the state that was acknowledged', async () => {
    const first = new LoopRig();
    await first.configure();
    await openVisit(first);
    await first.pick('1');
    const offer = [...first.loop.state.offers.keys()][0] ?? '';
    await first.loop.submit({ kind: 'offer.redeem', offer, receipt: 'r1', till: 'till-1' });
    first.abandon();
    const second = new LoopRig({ dir: first.dir });
    rigs.push(second);
    expect(second.replayed).toBe(5);
    expect(second.loop.state.visits.get(VISIT)?.interest.get('coffee-02')?.picks).toBe(1);
    const again = await second.loop.submit({ kind: 'offer.redeem', offer, receipt: 'r2', till: 'till-2' });
    expect(again).toMatchObject({ kind: 'committed', reply: { kind: 'already-redeemed' } });
  });
});

function weight(id: string, atMs: number, slot = '03-1') {
  return { id, at: new Date(atMs).toISOString(), kind: 'shelf.weight', slot, grams: 5_000 };
}

/** A journal whose methods can be replaced one by one. */
function bound(journal: Journal): Journal {
  return {
    lastSeq: () => journal.lastSeq(),
    commit: (turn) => journal.commit(turn),
    read: (afterSeq) => journal.read(afterSeq),
    snapshot: () => journal.snapshot(),
    saveSnapshot: (snapshot) => journal.saveSnapshot(snapshot),
    shed: (rows) => journal.shed(rows),
  };
}

function spying(journal: Journal, see: (turn: TurnRows) => void): Journal {
  return {
    ...bound(journal),
    commit(turn) {
      see(turn);
      return journal.commit(turn);
    },
  };
}

function failing(journal: Journal, isBroken: () => boolean): Journal {
  return {
    ...bound(journal),
    commit(turn) {
      if (isBroken()) throw new Error('I/O error');
      return journal.commit(turn);
    },
  };
}
