import type { TimestampMs } from '../core/units.ts';
import { inTransaction, type Sqlite, type Statement } from './sqlite.ts';

/** What a model said and what came of it; names no visit. */
export interface ModelExampleRow {
  readonly atMs: TimestampMs;
  readonly model: string;
  readonly raw: number;
  readonly label: 0 | 1;
  readonly weight: number;
  /** 1 when a till named its visit. */
  readonly named: 0 | 1;
}

/** Something that somebody asked of the models from outside of the agent. */
export interface ModelRequest {
  readonly no: number;
  readonly verb: string;
  readonly detail: string;
  readonly by: string;
}

/** What became of a request. */
export interface ModelAnswer {
  readonly ok: boolean;
  readonly sentence: string;
}

/** Examples kept; the oldest go. */
export const MAX_EXAMPLES = 20_000;

/** Requests kept, answered ones included. */
const MAX_REQUESTS = 100;

/** Where the models of a store stand, what came of their scores, and what was asked of them. */
export class ModelsTable {
  readonly #sqlite: Sqlite;
  readonly #get: Statement<[string], string>;
  readonly #set: Statement<[string, string]>;
  readonly #addExample: Statement<[number, string, number, number, number, number]>;
  readonly #prune: Statement<[number]>;
  readonly #examples: Statement<[string, number], ModelExampleRow>;
  readonly #ask: Statement<[number, string, string, string]>;
  readonly #pruneRequests: Statement<[]>;
  readonly #pending: Statement<[], ModelRequest>;
  readonly #answer: Statement<[number, number, string, number]>;
  readonly #answered: Statement<[number], { readonly ok: number; readonly answer: string }>;

  constructor(sqlite: Sqlite) {
    this.#sqlite = sqlite;
    this.#get = sqlite.prepare<[string], string>('SELECT body FROM model_state WHERE name = ?').pluck();
    this.#set = sqlite.prepare('INSERT INTO model_state (name, body) VALUES (?, ?) ON CONFLICT (name) DO UPDATE SET body = excluded.body');
    this.#addExample = sqlite.prepare('INSERT INTO model_examples (at_ms, model, raw, label, weight, named) VALUES (?, ?, ?, ?, ?, ?)');
    this.#prune = sqlite.prepare(
      `DELETE FROM model_examples WHERE no <= (SELECT max(no) FROM model_examples) - ${MAX_EXAMPLES} OR at_ms < ?`,
    );
    this.#examples = sqlite.prepare(
      'SELECT at_ms AS atMs, model, raw, label, weight, named FROM model_examples WHERE model = ? AND at_ms >= ? ORDER BY no',
    );
    this.#ask = sqlite.prepare('INSERT INTO model_requests (at_ms, verb, detail, by) VALUES (?, ?, ?, ?)');
    this.#pruneRequests = sqlite.prepare(`DELETE FROM model_requests WHERE no <= (SELECT max(no) FROM model_requests) - ${MAX_REQUESTS}`);
    this.#pending = sqlite.prepare('SELECT no, verb, detail, by FROM model_requests WHERE done_at_ms IS NULL ORDER BY no');
    this.#answer = sqlite.prepare('UPDATE model_requests SET done_at_ms = ?, ok = ?, answer = ? WHERE no = ?');
    this.#answered = sqlite.prepare('SELECT ok, answer FROM model_requests WHERE no = ? AND done_at_ms IS NOT NULL');
  }

  /** A small document by name; `undefined` when there is none. */
  read(name: string): unknown {
    const body = this.#get.get(name);
    return body === undefined ? undefined : JSON.parse(body);
  }

  /** Writes documents and examples together: after a crash all of it is there, or nothing. */
  write(change: {
    readonly documents?: Readonly<Record<string, unknown>>;
    readonly examples?: readonly ModelExampleRow[];
    readonly since?: TimestampMs;
  }): void {
    inTransaction(this.#sqlite, () => {
      for (const [name, body] of Object.entries(change.documents ?? {})) this.#set.run(name, JSON.stringify(body));
      for (const { atMs, model, raw, label, weight, named } of change.examples ?? [])
        this.#addExample.run(atMs, model, raw, label, weight, named);
      if (change.since !== undefined) this.#prune.run(change.since);
    });
  }

  /** Examples of one model, oldest first; at most `MAX_EXAMPLES`. */
  examples(model: string, sinceMs: TimestampMs): readonly ModelExampleRow[] {
    return this.#examples.all(model, sinceMs);
  }

  /** Asks something of the agent, which looks every second; gives the number to look for the answer by. */
  ask(request: Omit<ModelRequest, 'no'> & { readonly atMs: TimestampMs }): number {
    return inTransaction(this.#sqlite, () => {
      const no = Number(this.#ask.run(request.atMs, request.verb, request.detail, request.by).lastInsertRowid);
      this.#pruneRequests.run();
      return no;
    });
  }

  /** What waits for an answer, oldest first. */
  pending(): readonly ModelRequest[] {
    return this.#pending.all();
  }

  answer(no: number, answer: ModelAnswer & { readonly atMs: TimestampMs }): void {
    this.#answer.run(answer.atMs, answer.ok ? 1 : 0, answer.sentence, no);
  }

  answerTo(no: number): ModelAnswer | undefined {
    const row = this.#answered.get(no);
    return row === undefined ? undefined : { ok: row.ok === 1, sentence: row.answer };
  }
}
