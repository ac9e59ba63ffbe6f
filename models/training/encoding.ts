import type { Table } from './table.ts';

/** One column that a model eats: a feature as it is, or one level of a category against all others. */
export interface EncodedColumn {
  readonly name: string;
  /** Position of the feature in the spec. */
  readonly feature: number;
  /** For a level: its index. The column is 1 where the row has it, 0 elsewhere. */
  readonly level: number | undefined;
}

/** How rows become model inputs. Fitted on training rows only. */
export type Encoding = readonly EncodedColumn[];

export interface EncodingOptions {
  /** Features that the model must not look at. */
  readonly ignore?: readonly string[];
  /** Levels rarer than this share one fate with levels never seen: no column, all zeros. */
  readonly minLevelRows?: number;
}

/** Default of `minLevelRows`. */
export const MIN_LEVEL_ROWS = 50;

/**
 * Numbers and ordered categories stay one column; each other category becomes one column per frequent level. A category that is not
 * known, rare or new gives zeros everywhere, so a model meets at serving only what it met in training.
 */
export function fitEncoding(table: Table, options: EncodingOptions = {}): Encoding {
  const minRows = options.minLevelRows ?? MIN_LEVEL_ROWS;
  const columns: EncodedColumn[] = [];
  for (const [feature, definition] of table.spec.features.entries()) {
    if (options.ignore?.includes(definition.name)) continue;
    if (definition.levels === undefined || definition.ordered) {
      columns.push({ name: definition.name, feature, level: undefined });
      continue;
    }
    const counts = countLevels(table.columns[feature]!, definition.levels.length);
    for (const [level, label] of definition.levels.entries()) {
      if (counts[level]! >= minRows) columns.push({ name: `${definition.name}=${label}`, feature, level });
    }
  }
  return columns;
}

/** The table's rows as model inputs, one array per column of the encoding. */
export function encode(table: Table, encoding: Encoding): Float32Array[] {
  return encoding.map(({ feature, level }) => {
    const column = table.columns[feature]!;
    return level === undefined ? column : column.map((value) => (value === level ? 1 : 0));
  });
}

function countLevels(column: Float32Array, levels: number): Int32Array {
  const counts = new Int32Array(levels);
  for (const value of column) if (!Number.isNaN(value)) counts[value]!++;
  return counts;
}
