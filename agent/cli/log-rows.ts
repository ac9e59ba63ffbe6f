import { once } from 'node:events';
import { createWriteStream } from 'node:fs';
import { features } from '../../models/features.ts';
import { endingWeights } from '../../models/lifecycle/coverage.ts';
import { type LabelledVisit, OutcomeLabels } from '../../models/lifecycle/labels.ts';
import type { LabelledRow } from '../../models/training/rows.ts';
import { VISIT_SPEC } from '../../models/visit-spec.ts';
import type { Effect, RowEffect } from '../core/effect.ts';
import type { LoggedInput } from '../core/input.ts';
import { localTime } from '../core/local-time.ts';
import type { State } from '../core/state.ts';
import { step } from '../core/step.ts';

/** A row of a store's own log: what was known when a product was scored, whether it was bought, how many visits it stands for. */
export interface OwnRow extends LabelledRow {
  readonly values: number[];
  readonly label: 0 | 1;
  readonly weight: number;
  readonly group: string;
  readonly atMs: number;
}

/** What a store's own log has to learn from. */
export interface OwnDays {
  readonly storeId: string;
  readonly timeZone: string;
  /** Oldest first; at most `MOST_ROWS`. */
  readonly rows: readonly OwnRow[];
  /** Visits with a known outcome. */
  readonly visits: number;
  /** Visits that are left out: an offer may have changed what they bought, or they paid and no till said what. */
  readonly offered: number;
  readonly unnamed: number;
  /** Products that an earlier version of the agent scored by other features: theirs were worked out again. */
  readonly again: number;
  /** Older visits that were left out for room. */
  readonly shed: number;
  /** Share of the buyers that tills name; `undefined` where too little is seen to tell, and nothing may be learnt. */
  readonly namedShare: number | undefined;
  /** Span of the log. */
  readonly fromMs: number;
  readonly toMs: number;
}

/** Rows kept, the newest: what is learnt from within two minutes. */
export const MOST_ROWS = 100_000;
/** Entries between two signs of life. */
const PROGRESS_EVERY = 20_000;
/** Requests for scores that wait for their answer in the log; it comes a few entries later. */
const MOST_REQUESTS = 1_000;

/** Plays a store's own log again and collects what it has to learn from. Changes `state`. */
export async function collectOwnDays(
  from: { readonly state: State; readonly log: Iterable<LoggedInput> },
  options: {
    /** Share of the buyers that tills name, where the store knows it. */
    readonly namedShare?: number | undefined;
    readonly progress?: (entries: number, visits: number) => void;
  } = {},
): Promise<OwnDays> {
  const { state } = from;
  const labels = new OutcomeLabels();
  const vectors = new Vectors(state);
  let visits: LabelledVisit[] = [];
  let [entries, kept, offered, unnamed, shed, fromMs, toMs] = [0, 0, 0, 0, 0, 0, 0];
  for (const logged of from.log) {
    fromMs ||= logged.atMs;
    toMs = logged.atMs;
    const effects = step(state, logged);
    vectors.note(effects);
    const rows = effects.filter((effect): effect is RowEffect => effect.kind.startsWith('row.'));
    for (const visit of labels.note({ inputs: [vectors.today(logged)], rows })) {
      if (visit.scores.length > 0) {
        visits.push(visit);
        kept += visit.scores.length;
      } else if (visit.ending === 'unnamed-at-checkout') unnamed++;
      else offered++;
    }
    if (kept > 2 * MOST_ROWS) {
      const before = visits.length;
      visits = newest(visits);
      shed += before - visits.length;
      kept = visits.reduce((sum, { scores }) => sum + scores.length, 0);
    }
    if (++entries % PROGRESS_EVERY === 0) {
      options.progress?.(entries, visits.length);
      // Whoever wants this to end gets to say so.
      await new Promise((resolve) => setImmediate(resolve));
    }
  }
  const before = visits.length;
  visits = newest(visits);
  const weights = endingWeights(labels.coverage, options.namedShare);
  const storeId = state.store?.map.storeId ?? '';
  const rows = visits.flatMap((visit) => {
    const ending = weights === undefined ? 1 : visit.ending === 'named' ? weights.named : weights.neither;
    return visit.scores.map(
      ({ score, label, atMs }): OwnRow => ({
        values: [...score.features],
        featureSpec: score.featureSpec,
        label,
        weight: visit.weight * ending,
        store: storeId,
        group: visit.visit,
        atMs,
      }),
    );
  });
  return {
    storeId,
    timeZone: state.store?.map.timeZone ?? 'UTC',
    rows,
    visits: visits.length,
    offered,
    unnamed,
    again: vectors.again,
    shed: shed + before - visits.length,
    namedShare: weights?.namedShare,
    fromMs,
    toMs,
  };
}

/** Appends the rows to a rows file (JSON Lines). */
export async function writeOwnRows(rows: readonly OwnRow[], path: string): Promise<void> {
  const out = createWriteStream(path, { flags: 'a' });
  for (const row of rows) {
    // What is not a number is not known.
    const values = row.values.map((value) => (Number.isFinite(value) ? value : null));
    if (!out.write(`${JSON.stringify({ ...row, values })}\n`)) await once(out, 'drain');
  }
  out.end();
  await once(out, 'finish');
}

/** The newest visits that make at most `MOST_ROWS` rows, oldest first. */
function newest(visits: readonly LabelledVisit[]): LabelledVisit[] {
  let rows = 0;
  let from = visits.length;
  while (from > 0 && rows + visits[from - 1]!.scores.length <= MOST_ROWS) rows += visits[--from]!.scores.length;
  return visits.slice(from);
}

/** Features as this version of the agent has them: a log may be older than the agent that reads it, and says all that they are made of. */
class Vectors {
  readonly #state: State;
  readonly #made = new Map<string, ReadonlyMap<string, number[]>>();
  #minuteOfDay: ((atMs: number) => number) | undefined;
  #zone = '';
  again = 0;

  constructor(state: State) {
    this.#state = state;
  }

  /** Works out what is about to be scored; the visit changes afterwards. */
  note(effects: readonly Effect[]): void {
    for (const effect of effects) {
      if (effect.kind !== 'score') continue;
      const options = { minuteOfDay: this.#clock()(effect.nowMs) };
      this.#made.set(effect.request, new Map(effect.products.map((product) => [product.sku, features(effect, product, options)])));
      if (this.#made.size > MOST_REQUESTS) for (const oldest of this.#made.keys()) return void this.#made.delete(oldest);
    }
  }

  /** An entry with scores as they would be written today; what cannot be worked out again is left out. */
  today(logged: LoggedInput): LoggedInput {
    const { input } = logged;
    if (input.kind !== 'scored') return logged;
    const made = this.#made.get(input.request);
    this.#made.delete(input.request);
    if (input.scores.every(({ featureSpec }) => featureSpec === VISIT_SPEC.id)) return logged;
    const scores = input.scores.flatMap((score) => {
      if (score.featureSpec === VISIT_SPEC.id) return [score];
      const values = made?.get(score.sku);
      if (values === undefined) return [];
      this.again++;
      return [{ ...score, features: values, featureSpec: VISIT_SPEC.id }];
    });
    return { ...logged, input: { ...input, scores } };
  }

  #clock(): (atMs: number) => number {
    const zone = this.#state.store?.map.timeZone ?? 'UTC';
    if (this.#minuteOfDay === undefined || zone !== this.#zone) {
      const time = localTime(zone);
      [this.#zone, this.#minuteOfDay] = [zone, (atMs) => time.minuteOfDay(atMs)];
    }
    return this.#minuteOfDay;
  }
}
