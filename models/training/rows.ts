import { createReadStream } from 'node:fs';
import { createInterface } from 'node:readline';
import { z } from 'zod';
import { fail, ok, type Result } from '../../agent/core/result.ts';
import { type FeatureSpec, toModelValue } from '../feature-spec.ts';
import type { Table } from './table.ts';

const value = z.union([z.number(), z.string(), z.null()]);

/**
 * One line of a rows file (JSON Lines). Features come by name (`features`) or in the order of a spec (`values` with `featureSpec`, as a
 * decision stores them: of a category the level's name, or its index). `group` keeps the rows of one visit together; `store` and `atMs` are what splits by store and by time use.
 */
export const labelledRowSchema = z.strictObject({
  features: z.record(z.string(), value).optional(),
  values: z.array(value).optional(),
  /** Id (`name@12 digits`) or hash of the spec that `values` follow. */
  featureSpec: z.string().optional(),
  label: z.union([z.literal(0), z.literal(1)]),
  weight: z.number().positive().optional(),
  store: z.string().optional(),
  group: z.string().optional(),
  atMs: z.number().optional(),
});

export type LabelledRow = z.infer<typeof labelledRowSchema>;

/** What was wrong with a rows file, by line. */
export interface RowsError {
  readonly line: number;
  readonly fact: string;
}

/** Reads a rows file, as much as memory holds. The first bad line ends it: a training set with holes nobody chose is worse than none. */
export async function readRows(path: string, spec: FeatureSpec): Promise<Result<Table, RowsError>> {
  const builder = new TableBuilder(spec);
  const lines = createInterface({ input: createReadStream(path), crlfDelay: Number.POSITIVE_INFINITY });
  let line = 0;
  try {
    for await (const text of lines) {
      line++;
      if (text.trim() === '') continue;
      const fact = addLine(builder, text);
      if (fact !== undefined) return fail({ line, fact });
    }
  } finally {
    lines.close();
  }
  return ok(builder.build());
}

function addLine(builder: TableBuilder, text: string): string | undefined {
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch {
    return 'it is not JSON';
  }
  const row = labelledRowSchema.safeParse(json);
  if (!row.success) return `${row.error.issues[0]?.path.join('.')}: ${row.error.issues[0]?.message}`;
  return builder.add(row.data);
}

/** Collects rows into a table. */
export class TableBuilder {
  readonly #spec: FeatureSpec;
  readonly #columns: number[][];
  readonly #labels: number[] = [];
  readonly #weights: number[] = [];
  readonly #stores: number[] = [];
  readonly #groups: number[] = [];
  readonly #atMs: number[] = [];
  readonly #storeNumbers = new Map<string, number>();
  readonly #groupNumbers = new Map<string, number>();

  constructor(spec: FeatureSpec) {
    this.#spec = spec;
    this.#columns = spec.features.map(() => []);
  }

  /** Adds a row; what is wrong with it is returned, and then it was not added. Levels that the spec does not know count as not known. */
  add(row: LabelledRow): string | undefined {
    const values = this.#values(row);
    if (typeof values === 'string') return values;
    for (const [i, column] of this.#columns.entries()) column.push(values[i]!);
    this.#labels.push(row.label);
    this.#weights.push(row.weight ?? 1);
    this.#stores.push(numberOf(this.#storeNumbers, row.store ?? ''));
    this.#groups.push(numberOf(this.#groupNumbers, row.group ?? `row ${this.#labels.length}`));
    this.#atMs.push(row.atMs ?? Number.NaN);
    return undefined;
  }

  build(): Table {
    return {
      spec: this.#spec,
      rows: this.#labels.length,
      columns: this.#columns.map((column) => Float32Array.from(column)),
      labels: Uint8Array.from(this.#labels),
      weights: Float64Array.from(this.#weights),
      stores: Int32Array.from(this.#stores),
      storeNames: [...this.#storeNumbers.keys()],
      groups: Int32Array.from(this.#groups),
      atMs: Float64Array.from(this.#atMs),
    };
  }

  #values(row: LabelledRow): number[] | string {
    const { features: definitions, hash, id } = this.#spec;
    const { features, values, featureSpec } = row;
    if (values !== undefined) {
      if (featureSpec !== hash && featureSpec !== id) return `its values follow feature spec "${featureSpec}", not "${id}"`;
      if (values.length !== definitions.length) return `it has ${values.length} values and the spec has ${definitions.length}`;
    } else if (features === undefined) return 'it has neither features nor values';
    else for (const name of Object.keys(features)) if (!this.#spec.index.has(name)) return `the spec has no feature "${name}"`;
    const numbers: number[] = [];
    for (const [i, definition] of definitions.entries()) {
      const raw = values === undefined ? features?.[definition.name] : values[i];
      const number = toNumber(raw ?? undefined, { levels: definition.levels, isStored: values !== undefined });
      if (number === undefined) return `"${definition.name}" is ${JSON.stringify(raw)}`;
      numbers.push(toModelValue(definition, number));
    }
    return numbers;
  }
}

/** `isStored`: a number is a level's index, as stored vectors carry it; else it is a level's name that looks like a number. */
function toNumber(
  raw: number | string | undefined,
  { levels, isStored }: { readonly levels: readonly string[] | undefined; readonly isStored: boolean },
): number | undefined {
  if (raw === undefined) return Number.NaN;
  if (levels === undefined) return typeof raw === 'number' ? raw : undefined;
  if (isStored && typeof raw === 'number') return levels[raw] === undefined ? Number.NaN : raw;
  const level = levels.indexOf(String(raw));
  return level === -1 ? Number.NaN : level;
}

function numberOf(numbers: Map<string, number>, key: string): number {
  const known = numbers.get(key);
  if (known !== undefined) return known;
  numbers.set(key, numbers.size);
  return numbers.size - 1;
}
